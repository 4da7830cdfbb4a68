import unittest

from running_storefront import NoAnswer, StorefrontTest


class Payments(StorefrontTest):
    options = (*StorefrontTest.options, "--slow-ms", "50", "--hang-ms", "200")

    def status(self, n=1):
        path = f"/v1/authorizations/aut_{self.checkout}_{n}"
        return self.store.call("payments", "GET", path).body["status"]

    def tearDown(self):
        super().tearDown()
        ledger = self.ledger("payments")
        self.assertTrue(ledger["balanced"], ledger)
        self.assertEqual(ledger["authorized_total"],
                         ledger["captured"] + ledger["voided"] + ledger["pending"], ledger)
        self.assertEqual((ledger["duplicates"], ledger["effects_repeated"]), (0, 0), ledger)

    def test_money_is_held_then_taken_then_given_back(self):
        before = self.ledger("payments")
        self.assert_answer(self.authorize(amount=700), 201)
        for verb, status in (("capture", "captured"), ("refund", "refunded")):
            for attempt in (verb, verb, f"{verb}-by-hand"):
                self.assert_answer(self.payment(verb, key=self.key(attempt)), 200)
            self.assertEqual(self.status(), status)
        after = self.ledger("payments")
        changes = {name: after[name] - before[name]
                   for name in ("authorized_total", "captured", "refunded", "voided", "pending")}
        self.assertEqual(changes, {"authorized_total": 700, "captured": 700, "refunded": 700,
                                   "voided": 0, "pending": 0})
        self.assertEqual(self.effects("payments"), ["authorized", "captured", "refunded"])

    def test_money_moves_only_the_way_it_may(self):
        self.authorize()
        self.assert_answer(self.payment("refund"), 409, "authorization_authorized")
        self.payment("capture")
        self.assert_answer(self.payment("void"), 409, "already_captured")
        self.authorize(token="tok_amex", n=2)
        self.payment("void", n=2)
        self.assert_answer(self.payment("capture", n=2), 409, "authorization_voided")
        self.assert_answer(self.payment("capture", n=3), 404, "unknown_authorization")

    def test_declined_cards_decline_with_their_reason(self):
        reasons = {
            "tok_declined": "card_declined", "tok_insufficient_funds": "insufficient_funds",
            "tok_expired_card": "expired_card", "tok_of_nobody": "invalid_token"}
        for n, (token, code) in enumerate(reasons.items()):
            with self.subTest(token):
                self.assert_answer(self.authorize(token, n=n), 402, code)
                again = self.authorize(token, n=n)
                self.assertTrue(again.replayed)
                self.assert_answer(again, 402, code)
                self.assertEqual(self.status(n), "declined")
                self.assert_answer(self.payment("void", n=n), 200)

    def test_a_gift_card_pays_until_it_is_empty_and_a_void_refills_it(self):
        self.assert_answer(self.authorize("tok_gift_50", 5001, n=1), 402, "insufficient_funds")
        self.assert_answer(self.authorize("tok_gift_50", 3000, n=2), 201)
        self.assert_answer(self.authorize("tok_gift_50", 2001, n=3), 402, "insufficient_funds")
        self.payment("void", n=2)
        self.assert_answer(self.authorize("tok_gift_50", 5000, n=4), 201)
        # The card of another customer is another card.
        self.payment("void", n=4)
        self.assert_answer(self.authorize("tok_gift_50", 5000, n=5, customer="cus_other"), 201)

    def test_the_customer_authorizes_a_payment_that_asks_for_it(self):
        answer = self.authorize("tok_3ds")
        self.assert_answer(answer, 202)
        self.assertEqual(answer.body["status"], "requires_action")
        action = answer.body["next_action"]
        self.assertEqual(action["type"], "redirect")
        self.assertTrue(action["url"] and action["expires_at"])
        self.assertEqual(self.status(), "pending_action")
        self.assert_answer(self.payment("capture"), 409, "authorization_pending_action")
        for key in ("action", "action-again"):
            done = self.payment("customer_action", key=self.key(key), body={"result": "authorized"})
            self.assert_answer(done, 200)
        self.assertEqual(self.status(), "authorized")
        self.assert_answer(
            self.payment("customer_action", key=self.key("no"), body={"result": "refused"}), 409)
        self.assert_answer(self.payment("capture", key=self.key("capture-2")), 200)

    def test_a_customer_may_refuse_and_cannot_act_on_a_voided_payment(self):
        self.authorize("tok_3ds", n=1)
        self.assert_answer(self.payment("customer_action", n=1, body={"result": "refused"}), 200)
        self.assertEqual(self.status(1), "declined")
        self.authorize("tok_3ds", n=2)
        self.payment("void", n=2)
        late = self.payment("customer_action", n=2, body={"result": "authorized"})
        self.assert_answer(late, 409, "authorization_voided")
        self.authorize("tok_visa", n=3)
        self.assert_answer(
            self.payment("customer_action", n=3, body={"result": "refused"}), 409,
            "no_action_expected")

    def test_a_lost_answer_is_found_again_by_a_retry(self):
        for token, lost in (("tok_lost_answer", 1), ("tok_lost_twice", 2)):
            with self.subTest(token):
                for _ in range(lost):
                    with self.assertRaises(NoAnswer):
                        self.authorize(token, n=lost)
                    self.assertEqual(self.status(lost), "authorized")
                answer = self.authorize(token, n=lost)
                self.assert_answer(answer, 201)
                self.assertTrue(answer.replayed)
                self.payment("void", n=lost)

    def test_a_payment_that_never_answers_is_held_all_the_same(self):
        for _ in range(2):
            with self.assertRaises(NoAnswer):
                self.authorize("tok_never_answers")
        self.assertEqual(self.status(), "authorized")
        self.assertEqual(self.effects("payments"), ["authorized"])

    def test_errors_leave_nothing_behind(self):
        answer = self.authorize("tok_error_once", n=1)
        self.assert_answer(answer, 503)
        self.assertEqual(answer.headers["Retry-After"], "0")
        self.assertEqual(self.effects("payments"), [])
        self.assert_answer(self.authorize("tok_error_once", n=1), 201)
        for _ in range(2):
            self.assert_answer(self.authorize("tok_always_503", n=2), 503)
            self.assert_answer(self.authorize("tok_unauthorized", n=3), 401)
        self.assertEqual(self.effects("payments"), ["authorized"])

    def test_a_malformed_answer_hides_a_payment_that_was_made(self):
        answer = self.authorize("tok_malformed")
        self.assertEqual(answer.status, 200)
        with self.assertRaises(ValueError):
            answer.body
        self.assertEqual(self.status(), "authorized")

    def test_a_slow_payment_is_held_before_it_is_answered(self):
        with self.assertRaises(NoAnswer):
            self.authorize("tok_slow", timeout=0.01)
        answer = self.authorize("tok_slow")
        self.assert_answer(answer, 201)
        self.assertTrue(answer.replayed)


class Duplicates(StorefrontTest):
    def test_the_ledger_counts_a_checkout_that_holds_the_same_money_twice(self):
        self.authorize(n=1)
        self.authorize(n=2)
        self.assertEqual(self.ledger("payments")["duplicates"], 1)
        self.payment("void", n=2)
        self.assertEqual(self.ledger("payments")["duplicates"], 0)


if __name__ == "__main__":
    unittest.main()
