"""Backends that go down and come back: checkouts wait, and end as if nothing had been."""

import unittest

from makegood_process import in_parallel, wait_until
from makegood_process.shop_test import ShopTest

CHECKOUTS = 40


class BackendOutage(ShopTest):
    def test_checkouts_that_start_while_all_backends_are_down_complete_later(self) -> None:
        self.shop.storefront.process.kill()
        started = [self.start(self.shop.order()) for _ in range(CHECKOUTS)]
        wait_until("calls are held back", lambda: any(
            "waiting_for" in self.shop.checkouts.read(each) for each in started))
        statuses = {self.shop.checkouts.read(each)["status"] for each in started}
        self.assertEqual(statuses, {"running"})
        self.shop.storefront.start()
        self.shop.checkouts.wait_until_all_ended()
        for checkout in in_parallel(self.shop.checkouts.read, started):
            self.assert_ends(checkout, "completed")
        self.assert_balance()

    def test_a_backend_that_says_503_is_asked_again(self) -> None:
        self.shop.storefront.misbehave(
            "inventory", {"call": "POST /v1/reservations", "mode": "error", "times": 3})
        self.assert_ends(self.complete(self.shop.order()), "completed")
        self.assertEqual(self.shop.storefront.times_used("inventory"), 3)
        self.assert_balance()

    def test_a_kill_of_the_storefront_in_the_middle_loses_nothing(self) -> None:
        self.shop.storefront.misbehave(
            "payments", {"call": "POST /v1/authorizations", "mode": "slow", "delay_ms": 500})
        started = [self.start(self.shop.order()) for _ in range(CHECKOUTS)]
        wait_until("payments are under way",
                   lambda: self.shop.storefront.times_used("payments") >= CHECKOUTS // 2)
        self.shop.storefront.process.kill()
        self.shop.storefront.start()
        self.shop.checkouts.wait_until_all_ended()
        for checkout in in_parallel(self.shop.checkouts.read, started):
            self.assert_ends(checkout, "completed")
        self.assert_balance()

    def test_a_failing_payment_does_not_hold_up_checkouts_elsewhere(self) -> None:
        stuck = [self.start(self.shop.order("tok_always_503")) for _ in range(CHECKOUTS)]
        for each in stuck:
            self.shop.checkouts.act(each, "cancel")
        for checkout in in_parallel(self.shop.checkouts.wait_for_end, stuck):
            self.assertIn(checkout["status"], ("compensated", "failed"), checkout)
        self.assert_ends(self.complete(self.shop.order()), "completed")
        self.assert_balance()


if __name__ == "__main__":
    unittest.main()
