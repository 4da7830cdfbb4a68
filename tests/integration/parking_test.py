"""What a person has to do: parked checkouts, and the verbs that push them on."""

import unittest

from makegood_process import Json
from makegood_process.shop import QUICK_RETRIES
from makegood_process.shop_test import ShopTest

AUTHORIZE = "POST /v1/authorizations"
VOID = "POST /v1/authorizations/{id}/void"
ORDER = "POST /v1/orders"


class Parking(ShopTest):
    settings = QUICK_RETRIES.replace("parks_after = 200", "parks_after = 3")

    def parked(self, service: str, call: str, mode: str = "unauthorized") -> Json:
        self.shop.storefront.misbehave(service, {"call": call, "mode": mode})
        checkout_id = self.start(self.shop.order())
        return self.shop.checkouts.wait_for_status(checkout_id, "parked")

    def act(self, checkout: Json, verb: str, **body: str) -> None:
        asked = {"actor": "ada", "reason": "looked into it", **body}
        answer = self.shop.checkouts.act(checkout["id"], verb, **asked)
        self.assertIn(answer.status, (200, 202), answer)

    def actors(self, checkout: Json) -> list[str]:
        return [entry["actor"] for entry in self.shop.checkouts.journal(checkout["id"])
                if "actor" in entry]

    def test_a_refused_credential_parks_at_once_and_is_not_tried_again(self) -> None:
        checkout = self.parked("payments", AUTHORIZE)
        self.assertEqual(self.shop.storefront.times_used("payments"), 1)
        self.assertEqual(checkout["parked"]["open"], ["authorize_payment"])
        self.assertEqual(checkout["state"], "authorizing")

    def test_a_parked_checkout_goes_on_when_it_is_retried(self) -> None:
        checkout = self.parked("payments", AUTHORIZE)
        self.shop.storefront.behave()
        self.act(checkout, "retry")
        self.assert_ends(self.shop.checkouts.wait_for_end(checkout["id"]), "completed")
        self.assertEqual(self.actors(checkout), ["ada"])
        self.assert_balance()

    def test_a_parked_checkout_is_still_parked_after_a_kill(self) -> None:
        checkout = self.parked("payments", AUTHORIZE)
        self.shop.server.process.kill()
        self.shop.server.start()
        self.assertEqual(self.shop.checkouts.read(checkout["id"])["status"], "parked")
        self.shop.storefront.behave()
        self.act(checkout, "retry")
        self.assert_ends(self.shop.checkouts.wait_for_end(checkout["id"]), "completed")
        self.assert_balance()

    def test_a_parked_checkout_can_be_undone_instead(self) -> None:
        checkout = self.parked("orders", ORDER)
        self.act(checkout, "compensate")
        ended = self.shop.checkouts.wait_for_end(checkout["id"])
        self.assert_ends(ended, "compensated")
        self.assert_balance()

    def test_an_undo_that_keeps_failing_parks_and_goes_on_by_itself_or_when_retried(self) -> None:
        self.shop.storefront.misbehave("orders", {"call": ORDER, "mode": "refuse"})
        checkout = self.parked("payments", VOID, mode="error")
        self.assertEqual(checkout["parked"]["open"], ["void_payment"])
        self.shop.storefront.behave()
        self.act(checkout, "retry")
        self.assert_ends(self.shop.checkouts.wait_for_end(checkout["id"]), "compensated")
        self.assert_balance()

    def test_a_person_can_settle_by_hand_what_a_call_could_not(self) -> None:
        self.shop.storefront.misbehave("orders", {"call": ORDER, "mode": "refuse"})
        checkout = self.parked("payments", VOID)
        self.act(checkout, "resolve", call="void_payment", outcome="done")
        ended = self.shop.checkouts.wait_for_end(checkout["id"])
        self.assert_ends(ended, "compensated", "order_refused")
        self.assertEqual(self.effects("payments", ended), ["authorized"], "nobody asked again")
        self.assertEqual(self.actors(checkout), ["ada"])

    def test_only_an_open_call_can_be_settled_by_hand(self) -> None:
        checkout = self.complete(self.shop.order())
        answer = self.shop.checkouts.act(
            checkout["id"], "resolve", call="void_payment", outcome="done", actor="ada",
            reason="no reason")
        self.assertEqual(answer.status, 409, answer)

    def test_a_checkout_that_a_person_parks_waits_until_it_is_resumed(self) -> None:
        checkout_id = self.start(self.shop.order("tok_3ds"))
        waiting = self.shop.checkouts.wait_for_status(checkout_id, "awaiting_customer")
        self.act(waiting, "park")
        self.assertEqual(self.shop.checkouts.read(checkout_id)["status"], "parked")
        self.act(waiting, "resume")
        self.assertEqual(self.shop.checkouts.read(checkout_id)["status"], "awaiting_customer")
        self.shop.storefront.customer_acts(waiting, "authorized")
        self.shop.checkouts.signal_payment(checkout_id, "authorized")
        self.assert_ends(self.shop.checkouts.wait_for_end(checkout_id), "completed")
        self.assert_balance()


if __name__ == "__main__":
    unittest.main()
