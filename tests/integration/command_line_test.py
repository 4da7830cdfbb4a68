"""The operators' commands against a live server and against its data folder."""

import json
import unittest

from makegood_process import CommandResult, Json
from makegood_process.shop_test import ShopTest

DONE, USAGE, NOT_FOUND, CONFLICT, UNREACHABLE = 0, 2, 3, 4, 5


class CommandLine(ShopTest):
    def run_command(self, *words: str, expecting: int = DONE) -> CommandResult:
        result = self.shop.server.command(*words)
        self.assertEqual(result.exit_code, expecting, f"{words}: {result}")
        return result

    def run_json(self, *words: str) -> Json:
        return json.loads(self.run_command(*words, "--json").out)

    def waiting(self) -> str:
        checkout_id = self.start(self.shop.order("tok_3ds"))
        self.shop.checkouts.wait_for_status(checkout_id, "awaiting_customer")
        return checkout_id

    def test_list_shows_what_the_server_has(self) -> None:
        completed = self.complete(self.shop.order())
        declined = self.complete(self.shop.order("tok_declined"))
        listed = self.run_json("list")["items"]
        self.assertEqual([each["id"] for each in listed], [declined["id"], completed["id"]])
        only = self.run_command("list", "--status", "compensated").out
        self.assertIn(declined["id"], only)
        self.assertNotIn(completed["id"], only)

    def test_show_and_journal_tell_the_whole_way(self) -> None:
        checkout = self.complete(self.shop.order())
        shown = self.run_command("show", checkout["id"]).out
        for state in ("pricing", "reserving", "authorizing", "ordering", "confirming", "completed"):
            self.assertIn(state, shown)
        journal = self.run_json("journal", checkout["id"])["items"]
        self.assertEqual(journal, self.shop.checkouts.journal(checkout["id"]))

    def test_a_live_data_folder_says_the_same_as_its_server(self) -> None:
        checkout = self.complete(self.shop.order())
        self.shop.checkouts.wait_for_fulfilments()
        folder = ("--data", str(self.shop.server.data))
        self.assertEqual(self.run_json("show", checkout["id"], *folder),
                         self.run_json("show", checkout["id"]))
        self.assertEqual(self.run_json("list", *folder), self.run_json("list"))

    def test_the_verbs_act(self) -> None:
        checkout_id = self.waiting()
        self.run_command("park", checkout_id, "--reason", "a look at it", "--actor", "ada")
        self.assertEqual(self.run_json("show", checkout_id)["status"], "parked")
        self.run_command("resume", checkout_id)
        self.assertEqual(self.run_json("show", checkout_id)["status"], "awaiting_customer")
        self.run_command("cancel", checkout_id, "--reason", "not wanted")
        self.assert_ends(self.shop.checkouts.wait_for_end(checkout_id), "compensated", "cancelled")
        self.run_command("cancel", checkout_id, expecting=CONFLICT)
        self.assert_balance()

    def test_a_call_is_settled_by_hand(self) -> None:
        self.shop.storefront.misbehave(
            "orders", {"call": "POST /v1/orders", "mode": "unauthorized"})
        checkout_id = self.start(self.shop.order())
        self.shop.checkouts.wait_for_status(checkout_id, "parked")
        self.run_command("resolve", checkout_id, "--call", "create_order", "--outcome", "done",
                         "--reason", "entered by hand")
        self.assert_ends(self.shop.checkouts.wait_for_end(checkout_id), "completed")

    def test_verbs_in_bulk_ask_before_they_act(self) -> None:
        ids = {self.waiting() for _ in range(3)}
        where = ("cancel", "--where", "status=awaiting_customer")
        self.assertEqual(set(self.run_command(*where, "--dry-run").out.split()), ids)
        self.run_command(*where, expecting=USAGE)
        self.assertEqual(len(list(self.shop.checkouts.listed(status="awaiting_customer"))), 3)
        self.run_command(*where, "--yes")
        for each in ids:
            self.assert_ends(self.shop.checkouts.wait_for_end(each), "compensated", "cancelled")
        self.assert_balance()

    def test_what_is_not_there_is_said_so(self) -> None:
        checkout = self.complete(self.shop.order())
        unknown = checkout["id"][:-4] + "0000"
        for command in ("show", "journal", "cancel"):
            self.run_command(command, unknown, expecting=NOT_FOUND)

    def test_a_server_that_is_not_there_is_said_so(self) -> None:
        self.shop.server.process.kill()
        result = self.run_command("list", expecting=UNREACHABLE)
        self.assertEqual(result.out, "")
        self.assertIn("makegood serve", result.talk, "it says what to do")

    def test_a_folder_can_be_checked_and_counted_while_it_is_in_use(self) -> None:
        self.complete(self.shop.order())
        folder = ("--data", str(self.shop.server.data))
        self.assertIn(" 0 differences", self.run_command("verify", *folder).out)
        counted = self.run_json("stats", *folder)["sagas"]
        self.assertEqual(counted["checkout"], {"completed": 1})

    def test_every_problem_has_a_page(self) -> None:
        answer = self.shop.checkouts.act("chk_unknown", "cancel")
        page = self.run_command("explain", answer.code).out
        self.assertIn("do", page.lower())


if __name__ == "__main__":
    unittest.main()
