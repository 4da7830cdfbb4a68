import unittest

from running_storefront import StorefrontTest


class Cart(StorefrontTest):
    def test_a_cart_is_read_as_it_was_put_until_it_is_cleared(self):
        path = f"/v1/carts/{self.id('cart')}"
        items = [{"sku": "SKU-1", "quantity": 2}, {"sku": "SKU-2", "quantity": 1}]
        put = {"customer_id": "cus_1", "items": items, "currency": "EUR"}
        self.assert_answer(self.store.call("cart", "PUT", path, put), 200)
        read = self.store.call("cart", "GET", path).body
        self.assertEqual((read["customer_id"], read["items"], read["currency"]),
                         ("cus_1", items, "EUR"))
        for _ in range(2):
            cleared = self.store.call("cart", "DELETE", path, key=self.key("clear_cart"))
            self.assert_answer(cleared, 204)
        self.assert_answer(self.store.call("cart", "GET", path), 404, "unknown_cart")
        self.assertEqual(self.effects("cart"), ["cart_cleared"])

    def test_a_repeated_clear_leaves_a_newer_cart_alone(self):
        path = f"/v1/carts/{self.id('cart')}"
        items = [{"sku": "SKU-1", "quantity": 1}]
        put = {"customer_id": "cus_1", "items": items, "currency": "USD"}
        self.store.call("cart", "PUT", path, put)
        self.store.call("cart", "DELETE", path, key=self.key("clear_cart"))
        self.store.call("cart", "PUT", path, put)
        again = self.store.call("cart", "DELETE", path, key=self.key("clear_cart"))
        self.assert_answer(again, 204)
        self.assertTrue(again.replayed)
        self.assert_answer(self.store.call("cart", "GET", path), 200)


class Catalog(StorefrontTest):
    def quote(self, items, currency="USD"):
        body = {"customer_id": "cus_1", "items": items, "currency": currency}
        return self.store.call("catalog", "POST", "/v1/quotes", body)

    def price(self, sku, currency="USD"):
        return self.store.call("catalog", "GET", f"/v1/skus/{sku}").body["prices"][currency]

    def test_a_quote_multiplies_and_adds_and_merges_lines_of_one_sku(self):
        one, two = self.price("SKU-1"), self.price("SKU-2")
        answer = self.quote([{"sku": "SKU-1", "quantity": 2}, {"sku": "SKU-2", "quantity": 1},
                             {"sku": "SKU-1", "quantity": 3}])
        self.assert_answer(answer, 200)
        self.assertEqual(answer.body, {
            "items": [
                {"sku": "SKU-1", "quantity": 5, "unit_price": one, "amount": 5 * one},
                {"sku": "SKU-2", "quantity": 1, "unit_price": two, "amount": two}],
            "total": 5 * one + two,
            "currency": "USD"})

    def test_a_quote_is_in_the_currency_that_was_asked_for(self):
        answer = self.quote([{"sku": "SKU-3", "quantity": 1}], "EUR")
        self.assertEqual((answer.body["total"], answer.body["currency"]),
                         (self.price("SKU-3", "EUR"), "EUR"))
        self.assert_answer(
            self.quote([{"sku": "SKU-3", "quantity": 1}], "XXX"), 422, "unsupported_currency")

    def test_a_changed_price_is_in_the_next_quote(self):
        path = "/v1/skus/SKU-4/price"
        self.assert_answer(
            self.store.call("catalog", "PUT", path, {"currency": "USD", "unit_price": 7}), 200)
        self.assertEqual(self.quote([{"sku": "SKU-4", "quantity": 3}]).body["total"], 21)

    def test_an_unknown_sku_is_refused_by_name(self):
        answer = self.quote([{"sku": "SKU-1", "quantity": 1}, {"sku": "SKU-0", "quantity": 1}])
        self.assert_answer(answer, 422, "unknown_sku")
        self.assertEqual(answer.body["sku"], "SKU-0")
        self.assert_answer(self.store.call("catalog", "GET", "/v1/skus/SKU-0"), 404, "unknown_sku")

    def test_quantities_that_nobody_can_buy_are_refused(self):
        for quantity in (0, -1, 1001, 1.5, "1", None, 2**64):
            with self.subTest(quantity):
                answer = self.quote([{"sku": "SKU-1", "quantity": quantity}])
                self.assert_answer(answer, 422, "invalid_field")
        self.assert_answer(self.quote([]), 422, "invalid_field")

    def test_the_catalog_is_listed_page_by_page_without_gap_or_repetition(self):
        seen, after = [], ""
        while True:
            page = self.store.call("catalog", "GET", f"/v1/skus?limit=500&after={after}").body
            seen += [each["sku"] for each in page["items"]]
            if "next_after" not in page:
                break
            after = page["next_after"]
        self.assertEqual(seen, [f"SKU-{number}" for number in range(1, 2001)])
        lost = self.store.call("catalog", "GET", "/v1/skus?after=SKU-0")
        self.assert_answer(lost, 404, "unknown_sku")

    def test_a_category_lists_only_its_own(self):
        items = self.store.call("catalog", "GET", "/v1/skus?category=audio").body["items"]
        self.assertTrue(items)
        self.assertEqual({each["category"] for each in items}, {"audio"})


if __name__ == "__main__":
    unittest.main()
