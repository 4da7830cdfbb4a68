"""Fault rules in the real server: every mode, and what the books say afterwards."""

import json
import re
import signal
import unittest

from makegood_process import Answer, Json, NoAnswer, wait_until
from makegood_process.shop import QUICK_RETRIES
from makegood_process.shop_test import ShopTest

# Before the first table.
WITH_FAULTS = "allow_fault_injection = true\n"
# So that "for ever" is over soon.
SHORT_BUDGET = QUICK_RETRIES.replace("[retry.forward]", '[retry.forward]\nbudget = "1s"')
SHORT_RESERVATION = '[checkout]\nreservation_ttl = "3s"\n'
EVERY_CALL = (
    "quote", "reserve_inventory", "authorize_payment", "create_order", "confirm_inventory",
    "capture_payment", "request_shipment", "notify")


class FaultsTest(ShopTest):
    settings = WITH_FAULTS + QUICK_RETRIES

    def put(self, *rules: Json) -> Answer:
        return self.shop.server.endpoint.call("PUT", "/v1/faults", {"rules": list(rules)})

    def inject(self, *rules: Json) -> None:
        answer = self.put(*rules)
        self.assertEqual(answer.status, 200, answer)

    def injected(self) -> list[int]:
        """How often each rule struck."""
        return [rule["injected"] for rule in self.shop.server.endpoint.get("/v1/faults")["rules"]]

    def really_sent(self, call: str) -> bool:
        text = self.shop.server.endpoint.call("GET", "/metrics").text
        return re.search(rf'makegood_call_attempts_total{{[^}}]*call="{call}"[^}}]*}} [1-9]', text) is not None

    def failed_attempts(self, checkout: Json, call: str) -> list[str]:
        """What the journal says of those."""
        return [entry["detail"] for entry in self.shop.checkouts.journal(checkout["id"])
                if entry.get("call") == call and entry.get("from") == entry["to"]]


class Faults(FaultsTest):
    def test_an_injected_refusal_compensates_the_customer_that_it_names_and_nobody_else(self) -> None:
        self.inject({"call": "authorize_payment", "customer_id": "cus_ann", "mode": "refuse",
                     "code": "card_declined", "detail": "on purpose"})
        self.assert_ends(self.complete(self.shop.order(customer="cus_bob")), "completed")
        declined = self.complete(self.shop.order(customer="cus_ann"))
        self.assert_ends(declined, "compensated", "payment_declined")
        self.assertEqual(declined["reason"]["detail"], "on purpose")
        self.assertEqual(self.effects("payments", declined), [])
        self.assertEqual(self.effects("inventory", declined), ["reserved", "released"])
        self.assert_ends(self.complete(self.shop.order(customer="cus_ann")), "completed")
        self.assertEqual(self.injected(), [1])
        self.assert_balance()

    def test_injected_errors_are_tried_again_until_they_are_over(self) -> None:
        self.inject({"call": "create_order", "mode": "error", "times": 3})
        checkout = self.complete(self.shop.order())
        self.assert_ends(checkout, "completed")
        self.assertEqual(len(self.failed_attempts(checkout, "create_order")), 3)
        self.assertEqual(self.effects("orders", checkout), ["order_created"])
        self.assert_balance()

    def test_a_charge_whose_answer_is_lost_is_made_once(self) -> None:
        self.inject({"call": "authorize_payment", "mode": "timeout_after"})
        checkout = self.complete(self.shop.order())
        self.assert_ends(checkout, "completed")
        self.assertEqual(self.failed_attempts(checkout, "authorize_payment"),
                         ["no answer: injected fault timeout_after"])
        self.shop.checkouts.wait_for_fulfilments()
        self.assertEqual(self.effects("payments", checkout), ["authorized", "captured"])
        self.assert_balance()

    def test_an_undo_fails_by_its_own_name(self) -> None:
        self.inject({"call": "create_order", "mode": "refuse", "code": "address_unknown"},
                    {"call": "void_payment", "mode": "timeout_after", "times": 2},
                    {"call": "release_inventory", "mode": "timeout_before"})
        checkout = self.complete(self.shop.order())
        self.assert_ends(checkout, "compensated", "order_refused")
        self.assertEqual(self.injected(), [1, 2, 1])
        self.assertEqual(self.effects("payments", checkout), ["authorized", "voided"])
        self.assertEqual(self.effects("inventory", checkout), ["reserved", "released"])
        self.assert_balance()

    def test_every_call_sent_twice_has_its_effect_once(self) -> None:
        self.inject(*({"call": call, "mode": "duplicate"} for call in EVERY_CALL))
        checkout = self.complete(self.shop.order())
        self.assert_ends(checkout, "completed")
        self.shop.checkouts.wait_for_fulfilments()
        self.assertEqual(self.injected(), [1] * len(EVERY_CALL))
        self.assertEqual(self.failed_attempts(checkout, "authorize_payment"), [])
        self.assert_balance()

    def test_a_delayed_call_only_takes_longer(self) -> None:
        self.inject({"call": "reserve_inventory", "mode": "delay", "delay_ms": 100})
        checkout = self.complete(self.shop.order())
        self.assert_ends(checkout, "completed")
        self.assertEqual(self.injected(), [1])
        self.assertEqual(self.failed_attempts(checkout, "reserve_inventory"), [])
        self.assert_balance()

    def test_many_checkouts_under_faults_by_chance_all_end_well(self) -> None:
        self.inject(
            {"mode": "timeout_after", "times": 0, "probability": 0.15, "seed": 1},
            {"mode": "timeout_before", "times": 0, "probability": 0.15, "seed": 2},
            {"mode": "duplicate", "times": 0, "probability": 0.15, "seed": 3},
            {"mode": "error", "times": 0, "probability": 0.15, "seed": 4})
        for _ in range(30):
            self.start(self.shop.order())
        self.shop.checkouts.wait_until_all_ended()
        self.assertTrue(all(count > 0 for count in self.injected()), self.injected())
        self.assert_balance()


