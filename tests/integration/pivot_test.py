"""The confirmed deduction is the pivot: before it everything goes back, after it only forward."""

import unittest

from makegood_process import Json, wait_until
from makegood_process.shop import QUICK_RETRIES
from makegood_process.shop_test import ShopTest

ORDER = "POST /v1/orders"
CONFIRM = "POST /v1/reservations/{id}/confirm"


class Pivot(ShopTest):
    def effects_asked_for(self, checkout_id: str) -> list[str]:
        """The calls that the journal opened, in order."""
        return [effect for entry in self.shop.checkouts.journal(checkout_id)
                for effect in entry.get("effects", [])]

    def held_in(self, state: str, service: str, call: str) -> str:
        """A checkout that stands in `state` because its call there is not answered."""
        self.shop.storefront.misbehave(
            service, {"call": call, "mode": "error", "code": "unavailable"})
        checkout_id = self.start(self.shop.order())
        self.wait_for_state(checkout_id, state)
        return checkout_id

    def wait_for_state(self, checkout_id: str, state: str) -> Json:
        def reached() -> Json | None:
            checkout = self.shop.checkouts.read(checkout_id)
            return checkout if checkout["state"] == state else None

        return wait_until(f"{checkout_id} is in {state}", reached)

    def test_an_expired_reservation_undoes_order_payment_and_stock_in_that_order(self) -> None:
        self.shop.storefront.misbehave("inventory", {
            "call": CONFIRM, "mode": "refuse", "status": 410, "code": "reservation_expired"})
        checkout = self.complete(self.shop.order())
        self.assert_ends(checkout, "compensated", "reservation_expired")
        self.assertEqual(
            self.states(checkout["id"])[-5:],
            ["confirming", "cancelling_order", "voiding", "releasing", "compensated"])
        self.assertEqual(
            self.effects_asked_for(checkout["id"])[-3:],
            ["cancel_order", "void_payment", "release_inventory"])
        self.assertEqual(self.effects("orders", checkout), ["order_created", "order_cancelled"])
        self.assertEqual(self.effects("payments", checkout), ["authorized", "voided"])
        self.assertEqual(self.effects("inventory", checkout), ["reserved", "released"])
        self.assert_balance()

    def test_a_cancel_before_the_pivot_undoes_what_was_done(self) -> None:
        checkout_id = self.held_in("ordering", "orders", ORDER)
        answer = self.shop.checkouts.act(
            checkout_id, "cancel", actor="ada", reason="ordered by mistake")
        self.assertEqual(answer.status, 202, answer)
        checkout = self.shop.checkouts.wait_for_end(checkout_id)
        self.assert_ends(checkout, "compensated", "cancelled")
        (asked,) = (each for each in self.shop.checkouts.journal(checkout_id) if "actor" in each)
        self.assertEqual((asked["actor"], asked["detail"]), ("ada", "ordered by mistake"))
        self.assert_balance()

    def test_a_cancel_at_the_pivot_is_refused_and_the_checkout_goes_on(self) -> None:
        checkout_id = self.held_in("confirming", "inventory", CONFIRM)
        answer = self.shop.checkouts.act(checkout_id, "cancel")
        self.assertEqual((answer.status, answer.code), (409, "past-pivot"))
        self.shop.storefront.behave()
        self.assert_ends(self.shop.checkouts.wait_for_end(checkout_id), "completed")
        self.assert_balance()

    def test_a_cancel_after_the_pivot_is_refused(self) -> None:
        checkout = self.complete(self.shop.order())
        answer = self.shop.checkouts.act(checkout["id"], "cancel")
        self.assertEqual((answer.status, answer.code), (409, "past-pivot"))
        self.assert_balance()

    def test_a_cancel_of_what_was_undone_already_is_refused(self) -> None:
        checkout = self.complete(self.shop.order("tok_declined"))
        self.assert_ends(checkout, "compensated", "payment_declined")
        answer = self.shop.checkouts.act(checkout["id"], "cancel")
        self.assertEqual((answer.status, answer.code), (409, "already-ended"))

    def test_what_comes_after_the_pivot_is_tried_until_it_works(self) -> None:
        capture = {"call": "POST /v1/authorizations/{id}/capture", "mode": "error", "times": 6}
        self.shop.storefront.misbehave("payments", capture)
        checkout = self.complete(self.shop.order())
        self.assert_ends(checkout, "completed")
        self.shop.checkouts.wait_for_fulfilments()
        self.assertEqual(self.shop.storefront.times_used("payments"), 6)
        self.assert_balance()


class ShortReservation(ShopTest):
    settings = '[checkout]\nreservation_ttl = "2s"\n' + QUICK_RETRIES

    def test_an_order_that_takes_longer_than_the_reservation_is_cancelled(self) -> None:
        self.shop.storefront.misbehave("orders", {"call": ORDER, "mode": "error"})
        checkout = self.complete(self.shop.order())
        self.assert_ends(checkout, "compensated")
        # The reservation ends, or the last try that fits into it fails: whichever is noticed first.
        self.assertIn(checkout["reason"]["code"], ("reservation_expired", "outcome_unknown"))
        self.assertEqual(self.effects("orders", checkout), ["barred"])
        self.assert_balance()

    def test_no_payment_is_asked_for_when_the_reservation_is_nearly_over(self) -> None:
        self.shop.storefront.misbehave(
            "inventory", {"call": "POST /v1/reservations", "mode": "slow", "delay_ms": 2_500})
        checkout = self.complete(self.shop.order())
        self.assert_ends(checkout, "compensated", "reservation_too_short")
        self.assertNotIn("authorizing", self.states(checkout["id"]))
        self.assertEqual(self.effects("payments", checkout), [])
        self.assert_balance()


if __name__ == "__main__":
    unittest.main()
