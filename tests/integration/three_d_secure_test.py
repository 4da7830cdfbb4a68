"""Payments that wait for their customer: until the customer acts, or the reservation ends."""

import datetime
import unittest

from makegood_process import Json, wait_until
from makegood_process.shop import QUICK_RETRIES
from makegood_process.shop_test import ShopTest

LATE_AT_MOST = datetime.timedelta(seconds=1)


def instant(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


class WaitingForTheCustomer(ShopTest):
    def waiting(self, **more: object) -> Json:
        checkout_id = self.start(self.shop.order("tok_3ds", **more))
        return self.shop.checkouts.wait_for_status(checkout_id, "awaiting_customer")

    def test_the_customer_is_told_where_to_act(self) -> None:
        action = self.waiting()["next_action"]
        self.assertEqual(action["type"], "redirect")
        self.assertTrue(action["url"].startswith("https://bank.example/3ds/"), action)

    def test_a_customer_who_confirms_gets_the_goods(self) -> None:
        checkout = self.waiting()
        self.assertTrue(self.shop.storefront.customer_acts(checkout, "authorized"))
        answer = self.shop.checkouts.signal_payment(checkout["id"], "authorized")
        self.assertIn(answer.status, (200, 202), answer)
        self.assert_ends(self.shop.checkouts.wait_for_end(checkout["id"]), "completed")
        self.assert_balance()

    def test_a_customer_who_declines_leaves_nothing_behind(self) -> None:
        checkout = self.waiting()
        self.assertTrue(self.shop.storefront.customer_acts(checkout, "refused"))
        self.shop.checkouts.signal_payment(checkout["id"], "refused")
        ended = self.shop.checkouts.wait_for_end(checkout["id"])
        self.assert_ends(ended, "compensated", "payment_declined")
        self.assert_balance()

    def test_a_second_signal_is_refused_and_changes_nothing(self) -> None:
        checkout = self.waiting()
        self.shop.storefront.customer_acts(checkout, "authorized")
        self.shop.checkouts.signal_payment(checkout["id"], "authorized")
        again = self.shop.checkouts.signal_payment(checkout["id"], "refused")
        self.assertEqual(again.status, 409, again)
        self.assert_ends(self.shop.checkouts.wait_for_end(checkout["id"]), "completed")
        self.assert_balance()

    def test_a_wait_survives_a_kill(self) -> None:
        checkout = self.waiting()
        self.shop.server.process.kill()
        self.shop.server.start()
        self.assertEqual(self.shop.checkouts.read(checkout["id"])["status"], "awaiting_customer")
        self.shop.storefront.customer_acts(checkout, "authorized")
        self.shop.checkouts.signal_payment(checkout["id"], "authorized")
        self.assert_ends(self.shop.checkouts.wait_for_end(checkout["id"]), "completed")
        self.assert_balance()

    def test_a_checkout_that_is_cancelled_while_it_waits_is_undone(self) -> None:
        checkout = self.waiting()
        self.assertEqual(self.shop.checkouts.act(checkout["id"], "cancel").status, 202)
        ended = self.shop.checkouts.wait_for_end(checkout["id"])
        self.assert_ends(ended, "compensated", "cancelled")
        self.assert_balance()


class PastTheReservation(ShopTest):
    settings = '[checkout]\nreservation_ttl = "2s"\n' + QUICK_RETRIES

    def expire(self) -> tuple[Json, Json]:
        """A checkout as it waited, and as it ended after nobody had acted."""
        checkout_id = self.start(self.shop.order("tok_3ds"))
        waiting = self.shop.checkouts.wait_for_status(checkout_id, "awaiting_customer")
        return waiting, self.shop.checkouts.wait_for_end(checkout_id)

    def test_nobody_acts_and_all_is_undone(self) -> None:
        _, ended = self.expire()
        self.assert_ends(ended, "compensated", "reservation_expired")
        self.assertEqual(
            self.states(ended["id"])[-4:],
            ["awaiting_customer", "voiding", "releasing", "compensated"])
        self.assertEqual(self.effects("payments", ended), ["customer_asked", "voided"])
        self.assertIn(self.effects("inventory", ended),
                      (["reserved", "released"], ["reserved", "expired"]))
        self.assert_balance()

    def test_the_undoing_begins_within_a_second_of_the_reservations_end(self) -> None:
        waiting, ended = self.expire()
        expires_at = instant(waiting["reservation_expires_at"])
        (turn,) = (each for each in self.shop.checkouts.journal(ended["id"])
                   if each["event"] == "reservation_expired")
        self.assertEqual((turn["from"], turn["to"]), ("awaiting_customer", "voiding"))
        self.assertGreaterEqual(instant(turn["at"]), expires_at)
        self.assertLessEqual(instant(turn["at"]) - expires_at, LATE_AT_MOST)

    def test_a_signal_that_comes_too_late_is_refused(self) -> None:
        _, ended = self.expire()
        late = self.shop.checkouts.signal_payment(ended["id"], "authorized")
        self.assertEqual(late.status, 409, late)
        self.assert_ends(self.shop.checkouts.read(ended["id"]), "compensated")
        self.assert_balance()

    def test_a_reservation_that_ends_while_the_server_is_down_is_undone_at_its_start(self) -> None:
        checkout_id = self.start(self.shop.order("tok_3ds"))
        self.shop.checkouts.wait_for_status(checkout_id, "awaiting_customer")
        self.shop.server.process.kill()
        wait_until("inventory has ended the reservation",
                   lambda: "expired" in self.effects("inventory", checkout_id))
        self.shop.server.start()
        self.shop.checkouts.wait_until_all_ended()
        ended = self.shop.checkouts.read(checkout_id)
        self.assert_ends(ended, "compensated", "reservation_expired")
        self.assert_balance()


class PastTheDeadline(ShopTest):
    settings = '[checkout]\ndeadline = "2s"\n' + QUICK_RETRIES

    def test_a_checkout_does_not_wait_longer_than_its_deadline(self) -> None:
        ended = self.complete(self.shop.order("tok_3ds"))
        self.assert_ends(ended, "compensated", "deadline_exceeded")
        self.assert_balance()


if __name__ == "__main__":
    unittest.main()
