"""Answers that never come: neither success nor refusal, and made good either way."""

import unittest

from makegood_process.shop import QUICK_RETRIES
from makegood_process.shop_test import ShopTest

RESERVE = "POST /v1/reservations"
AUTHORIZE = "POST /v1/authorizations"
ORDER = "POST /v1/orders"
CONFIRM = "POST /v1/reservations/{id}/confirm"

# A short budget, so that "for ever" is over soon.
SHORT_BUDGET = """
[checkout]
reservation_ttl = "3s"
""" + QUICK_RETRIES.replace("[retry.forward]", '[retry.forward]\nbudget = "1s"')


class LostAnswers(ShopTest):
    settings = SHORT_BUDGET

    def lose(self, service: str, call: str, mode: str = "lost_answer", **more: object) -> None:
        self.shop.storefront.misbehave(service, {"call": call, "mode": mode, **more})

    def test_a_charge_whose_answer_is_lost_is_not_made_twice(self) -> None:
        checkout = self.complete(self.shop.order("tok_lost_answer"))
        self.assert_ends(checkout, "completed")
        self.shop.checkouts.wait_for_fulfilments()
        self.assertEqual(self.effects("payments", checkout), ["authorized", "captured"])
        failed = [each for each in self.shop.checkouts.journal(checkout["id"])
                  if each.get("call") == "authorize_payment" and each["from"] == each["to"]]
        self.assertEqual(len(failed), 1, "the lost attempt is in the journal")
        self.assert_balance()

    def test_a_charge_whose_answer_is_lost_is_voided_when_the_order_is_refused(self) -> None:
        self.shop.storefront.misbehave(
            "orders", {"call": ORDER, "mode": "refuse", "code": "address_unknown"})
        checkout = self.complete(self.shop.order("tok_lost_answer"))
        self.assert_ends(checkout, "compensated", "order_refused")
        self.assertEqual(self.effects("payments", checkout), ["authorized", "voided"])
        self.assertEqual(self.effects("inventory", checkout), ["reserved", "released"])
        self.assert_balance()

    def test_a_reservation_that_was_never_seen_is_released(self) -> None:
        self.lose("inventory", RESERVE)
        checkout = self.complete(self.shop.order())
        self.assert_ends(checkout, "compensated", "outcome_unknown")
        self.assertEqual(self.effects("inventory", checkout), ["reserved", "released"])
        self.assertEqual(self.effects("payments", checkout), [])
        self.assertGreater(self.shop.storefront.times_used("inventory"), 1, "it was tried again")
        self.assert_balance()

    def test_a_reservation_that_never_was_is_barred(self) -> None:
        self.lose("inventory", RESERVE, mode="lost_request")
        checkout = self.complete(self.shop.order())
        self.assert_ends(checkout, "compensated", "outcome_unknown")
        self.assertEqual(self.effects("inventory", checkout), ["barred"])
        self.assert_balance()

    def test_a_payment_that_was_never_seen_is_voided(self) -> None:
        self.lose("payments", AUTHORIZE)
        checkout = self.complete(self.shop.order())
        self.assert_ends(checkout, "compensated", "outcome_unknown")
        self.assertEqual(self.effects("payments", checkout), ["authorized", "voided"])
        self.assert_balance()

    def test_a_malformed_success_is_no_success_and_no_refusal(self) -> None:
        self.lose("payments", AUTHORIZE, mode="malformed")
        checkout = self.complete(self.shop.order())
        self.assert_ends(checkout, "compensated", "outcome_unknown")
        self.assertEqual(self.effects("payments", checkout), ["authorized", "voided"])
        self.assert_balance()

    def test_an_order_that_was_never_seen_is_cancelled(self) -> None:
        self.lose("orders", ORDER)
        checkout = self.complete(self.shop.order())
        self.assert_ends(checkout, "compensated", "outcome_unknown")
        self.assertEqual(self.effects("orders", checkout), ["order_created", "order_cancelled"])
        self.assert_balance()

    def test_a_confirmation_that_was_never_seen_is_asked_for_and_not_guessed(self) -> None:
        self.lose("inventory", CONFIRM)
        checkout = self.complete(self.shop.order())
        self.assert_ends(checkout, "completed")
        self.assertIn("checking_reservation", self.states(checkout["id"]))
        self.assertEqual(self.effects("inventory", checkout), ["reserved", "confirmed"])
        self.assert_balance()

    def test_a_confirmation_that_never_was_is_found_out_and_undone(self) -> None:
        self.lose("inventory", CONFIRM, mode="lost_request")
        checkout = self.complete(self.shop.order())
        self.assert_ends(checkout, "compensated", "reservation_expired")
        self.assertEqual(self.effects("orders", checkout), ["order_created", "order_cancelled"])
        self.assert_balance()

    def test_an_undo_whose_answer_is_lost_is_repeated_until_it_is_known(self) -> None:
        self.shop.storefront.misbehave("orders", {"call": ORDER, "mode": "refuse"})
        self.lose("payments", "POST /v1/authorizations/{id}/void", times=4)
        checkout = self.complete(self.shop.order())
        self.assert_ends(checkout, "compensated", "order_refused")
        self.assertEqual(self.shop.storefront.times_used("payments"), 4)
        self.assertEqual(self.effects("payments", checkout), ["authorized", "voided"])
        self.assert_balance()


if __name__ == "__main__":
    unittest.main()
