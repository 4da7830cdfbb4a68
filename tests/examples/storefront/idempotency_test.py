"""What every service promises about keys, whatever its trade."""

import unittest

from running_storefront import StorefrontTest


class Idempotency(StorefrontTest):
    def doings(self):
        """Each mutating call with its service and body."""
        checkout = self.checkout
        items = [{"sku": "SKU-1", "quantity": 1}]
        return [
            ("inventory", "/v1/reservations", {
                "reservation_id": self.id("res"), "checkout_id": checkout, "items": items,
                "ttl_seconds": 900}),
            ("payments", "/v1/authorizations", {
                "authorization_id": self.id("aut"), "checkout_id": checkout, "customer_id": "cus",
                "amount": 100, "currency": "USD",
                "payment": {"method": "card", "token": "tok_visa"}}),
            ("orders", "/v1/orders", {
                "order_id": self.id("ord"), "checkout_id": checkout, "customer_id": "cus",
                "items": items, "total": 100, "currency": "USD"}),
            ("fulfillment", "/v1/shipments", {
                "shipment_id": self.id("shp"), "order_id": self.id("ord"), "items": items,
                "shipping_address": {"city": "Turin"}}),
            ("notifications", "/v1/notifications", {
                "customer_id": "cus", "kind": "confirmed", "checkout_id": checkout, "data": {}}),
        ]

    def undoings(self):
        return [
            ("inventory", f"/v1/reservations/{self.id('res')}/release"),
            ("payments", f"/v1/authorizations/{self.id('aut')}/void"),
            ("orders", f"/v1/orders/{self.id('ord')}/cancel"),
            ("fulfillment", f"/v1/shipments/{self.id('shp')}/cancel"),
        ]

    def test_a_repeated_key_gets_the_first_answer_and_no_second_effect(self):
        for service, path, body in self.doings():
            with self.subTest(service):
                first = self.store.call(service, "POST", path, body, self.key("do"))
                again = self.store.call(service, "POST", path, body, self.key("do"))
                self.assert_answer(first, 201)
                self.assertFalse(first.replayed)
                self.assertTrue(again.replayed)
                self.assertEqual((again.status, again.text), (first.status, first.text))
                self.assertEqual(len(self.effects(service)), 1)

    def test_the_order_of_members_and_white_space_are_the_same_payload(self):
        for service, path, body in self.doings():
            with self.subTest(service):
                self.store.call(service, "POST", path, body, self.key("do"))
                turned = dict(reversed(body.items()))
                again = self.store.call(service, "POST", path, turned, self.key("do"))
                self.assertTrue(again.replayed, again)

    def test_a_key_with_another_payload_is_refused(self):
        for service, path, body in self.doings():
            with self.subTest(service):
                self.store.call(service, "POST", path, body, self.key("do"))
                other = {**body, "extra": 1}
                answer = self.store.call(service, "POST", path, other, self.key("do"))
                self.assert_answer(answer, 422, "idempotency_key_reused")

    def test_a_call_without_a_key_is_refused(self):
        for service, path, body in self.doings():
            with self.subTest(service):
                answer = self.store.call(service, "POST", path, body)
                self.assert_answer(answer, 400, "idempotency_key_missing")
                self.assertEqual(self.effects(service), [])

    def test_a_quoted_key_is_the_same_key(self):
        service, path, body = self.doings()[0]
        self.store.call(service, "POST", path, body, self.key("do"))
        quoted = f'"{self.key("do")}"'
        self.assertTrue(self.store.call(service, "POST", path, body, quoted).replayed)

    def test_an_undo_of_what_never_was_succeeds_and_bars_the_late_do(self):
        doings = {service: (path, body) for service, path, body in self.doings()}
        for service, undo in self.undoings():
            with self.subTest(service):
                path, body = doings[service]
                for attempt in ("undo", "undo", "undo-by-hand"):
                    self.assert_answer(
                        self.store.call(service, "POST", undo, {}, self.key(attempt)), 200)
                late = self.store.call(service, "POST", path, body, self.key("do"))
                self.assert_answer(late, 409, "undone")
                self.assertEqual(self.effects(service), ["barred"])
                again = self.store.call(service, "POST", path, body, self.key("do"))
                self.assertTrue(again.replayed)
                self.assert_answer(again, 409, "undone")

    def test_an_undo_works_once_however_often_it_is_asked_for(self):
        doings = {service: (path, body) for service, path, body in self.doings()}
        for service, undo in self.undoings():
            with self.subTest(service):
                path, body = doings[service]
                self.store.call(service, "POST", path, body, self.key("do"))
                for attempt in ("undo", "undo", "undo-by-hand"):
                    self.assert_answer(
                        self.store.call(service, "POST", undo, {}, self.key(attempt)), 200)
                self.assertEqual(len(self.effects(service)), 2)
                # The first answer to a key stays its answer, even after the undo.
                self.assert_answer(
                    self.store.call(service, "POST", path, body, self.key("do")), 201)
                self.assertEqual(len(self.effects(service)), 2)

    def test_what_is_no_call_gets_a_coded_answer(self):
        for service, path, _ in self.doings():
            with self.subTest(service):
                call = self.store.call
                for text in ("{", "[1]", "{\"a\":" * 100, "null"):
                    self.assert_answer(
                        call(service, "POST", path, text, self.key("bad")), 400, "invalid_json")
                self.assert_answer(
                    call(service, "POST", path, {}, self.key("empty")), 422, "invalid_field")
                self.assert_answer(call(service, "GET", "/v1/nothing"), 404, "unknown_path")
                wrong = call(service, "PATCH", path, {})
                self.assert_answer(wrong, 405, "method_not_allowed")
                self.assertIn("POST", wrong.headers["Allow"])
                self.assertEqual(call(service, "GET", "/healthz").body["status"], "ok")

    def test_fields_of_a_wrong_kind_are_refused_by_name(self):
        for service, path, body in self.doings():
            for name in body:
                if name in ("shipping_address", "data", "checkout_id"):
                    continue
                with self.subTest(service=service, field=name):
                    answer = self.store.call(
                        service, "POST", path, {**body, name: False}, self.key(f"bad-{name}"))
                    self.assert_answer(answer, 422, "invalid_field")
                    self.assertEqual(answer.body["field"], name)


if __name__ == "__main__":
    unittest.main()
