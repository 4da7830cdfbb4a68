"""Orders, shipments and notifications."""

import unittest

from running_storefront import StorefrontTest


class Orders(StorefrontTest):
    def verb(self, verb, key=None):
        path = f"/v1/orders/{self.id('ord')}/{verb}"
        return self.store.call("orders", "POST", path, {}, key or self.key(verb))

    def test_an_order_is_read_as_it_was_created(self):
        self.assert_answer(self.order(), 201)
        read = self.store.call("orders", "GET", f"/v1/orders/{self.id('ord')}").body
        self.assertEqual(read["shipping_address"], {"city": "Turin"})
        self.assertEqual(read["authorization_ids"], [f"aut_{self.checkout}_1"])
        self.assertEqual((read["total"], read["status"]), (1500, "created"))
        listed = self.store.call(
            "orders", "GET", f"/v1/orders?customer_id=cus_{self.checkout}").body
        self.assertEqual(listed["items"], [read])

    def test_a_shipped_order_is_not_cancelled_and_a_cancelled_one_not_shipped(self):
        self.order()
        self.assert_answer(self.verb("ship"), 200)
        self.assert_answer(self.verb("cancel"), 409, "already_shipped")
        self.checkout += "_other"
        self.order()
        self.assert_answer(self.verb("cancel"), 200)
        self.assert_answer(self.verb("ship"), 409, "already_cancelled")

    def test_a_barred_order_is_no_order(self):
        self.verb("cancel")
        path = f"/v1/orders/{self.id('ord')}"
        self.assert_answer(self.store.call("orders", "GET", path), 404, "unknown_order")

    def test_the_ledger_counts_orders_and_second_orders_of_a_checkout(self):
        before = self.ledger("orders")
        self.order(total=700)
        first = self.checkout
        self.assertEqual(self.ledger("orders")["duplicates"], 0)
        body = {"order_id": f"ord_second_{first}", "checkout_id": first, "customer_id": "cus",
                "items": [{"sku": "SKU-1", "quantity": 1}], "total": 300, "currency": "USD"}
        self.store.call("orders", "POST", "/v1/orders", body, self.key("second"))
        after = self.ledger("orders")
        self.assertEqual(after["duplicates"], 1)
        self.assertEqual(after["total_live"] - before["total_live"], 1000)
        self.verb("cancel")
        after = self.ledger("orders")
        self.assertEqual(after["duplicates"], 0)
        self.assertEqual(after["total_cancelled"] - before["total_cancelled"], 700)


class Fulfillment(StorefrontTest):
    def request(self):
        body = {"shipment_id": self.id("shp"), "order_id": self.id("ord"),
                "items": [{"sku": "SKU-1", "quantity": 1}], "shipping_address": {"city": "Turin"}}
        return self.store.call(
            "fulfillment", "POST", "/v1/shipments", body, self.key("request_shipment"))

    def verb(self, verb):
        path = f"/v1/shipments/{self.id('shp')}/{verb}"
        return self.store.call("fulfillment", "POST", path, {}, self.key(verb))

    def test_a_dispatched_shipment_is_not_cancelled(self):
        self.assert_answer(self.request(), 201)
        read = self.store.call("fulfillment", "GET", f"/v1/shipments/{self.id('shp')}").body
        self.assertEqual((read["checkout_id"], read["status"]), (self.checkout, "requested"))
        self.assert_answer(self.verb("dispatch"), 200)
        self.assert_answer(self.verb("cancel"), 409, "already_shipped")
        self.assertEqual(self.effects("fulfillment"), ["shipment_requested", "shipment_dispatched"])

    def test_a_cancelled_shipment_is_not_dispatched(self):
        self.request()
        self.assert_answer(self.verb("cancel"), 200)
        self.assert_answer(self.verb("dispatch"), 409, "already_cancelled")
        self.assertEqual(self.ledger("fulfillment")["duplicates"], 0)


class Notifications(StorefrontTest):
    def test_one_key_is_one_message(self):
        body = {"customer_id": self.id("cus"), "kind": "order_confirmed",
                "checkout_id": self.checkout, "data": {"order_id": "ord_1"}}
        for _ in range(3):
            answer = self.store.call(
                "notifications", "POST", "/v1/notifications", body, self.key("notify"))
            self.assert_answer(answer, 201)
        listed = self.store.call(
            "notifications", "GET", f"/v1/notifications?customer_id={self.id('cus')}").body["items"]
        self.assertEqual(len(listed), 1)
        self.assertEqual((listed[0]["kind"], listed[0]["data"]),
                         ("order_confirmed", {"order_id": "ord_1"}))
        self.assertEqual(self.ledger("notifications")["duplicates"], 0)


if __name__ == "__main__":
    unittest.main()
