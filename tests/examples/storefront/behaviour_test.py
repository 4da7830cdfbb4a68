"""The rules with which tests make a service misbehave."""

import concurrent.futures
import unittest

from running_storefront import NoAnswer, StorefrontTest, poll

RESERVE = "POST /v1/reservations"


class Behaviour(StorefrontTest):
    def rule(self):
        return self.store.call("inventory", "GET", "/v1/behaviour").body["rules"][0]

    def test_a_lost_answer_was_applied_and_is_replayed(self):
        self.misbehave("inventory", call=RESERVE, match=self.checkout, mode="lost_answer", times=1)
        with self.assertRaises(NoAnswer):
            self.reserve()
        self.assertEqual(self.effects("inventory"), ["reserved"])
        self.assertTrue(self.reserve().replayed)

    def test_a_lost_request_was_not_applied(self):
        self.misbehave("inventory", call=RESERVE, mode="lost_request", times=1)
        with self.assertRaises(NoAnswer):
            self.reserve()
        self.assertEqual(self.effects("inventory"), [])
        self.assertFalse(self.reserve().replayed)

    def test_an_error_is_used_up_and_leaves_no_answer_behind(self):
        self.misbehave("inventory", call=RESERVE, mode="error", times=2, status=500, code="broken")
        for _ in range(2):
            self.assert_answer(self.reserve(), 500, "broken")
        self.assert_answer(self.reserve(), 201)
        self.assertEqual((self.rule()["times_left"], self.rule()["times_used"]), (0, 2))

    def test_a_refusal_is_kept_as_the_first_answer(self):
        self.misbehave("orders", call="POST /v1/orders", mode="refuse", times=1, status=422,
                       code="fraud_suspected")
        self.assert_answer(self.order(), 422, "fraud_suspected")
        again = self.order()
        self.assert_answer(again, 422, "fraud_suspected")
        self.assertTrue(again.replayed)
        self.assertEqual(self.effects("orders"), [])

    def test_an_unauthorized_call_is_not_applied(self):
        self.misbehave("inventory", call=RESERVE, mode="unauthorized", times=1)
        self.assert_answer(self.reserve(), 401, "unauthorized")
        self.assertEqual(self.effects("inventory"), [])

    def test_a_malformed_answer_is_not_json(self):
        self.misbehave("inventory", call=RESERVE, mode="malformed", times=1)
        with self.assertRaises(ValueError):
            self.reserve().body
        self.assertEqual(self.effects("inventory"), ["reserved"])

    def test_a_hanging_call_was_applied(self):
        self.misbehave("inventory", call=RESERVE, mode="hang", delay_ms=50)
        with self.assertRaises(NoAnswer):
            self.reserve()
        self.assertEqual(self.effects("inventory"), ["reserved"])

    def test_a_do_that_is_overtaken_by_its_undo_is_barred(self):
        self.misbehave("inventory", call=RESERVE, match=self.checkout, mode="late", delay_ms=1000,
                       times=1)
        with concurrent.futures.ThreadPoolExecutor(1) as threads:
            overtaken = threads.submit(self.reserve)
            poll("the reserve is on its way", lambda: self.rule()["times_used"] == 1)
            self.assert_answer(self.reservation("release"), 200)
            self.assert_answer(overtaken.result(), 409, "undone")
        self.assertEqual(self.effects("inventory"), ["barred"])

    def test_a_rule_meets_only_the_calls_that_it_names(self):
        self.misbehave("inventory", call="POST /v1/reservations/{id}/confirm", mode="refuse",
                       match=self.id("res"), code="reservation_expired")
        self.assert_answer(self.reserve(), 201)
        other = "/v1/reservations/res_other/confirm"
        self.assert_answer(
            self.store.call("inventory", "POST", other, {}, self.key("other")), 404)
        self.assert_answer(self.reservation("confirm"), 409, "reservation_expired")
        self.assert_answer(self.reservation("release"), 200)

    def test_rules_that_make_no_sense_are_refused_and_change_nothing(self):
        self.misbehave("inventory", call=RESERVE, mode="slow", delay_ms=0)
        for rules in ({}, {"rules": [1]}, {"rules": [{"mode": "explode"}]},
                      {"rules": [{"mode": "slow", "times": 0}]}):
            answer = self.store.call("inventory", "PUT", "/v1/behaviour", rules)
            self.assert_answer(answer, 422, "invalid_field")
        self.assertEqual(self.rule()["mode"], "slow")
        self.assertEqual(
            self.store.call("inventory", "DELETE", "/v1/behaviour").status, 204)
        self.assertEqual(
            self.store.call("inventory", "GET", "/v1/behaviour").body["rules"], [])


if __name__ == "__main__":
    unittest.main()
