"""The auditor must see what is wrong: each test spoils a sound shop's books in one way."""

import unittest

from makegood_process import Balance, Json
from makegood_process.shop_test import ShopTest


class BalanceSees(ShopTest):
    def problems(self) -> str:
        return "\n".join(Balance(self.shop).problems())

    def completed(self) -> Json:
        checkout = self.complete(self.shop.order())
        self.shop.checkouts.wait_for_fulfilments()
        self.assertEqual(self.problems(), "")
        return checkout

    def spoil(self, service: str, method: str, path: str, body: Json) -> None:
        answer = self.shop.storefront.services[service].call(
            method, path, body, headers={"Idempotency-Key": f"spoiled-{self.shop.number()}"})
        self.assertIn(answer.status, (200, 201), answer)

    def subject(self, service: str, checkout: Json) -> str:
        effects = self.shop.storefront.effects(service, checkout["id"])["effects"]
        return str(effects[0]["subject"])

    def authorize_again(self, checkout: Json) -> None:
        self.spoil("payments", "POST", "/v1/authorizations", {
            "authorization_id": "pay_again", "checkout_id": checkout["id"],
            "customer_id": checkout["customer_id"], "amount": 100, "currency": "USD",
            "payment": {"method": "card", "token": "tok_visa"}})

    def test_a_second_charge_of_a_completed_checkout(self) -> None:
        self.authorize_again(self.completed())
        self.assertIn("pay_again was ['authorized']", self.problems())
        self.assertIn("money still held: 100, not 0", self.problems())

    def test_money_that_is_held_for_a_compensated_checkout(self) -> None:
        checkout = self.complete(self.shop.order("tok_declined"))
        self.assertEqual(self.problems(), "")
        self.authorize_again(checkout)
        self.assertIn("payments still has ['pay_again']", self.problems())

    def test_stock_that_is_held_for_a_failed_checkout(self) -> None:
        checkout = self.complete(self.shop.order(sku="SKU-0"))
        self.assert_ends(checkout, "failed", "unknown_sku")
        self.assertEqual(self.problems(), "")
        self.spoil("inventory", "POST", "/v1/reservations", {
            "reservation_id": "res_lost", "checkout_id": checkout["id"],
            "items": [{"sku": "SKU-1", "quantity": 1}], "ttl_seconds": 900})
        self.assertIn("inventory did {'res_lost': ['reserved']}", self.problems())
        self.assertIn("stock still reserved: 1, not 0", self.problems())

    def test_an_order_of_a_completed_checkout_that_is_gone(self) -> None:
        checkout = self.completed()
        self.spoil("orders", "POST", f"/v1/orders/{checkout['order_id']}/cancel", {})
        self.assertIn("live orders: 0, not 1", self.problems())

    def test_money_that_was_given_back_although_the_goods_were_sent(self) -> None:
        authorization = self.subject("payments", self.completed())
        self.spoil("payments", "POST", f"/v1/authorizations/{authorization}/refund", {})
        self.assertIn("captured: 0, not ", self.problems())

    def test_a_message_that_was_sent_twice(self) -> None:
        checkout = self.completed()
        self.spoil("notifications", "POST", "/v1/notifications", {
            "customer_id": checkout["customer_id"], "kind": "checkout_completed",
            "checkout_id": checkout["id"]})
        self.assertIn("notifications, duplicates: 1", self.problems())
        self.assertIn("confirmations sent: 2, not 1", self.problems())


if __name__ == "__main__":
    unittest.main()
