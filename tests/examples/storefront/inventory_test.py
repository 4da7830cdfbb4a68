import concurrent.futures
import unittest

from running_storefront import StorefrontTest, poll


class Inventory(StorefrontTest):
    def stock(self, sku):
        return self.store.call("inventory", "GET", f"/v1/stock/{sku}").body

    def put_stock(self, sku, **quantities):
        for warehouse, quantity in quantities.items():
            body = {"warehouse": warehouse, "quantity": quantity}
            self.assert_answer(
                self.store.call("inventory", "PUT", f"/v1/stock/{sku}", body), 200)

    def status(self):
        return self.store.call(
            "inventory", "GET", f"/v1/reservations/{self.id('res')}").body["status"]

    def assert_shelves(self, sku, available, reserved, sold):
        shelves = self.stock(sku)
        self.assertEqual((shelves["available"], shelves["reserved"], shelves["sold"]),
                         (available, reserved, sold))

    def tearDown(self):
        super().tearDown()
        ledger = self.ledger("inventory")
        self.assertTrue(ledger["balanced"], ledger)
        self.assertEqual(ledger["available"] + ledger["reserved"] + ledger["sold"],
                         ledger["stock_initial"] + ledger["stock_added"], ledger)
        self.assertEqual(set(ledger["violations"].values()), {0}, ledger)

    def test_stock_goes_from_available_to_reserved_to_sold(self):
        sku = self.id("SKU")
        self.put_stock(sku, north=5)
        self.assert_answer(self.reserve(sku, 2), 201)
        self.assert_shelves(sku, 3, 2, 0)
        for attempt in ("confirm", "confirm", "confirm-by-hand"):
            self.assert_answer(self.reservation("confirm", self.key(attempt)), 200)
        self.assert_shelves(sku, 3, 0, 2)
        self.assertEqual(self.effects("inventory"), ["reserved", "confirmed"])

    def test_released_stock_is_available_again(self):
        sku = self.id("SKU")
        self.put_stock(sku, north=5)
        self.reserve(sku, 2)
        self.assert_answer(self.reservation("release"), 200)
        self.assert_shelves(sku, 5, 0, 0)
        self.assert_answer(self.reservation("confirm"), 409, "reservation_released")

    def test_a_line_is_split_over_warehouses_only_when_none_has_enough(self):
        sku = self.id("SKU")
        self.put_stock(sku, north=2, south=3, harbour=1)
        self.reserve(sku, 3)
        path = f"/v1/reservations/{self.id('res')}"
        lines = self.store.call("inventory", "GET", path).body["lines"]
        self.assertEqual([(each["warehouse"], each["quantity"]) for each in lines], [("south", 3)])
        other = f"{self.checkout}_other"
        self.assert_answer(self.reserve(sku, 3, checkout=other), 201)
        self.assert_shelves(sku, 0, 6, 0)

    def test_too_little_stock_refuses_all_lines(self):
        plenty, scarce = self.id("SKU-plenty"), self.id("SKU-scarce")
        self.put_stock(plenty, north=9)
        self.put_stock(scarce, north=1, south=1)
        body = {
            "reservation_id": self.id("res"), "checkout_id": self.checkout, "ttl_seconds": 900,
            "items": [{"sku": plenty, "quantity": 4}, {"sku": scarce, "quantity": 3}]}
        answer = self.store.call("inventory", "POST", "/v1/reservations", body, self.key("reserve"))
        self.assert_answer(answer, 409, "insufficient_stock")
        self.assertEqual((answer.body["sku"], answer.body["available"]), (scarce, 2))
        self.assert_shelves(plenty, 9, 0, 0)
        self.assert_shelves(scarce, 2, 0, 0)
        # The refusal is the key's answer, even when there is stock now.
        self.put_stock(scarce, north=9)
        again = self.store.call("inventory", "POST", "/v1/reservations", body, self.key("reserve"))
        self.assertTrue(again.replayed)
        self.assert_answer(again, 409, "insufficient_stock")

    def test_a_refused_reservation_in_a_batch_leaves_the_others_alone(self):
        sku = self.id("SKU")
        self.put_stock(sku, north=50)
        with concurrent.futures.ThreadPoolExecutor(20) as threads:
            answers = list(threads.map(
                lambda n: self.reserve(sku, 1 if n % 2 else 1000, checkout=f"{self.checkout}_{n}"),
                range(60)))
        self.assertEqual(sorted(each.status for each in answers), [201] * 30 + [409] * 30)
        self.assert_shelves(sku, 20, 30, 0)

    def test_of_a_hundred_who_want_the_last_piece_exactly_one_gets_it(self):
        sku = self.id("SKU")
        self.put_stock(sku, south=1)
        with concurrent.futures.ThreadPoolExecutor(100) as threads:
            answers = list(threads.map(
                lambda n: self.reserve(sku, checkout=f"{self.checkout}_{n}"), range(100)))
        self.assertEqual(sorted(each.status for each in answers), [201] + [409] * 99)
        self.assertEqual({each.code for each in answers if each.status == 409},
                         {"insufficient_stock"})
        self.assert_shelves(sku, 0, 1, 0)

    def test_an_expired_reservation_gives_its_stock_back_and_is_never_confirmed(self):
        sku = self.id("SKU")
        self.put_stock(sku, north=1)
        self.reserve(sku, ttl=1)
        poll("the reservation expires", lambda: self.status() == "expired")
        poll("the stock comes back", lambda: self.stock(sku)["available"] == 1)
        self.assert_answer(self.reservation("confirm"), 410, "reservation_expired")
        self.assert_answer(self.reservation("release"), 200)
        self.assert_answer(self.reservation("confirm", self.key("late")), 409)
        self.assert_shelves(sku, 1, 0, 0)
        self.assertEqual(self.effects("inventory"), ["reserved", "expired"])

    def test_a_confirm_that_arrives_after_the_end_is_refused(self):
        sku = self.id("SKU")
        self.put_stock(sku, north=1)
        self.misbehave("inventory", call="POST /v1/reservations/{id}/confirm", mode="late",
                       delay_ms=1100, match=self.checkout)
        self.reserve(sku, ttl=1)
        self.assert_answer(self.reservation("confirm"), 410, "reservation_expired")

    def test_a_confirmed_reservation_outlives_its_time_and_cannot_be_released(self):
        sku = self.id("SKU")
        self.put_stock(sku, north=2)
        self.reserve(sku, ttl=1)
        self.reservation("confirm")
        other = f"{self.checkout}_other"
        self.reserve(sku, ttl=1, checkout=other)
        poll("the other one expires", lambda: self.stock(sku)["available"] == 1)
        self.assertEqual(self.status(), "confirmed")
        self.assert_answer(self.reservation("release"), 409, "already_confirmed")
        self.assert_shelves(sku, 1, 0, 1)

    def test_what_was_never_reserved_is_unknown(self):
        path = f"/v1/reservations/{self.id('res')}"
        self.assert_answer(
            self.store.call("inventory", "GET", path), 404, "unknown_reservation")
        self.assert_answer(self.reservation("confirm"), 404, "unknown_reservation")
        self.reservation("release")
        late = self.reservation("confirm", self.key("confirm-by-hand"))
        self.assert_answer(late, 404, "unknown_reservation")

    def test_an_id_under_another_key_is_not_reserved_again(self):
        self.reserve()
        self.assert_answer(self.reserve(key=self.key("another")), 409, "reservation_exists")

    def test_goods_that_are_sold_out_by_design_are_sold_out(self):
        self.assert_answer(self.reserve("SKU-999"), 409, "insufficient_stock")
        self.assertEqual(self.stock("SKU-1998")["available"], 1)


if __name__ == "__main__":
    unittest.main()
