"""The data folder: one owner, whole after a kill, copied while it is in use."""

import unittest

from makegood_process import Server, in_parallel
from makegood_process.shop_test import ShopTest

CHECKOUTS = 60


class DataFolder(ShopTest):
    def start_many(self) -> list[str]:
        return in_parallel(lambda _: self.start(self.shop.order()), range(CHECKOUTS))

    def another_server(self, name: str) -> Server:
        other = Server(
            self.shop.binaries, self.shop.folder, self.shop.storefront.backend_flags(),
            self.settings, self.shop.folder / name)
        self.addCleanup(other.close)
        return other

    def test_a_second_server_on_the_same_folder_is_refused_and_told_why(self) -> None:
        second = self.another_server("makegood")
        second.launch()
        self.assertEqual(second.process.wait(), 5)
        said = second.process.said()
        self.assertIn(f"is open in process {self.shop.server.process.pid}", said)
        self.assertIn("--data", said, "it says what to do")
        self.assert_ends(self.complete(self.shop.order()), "completed")

    def test_a_folder_is_free_again_after_a_kill(self) -> None:
        self.shop.server.process.kill()
        second = self.another_server("makegood")
        second.start()
        self.assertEqual(second.process.stop(), 0)

    def test_a_killed_folder_verifies_and_every_checkout_goes_on(self) -> None:
        started = self.start_many()
        self.shop.server.process.kill()
        verified = self.shop.server.verify()
        self.assertEqual(verified.exit_code, 0, verified)
        self.assertIn(" 0 differences", verified.out)
        self.shop.server.start()
        self.shop.checkouts.wait_until_all_ended()
        for checkout in in_parallel(self.shop.checkouts.read, started):
            self.assert_ends(checkout, "completed")
        self.assert_balance()

    def test_replays_of_all_journals_give_the_stored_records(self) -> None:
        started = self.start_many()
        in_parallel(self.shop.checkouts.wait_for_end, started)
        replayed = self.shop.server.command("replay", "--all", "--data", self.shop.server.data)
        self.assertEqual(replayed.exit_code, 0, replayed)

    def test_a_backup_of_a_busy_server_is_a_folder_to_go_on_with(self) -> None:
        before = [self.complete(self.shop.order()) for _ in range(3)]
        held = self.start(self.shop.order("tok_3ds"))
        waiting = self.shop.checkouts.wait_for_status(held, "awaiting_customer")
        self.start_many()
        copy, restored = self.shop.folder / "copy", self.shop.folder / "restored"
        copied = self.shop.server.command("backup", copy, "--data", self.shop.server.data)
        self.assertEqual(copied.exit_code, 0, copied)
        self.shop.server.process.kill()

        result = self.shop.server.command("restore", copy, "--data", restored)
        self.assertEqual(result.exit_code, 0, result)
        self.assertEqual(self.shop.server.command("verify", "--data", restored).exit_code, 0)
        second = self.another_server("restored")
        second.start()
        self.shop.checkouts.endpoint = second.endpoint
        for checkout in before:
            self.assertEqual(self.shop.checkouts.read(checkout["id"]), checkout)
        self.shop.storefront.customer_acts(waiting, "authorized")
        self.shop.checkouts.signal_payment(held, "authorized")
        self.assert_ends(self.shop.checkouts.wait_for_end(held), "completed")

    def test_a_restore_never_overwrites_a_folder(self) -> None:
        copy = self.shop.folder / "copy"
        data = self.shop.server.data
        self.assertEqual(self.shop.server.command("backup", copy, "--data", data).exit_code, 0)
        refused = self.shop.server.command("restore", copy, "--data", data)
        self.assertNotEqual(refused.exit_code, 0, refused)
        self.assert_ends(self.complete(self.shop.order()), "completed")


if __name__ == "__main__":
    unittest.main()
