"""A disk without room: nothing is accepted, nothing is lost, and it goes on when there is room."""

import os
import unittest

from makegood_process import Answer, wait_until
from makegood_process.shop_test import ShopTest
from makegood_process.small_disk import SmallDisk

SIZE = "24m"


@unittest.skipUnless(os.geteuid() == 0, "mounting a small disk needs root")
class DiskFull(ShopTest):
    def setUp(self) -> None:
        self.disk = SmallDisk(SIZE)
        self.addCleanup(self.disk.remove)
        self.shop = self.open_shop(settings=self.settings, data=self.disk.path / "makegood")

    def start_until_refused(self) -> Answer:
        """Starts until the store is really full; what was accepted before that is accepted."""
        def refused() -> Answer | None:
            self.disk.fill()
            answer = self.shop.checkouts.start(self.shop.order(), self.shop.key())
            return answer if answer.status not in (200, 202) else None

        return wait_until("a start is refused", refused)

    def test_a_full_disk_refuses_and_loses_nothing(self) -> None:
        completed = self.complete(self.shop.order())
        held = self.start(self.shop.order("tok_3ds"))
        waiting = self.shop.checkouts.wait_for_status(held, "awaiting_customer")

        refused = self.start_until_refused()
        self.assertEqual((refused.status, refused.code), (503, "store-unavailable"))
        self.assertIn("Retry-After", refused.headers)
        self.assertFalse(self.shop.server.is_ready())
        self.assertTrue(self.shop.server.process.runs)
        self.assertEqual(self.shop.checkouts.read(completed["id"])["status"], "completed")

        self.disk.free()
        wait_until("it is ready again", self.shop.server.is_ready)
        self.shop.storefront.customer_acts(waiting, "authorized")
        self.shop.checkouts.signal_payment(held, "authorized")
        self.assert_ends(self.complete(self.shop.order()), "completed")
        for checkout in list(self.shop.checkouts.listed()):
            self.assert_ends(self.shop.checkouts.wait_for_end(checkout["id"]), "completed")
        self.assert_balance()

    def test_a_kill_on_a_full_disk_loses_nothing(self) -> None:
        completed = self.complete(self.shop.order())
        self.start_until_refused()
        self.shop.server.process.kill()
        self.disk.free()
        self.shop.server.start()
        self.assertEqual(self.shop.checkouts.read(completed["id"])["status"], "completed")
        for checkout in list(self.shop.checkouts.listed()):
            self.assert_ends(self.shop.checkouts.wait_for_end(checkout["id"]), "completed")
        self.assert_balance()


if __name__ == "__main__":
    unittest.main()
