"""One key, one checkout, one set of effects: whatever is sent how often."""

import unittest

from makegood_process import in_parallel
from makegood_process.shop_test import ShopTest

TWINS = 50


class Idempotency(ShopTest):
    def test_the_same_key_fifty_times_at_once_is_one_checkout(self) -> None:
        order = self.shop.order()
        answers = in_parallel(
            lambda _: self.shop.checkouts.start(order, "twins"), range(TWINS), threads=TWINS)
        self.assertEqual({each.status for each in answers} - {200, 202}, set())
        self.assertEqual(len({each.body["id"] for each in answers}), 1)
        self.assertEqual(sum(not each.replayed for each in answers), 1, "one of them was the first")
        ended = self.shop.checkouts.wait_for_end(answers[0].body["id"])
        self.assert_ends(ended, "completed")
        self.assertEqual(len(list(self.shop.checkouts.listed())), 1)
        self.assert_balance()

    def test_a_used_key_with_another_body_is_refused_and_changes_nothing(self) -> None:
        order = self.shop.order()
        first = self.shop.checkouts.start(order, "used")
        while_running = self.shop.checkouts.start({**order, "currency": "EUR"}, "used")
        ended = self.shop.checkouts.wait_for_end(first.body["id"])
        after_the_end = self.shop.checkouts.start({**order, "expected_total": 1}, "used")
        for answer in (while_running, after_the_end):
            self.assertEqual((answer.status, answer.code), (422, "idempotency-key-reused"))
        self.assert_ends(ended, "completed")
        self.assertEqual(len(list(self.shop.checkouts.listed())), 1)

    def test_the_same_payload_written_differently_is_the_same(self) -> None:
        order = self.shop.order()
        first = self.shop.checkouts.start(order, "spelling")
        again = self.shop.checkouts.start(dict(reversed(order.items())), "spelling")
        self.assertEqual(again.body["id"], first.body["id"])
        self.assertTrue(again.replayed)

    def test_a_key_belongs_to_its_customer(self) -> None:
        first, second = (
            self.shop.checkouts.start(self.shop.order(), "order-1").body["id"] for _ in range(2))
        self.assertNotEqual(first, second)

    def test_a_key_is_still_known_after_a_kill(self) -> None:
        order = self.shop.order()
        first = self.shop.checkouts.start(order, "before-the-kill")
        self.shop.server.process.kill()
        self.shop.server.start()
        again = self.shop.checkouts.start(order, "before-the-kill")
        self.assertTrue(again.replayed)
        self.assertEqual(again.body["id"], first.body["id"])
        self.shop.checkouts.wait_until_all_ended()
        self.assert_ends(self.shop.checkouts.read(first.body["id"]), "completed")
        self.assert_balance()

    def test_a_start_without_a_key_is_refused(self) -> None:
        answer = self.shop.server.endpoint.call("POST", "/v1/checkouts", self.shop.order())
        self.assertEqual((answer.status, answer.code), (400, "idempotency-key-missing"))
        self.assertEqual(list(self.shop.checkouts.listed()), [])


if __name__ == "__main__":
    unittest.main()
