"""The storefront passes every case; with a rule broken on purpose it fails exactly those of the rule.

That is also what shows that the cases can fail at all.
"""

import concurrent.futures
import fnmatch
import json
import pathlib
import re
import subprocess
import unittest

from kit import BINARIES, judge, listed_cases, running_storefront, verdicts

STOREFRONTS_AT_ONCE = 12
README = pathlib.Path(__file__).resolve().parents[2] / "examples" / "storefront" / "README.md"

# Each rule of `storefront --break`, and the cases that it must fail.
CASES_OF_RULE = {
    "done": ["inventory.reserve.done", "payment.authorize.done", "order.create.done",
             "fulfillment.request.done", "cart.read.done", "catalog.quote.done",
             "notification.notify.done"],
    "confirm": ["inventory.confirm.done"],
    "capture": ["payment.capture.done"],
    "refund": ["payment.refund.done"],
    "repeated_key": ["*.repeated_key"],
    "twins": ["*.twins"],
    "other_payload": ["*.other_payload"],
    "unknown_members": ["*.unknown_members"],
    "broken_json": ["*.broken_json"],
    "invalid_field": ["*.invalid_field"],
    "undo_never_seen": ["inventory.release.never_seen", "payment.void.never_seen",
                        "order.cancel.never_seen", "fulfillment.cancel.never_seen"],
    "late": ["*.late"],
    "takes_effect": ["*.takes_effect"],
    "twice": ["*.twice"],
    "race": ["*.race"],
    "returns_stock": ["inventory.release.returns_stock"],
    "insufficient_stock": ["inventory.reserve.insufficient_stock"],
    "all_or_nothing": ["inventory.reserve.all_or_nothing"],
    "last_item": ["inventory.reserve.last_item"],
    "expires": ["inventory.reserve.expires"],
    "expiry_returns_stock": ["inventory.reserve.expiry_returns_stock"],
    "unknown_sku": ["inventory.reserve.unknown_sku", "catalog.quote.unknown_sku"],
    "confirm_never_seen": ["inventory.confirm.never_seen"],
    "confirm_after_release": ["inventory.confirm.after_release"],
    "confirm_after_expiry": ["inventory.confirm.after_expiry"],
    "release_after_confirm": ["inventory.release.after_confirm"],
    "read_status": ["inventory.read.status"],
    "read_never_seen": ["inventory.read.never_seen", "cart.read.never_seen"],
    "declined": ["payment.authorize.declined"],
    "requires_action": ["payment.authorize.requires_action"],
    "capture_never_seen": ["payment.capture.never_seen"],
    "capture_after_void": ["payment.capture.after_void"],
    "void_after_capture": ["payment.void.after_capture"],
    "refund_before_capture": ["payment.refund.before_capture"],
    "clear_cart": ["cart.clear.done"],
    "clear_never_seen": ["cart.clear.never_seen"],
    "keep_alive": ["*.http.keep_alive"],
    "undo": ["inventory.release.never_seen", "payment.void.never_seen", "order.cancel.never_seen",
             "fulfillment.cancel.never_seen", "*.takes_effect"],
    "void_status": ["payment.void.never_seen"],
    "confirm_other": ["inventory.confirm.done"],
    "expires_at": ["inventory.reserve.done"],
    "next_action": ["payment.authorize.requires_action"],
    "engine_headers": ["*.http.engine_headers"],
}

CASES = {each["id"]: each for each in listed_cases()}


def cases_of(rule):
    patterns = CASES_OF_RULE[rule]
    found = {pattern: fnmatch.filter(CASES, pattern) for pattern in patterns}
    missing = [pattern for pattern, ids in found.items() if not ids]
    assert not missing, f"no case is {missing}"
    return {each for ids in found.values() for each in ids}


def judged_with(rule):
    with running_storefront("--break", rule) as storefront:
        return judge(storefront, "--json")


class Storefront(unittest.TestCase):
    maxDiff = None

    def test_it_passes_every_case_again_and_again(self):
        with running_storefront() as storefront:
            for _ in range(2):
                result = judge(storefront, "--json")
                self.assertEqual(result.exit_code, 0, result)
                self.assertEqual(verdicts(result), {each: "pass" for each in CASES})

    def test_it_passes_while_it_waits_for_the_disk(self):
        with running_storefront(durability="full") as storefront:
            result = judge(storefront, "--json")
            self.assertEqual(result.exit_code, 0, result)
            self.assertEqual(set(verdicts(result).values()), {"pass"})

    def test_the_rules_that_can_be_broken_are_those_of_this_test(self):
        shown = subprocess.run(
            [BINARIES.storefront, "--help"], capture_output=True, text=True, check=True).stdout
        offered = re.search(r"--break\s+RULE:\{([a-z_,\s]+)\}", shown)
        self.assertIsNotNone(offered, shown)
        self.assertEqual(set(re.findall(r"\w+", offered[1])), set(CASES_OF_RULE))

    def test_the_storefronts_readme_explains_every_rule(self):
        text = README.read_text().split("## Broken rules")[1].split("\n## ")[0]
        explained = re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.*?) \|", text, re.M)))
        self.assertEqual(sorted(explained), sorted(CASES_OF_RULE))

    def test_every_case_is_failed_by_a_broken_rule(self):
        failed = set().union(*(cases_of(rule) for rule in CASES_OF_RULE))
        self.assertEqual(failed, set(CASES))

    def test_a_broken_rule_fails_exactly_its_cases(self):
        with concurrent.futures.ThreadPoolExecutor(STOREFRONTS_AT_ONCE) as pool:
            results = dict(zip(CASES_OF_RULE, pool.map(judged_with, CASES_OF_RULE)))
        for rule, result in results.items():
            with self.subTest(rule):
                self.assertEqual(result.exit_code, 6, result)
                by_id = verdicts(result)
                failed = {each for each, verdict in by_id.items() if verdict == "FAIL"}
                self.assertEqual(failed, cases_of(rule), self.details(result))
                self.assert_blocked_by_what_failed(result)

    def details(self, result):
        cases = json.loads(result.out)["cases"]
        return "\n".join(
            f"{each['id']}: {each['verdict']}: {each['reason']}"
            for each in cases if each.get("reason"))

    def assert_blocked_by_what_failed(self, result):
        by_id = verdicts(result)
        for each in json.loads(result.out)["cases"]:
            if each["verdict"] == "blocked":
                needed = each["reason"].removeprefix("needs ")
                self.assertIn(by_id.get(needed), ("FAIL", "blocked"), each)
                self.assertIn(needed, CASES[each["id"]]["needs"])
            else:
                self.assertNotEqual(each["verdict"], "skipped", each)


if __name__ == "__main__":
    unittest.main()