class FaultsPastTheBudget(FaultsTest):
    settings = WITH_FAULTS + SHORT_RESERVATION + SHORT_BUDGET

    def test_a_payment_that_nobody_ever_sees_is_voided_as_if_it_had_happened(self) -> None:
        self.inject({"call": "authorize_payment", "mode": "timeout_before", "times": 0})
        checkout = self.complete(self.shop.order())
        self.assert_ends(checkout, "compensated", "outcome_unknown")
        self.assertEqual(self.effects("payments", checkout), ["barred"])
        self.assert_balance()

    def test_a_payment_whose_answers_are_all_lost_is_voided(self) -> None:
        self.inject({"call": "authorize_payment", "mode": "timeout_after", "times": 0})
        checkout = self.complete(self.shop.order())
        self.assert_ends(checkout, "compensated", "outcome_unknown")
        self.assertEqual(self.effects("payments", checkout), ["authorized", "voided"])
        self.assert_balance()

    def test_a_delay_beyond_every_deadline_is_no_answer(self) -> None:
        self.inject({"call": "create_order", "mode": "delay", "delay_ms": 600_000, "times": 0})
        checkout = self.complete(self.shop.order())
        self.assert_ends(checkout, "compensated", "outcome_unknown")
        self.assertEqual(self.effects("orders", checkout), ["barred"])
        self.assert_balance()


    def test_a_payment_that_arrives_after_its_undo_is_barred(self) -> None:
        self.inject({"call": "authorize_payment", "mode": "delay", "delay_ms": 4_000, "times": 0})
        checkout = self.complete(self.shop.order())
        self.assert_ends(checkout, "compensated", "outcome_unknown")
        self.assertEqual(self.effects("payments", checkout), ["barred"])
        wait_until("the late payment arrives", lambda: self.really_sent("authorize_payment"))
        self.assertEqual(self.effects("payments", checkout), ["barred"])
        self.assert_balance()


