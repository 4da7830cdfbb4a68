"""A stop in good order: nothing new is taken, what is durable goes on at the next start."""

import threading
import unittest

from makegood_process import NoAnswer, in_parallel, wait_until
from makegood_process.shop import QUICK_RETRIES
from makegood_process.shop_test import ShopTest

CHECKOUTS = 100


class Drain(ShopTest):
    def hold_payments(self) -> None:
        self.shop.storefront.misbehave(
            "payments", {"call": "POST /v1/authorizations", "mode": "slow", "delay_ms": 1_000})

    def test_a_stop_in_the_middle_of_checkouts_is_quick_and_they_go_on_after_it(self) -> None:
        self.hold_payments()
        started = in_parallel(lambda _: self.start(self.shop.order()), range(CHECKOUTS))
        self.assertEqual(self.shop.server.process.stop(), 0)
        self.shop.storefront.behave()
        self.shop.server.start()
        self.assertEqual(self.shop.server.resumed(), [0, CHECKOUTS])
        self.shop.checkouts.wait_until_all_ended()
        for checkout in in_parallel(self.shop.checkouts.read, started):
            self.assert_ends(checkout, "completed")
        self.assert_balance()

    def test_whoever_waits_for_a_checkout_is_answered_before_the_stop(self) -> None:
        self.hold_payments()
        answers = []

        def wait_for_it(_: int) -> None:
            answers.append(self.shop.checkouts.start(self.shop.order(), self.shop.key(), wait=30))

        def stop(_: int) -> None:
            wait_until("the checkouts are under way",
                       lambda: self.shop.storefront.times_used("payments") == 3)
            self.assertEqual(self.shop.server.process.stop(), 0)

        in_parallel(lambda work: work(0), [wait_for_it] * 3 + [stop])
        self.assertEqual([each.status for each in answers], [202] * 3)
        self.shop.server.start()
        self.shop.checkouts.wait_until_all_ended()
        for each in answers:
            self.assert_ends(self.shop.checkouts.read(each.body["id"]), "completed")
        self.assert_balance()

    def test_no_start_that_was_answered_is_lost_and_no_other_is_kept(self) -> None:
        keys = [self.shop.key() for _ in range(CHECKOUTS)]
        orders = {key: self.shop.order() for key in keys}
        accepted: dict[str, str] = {}
        once = threading.Lock()

        def start(key: str) -> None:
            try:
                answer = self.shop.checkouts.start(orders[key], key)
            except NoAnswer:
                return
            if answer.status not in (200, 202):
                return
            accepted[key] = answer.body["id"]
            # Once: a second signal would end the server at once.
            if len(accepted) >= CHECKOUTS // 2 and once.acquire(blocking=False):
                self.shop.server.process.ask_to_stop()

        in_parallel(start, keys, threads=8)
        self.assertEqual(self.shop.server.process.wait(), 0)
        self.shop.server.start()
        for key in keys:
            again = self.shop.checkouts.start_until_answered(orders[key], key)
            if key in accepted:
                self.assertEqual(again.body["id"], accepted[key])
                self.assertTrue(again.replayed)
            self.assert_ends(self.shop.checkouts.wait_for_end(again.body["id"]), "completed")
        self.assert_balance()


class DrainWithNotice(ShopTest):
    settings = 'drain_notice = "2s"\n' + QUICK_RETRIES

    def test_a_load_balancer_sees_the_stop_before_the_listener_closes(self) -> None:
        checkout_id = self.start(self.shop.order())
        self.shop.server.process.ask_to_stop()
        wait_until("it is no longer ready", lambda: not self.shop.server.is_ready())
        refused = self.shop.checkouts.start(self.shop.order(), self.shop.key())
        self.assertEqual((refused.status, refused.code), (503, "draining"))
        self.assertIn("Retry-After", refused.headers)
        self.assertEqual(self.shop.checkouts.read(checkout_id)["id"], checkout_id)
        self.assertEqual(self.shop.server.process.wait(), 0)


if __name__ == "__main__":
    unittest.main()