class Crashes(FaultsTest):
    def crash_on(self, call: str, mode: str) -> str:
        """Starts a checkout and waits until it has killed the server; its id."""
        self.inject({"call": call, "mode": mode})
        checkout_id = self.start(self.shop.order())
        self.assertEqual(self.shop.server.process.wait(), -signal.SIGKILL)
        return checkout_id

    def last_entry(self, checkout_id: str) -> Json:
        """Of the dead server's data."""
        read = self.shop.server.command(
            "journal", checkout_id, "--json", "--data", self.shop.server.data)
        self.assertEqual(read.exit_code, 0, read)
        return json.loads(read.out)["items"][-1]

    def resume(self, checkout_id: str) -> None:
        """Ends what the crash left, with every effect once."""
        self.shop.server.start()
        self.shop.checkouts.wait_until_all_ended()
        checkout = self.shop.checkouts.read(checkout_id)
        self.assert_ends(checkout, "completed")
        self.shop.checkouts.wait_for_fulfilments()
        self.assertEqual(self.effects("payments", checkout), ["authorized", "captured"])
        self.assert_balance()

    def test_a_crash_before_the_commit_loses_the_decision_and_nothing_else(self) -> None:
        checkout_id = self.crash_on("authorize_payment", "crash_before_commit")
        self.assertEqual(self.last_entry(checkout_id)["to"], "reserving")
        self.assertEqual(self.effects("inventory", checkout_id), ["reserved"])
        self.assertEqual(self.effects("payments", checkout_id), [])
        self.resume(checkout_id)

    def test_a_crash_after_the_commit_leaves_a_call_that_was_not_sent(self) -> None:
        checkout_id = self.crash_on("authorize_payment", "crash_after_commit")
        self.assertEqual(self.last_entry(checkout_id)["effects"], ["authorize_payment"])
        self.assertEqual(self.effects("payments", checkout_id), [])
        self.resume(checkout_id)

    def test_a_crash_after_the_effect_leaves_an_answer_that_nobody_wrote_down(self) -> None:
        checkout_id = self.crash_on("authorize_payment", "crash_after_effect")
        self.assertEqual(self.last_entry(checkout_id)["effects"], ["authorize_payment"])
        self.assertEqual(self.effects("payments", checkout_id), ["authorized"])
        self.resume(checkout_id)

    def test_a_crash_at_an_undo_leaves_it_to_the_next_start(self) -> None:
        self.inject({"call": "create_order", "mode": "refuse", "code": "address_unknown"},
                    {"call": "release_inventory", "mode": "crash_after_effect"})
        checkout_id = self.start(self.shop.order())
        self.assertEqual(self.shop.server.process.wait(), -signal.SIGKILL)
        self.shop.server.start()
        checkout = self.shop.checkouts.wait_for_end(checkout_id)
        self.assert_ends(checkout, "compensated", "order_refused")
        self.assertEqual(self.effects("inventory", checkout), ["reserved", "released"])
        self.assert_balance()

    def test_a_start_that_was_never_committed_was_never_accepted(self) -> None:
        self.inject({"call": "quote", "mode": "crash_before_commit"})
        order, key = self.shop.order(), self.shop.key()
        with self.assertRaises(NoAnswer):
            self.shop.checkouts.start(order, key)
        self.assertEqual(self.shop.server.process.wait(), -signal.SIGKILL)
        self.shop.server.start()
        self.assertEqual(list(self.shop.checkouts.listed()), [])
        again = self.shop.checkouts.start(order, key)
        self.assertFalse(again.replayed)
        self.assert_ends(self.shop.checkouts.wait_for_end(again.body["id"]), "completed")
        self.assert_balance()


class SwitchedOn(FaultsTest):
    def test_a_server_that_can_be_made_to_fail_says_so(self) -> None:
        self.assertIn("FAULT INJECTION IS ON", self.shop.server.process.said())
        self.inject({"call": "notify", "mode": "error"})
        self.assertIn("FAULT INJECTION: fault rules in force now: 1", self.shop.server.process.said())
        self.assertTrue(self.shop.server.endpoint.get("/readyz")["fault_injection"])
        metrics = self.shop.server.endpoint.call("GET", "/metrics").text
        self.assertIn("makegood_fault_injection_enabled 1", metrics)

    def test_a_rule_that_names_no_call_is_refused_with_the_calls_that_there_are(self) -> None:
        answer = self.put({"call": "authorise_payment", "mode": "error"})
        self.assertEqual((answer.status, answer.code), (400, "invalid-field"))
        self.assertIn("authorize_payment", answer.text)


class SwitchedOff(FaultsTest):
    settings = QUICK_RETRIES

    def test_no_server_takes_fault_rules_unless_it_is_told_to(self) -> None:
        answer = self.put({"mode": "crash_after_commit"})
        self.assertEqual((answer.status, answer.code), (404, "fault-injection-off"))
        self.assertEqual(self.shop.server.command("explain", answer.code).exit_code, 0)
        self.assertNotIn("fault_injection", self.shop.server.endpoint.get("/readyz"))
        self.assert_ends(self.complete(self.shop.order()), "completed")


if __name__ == "__main__":
    unittest.main()
