"""What `makegood conformance` takes, prints and exits with."""

import http.server
import json
import pathlib
import re
import socket
import subprocess
import tempfile
import threading
import unittest
import xml.etree.ElementTree as xml

from kit import BINARIES, judge, listed_cases, makegood, running_storefront, verdicts


class Usage(unittest.TestCase):
    def assert_usage(self, result, words):
        self.assertEqual((result.exit_code, result.out), (2, ""), result)
        self.assertIn(words, result.talk)

    def test_what_is_missing_or_wrong_is_named(self):
        somewhere = "http://127.0.0.1:1"
        for words, expected in (
            ([], "no backend is named"),
            (["--inventory", somewhere], "--sku is missing"),
            (["--payment", somewhere], "--token is missing"),
            (["--notification", "ftp://there"], "--notification \"ftp://there\""),
            (["--notification", somewhere, "--timeout", "soon"], "--timeout \"soon\" is no time"),
            (["--notification", somewhere, "--only", "inventory.*"], "inventory.*"),
            (["--notification", somewhere, "--only", "*.twins", "--only", "notification.notify.twin"],
             "did you mean \"notification.notify.twins\"?"),
            (["--scarce-stock", "51"], "--scarce-stock"),
            (["--seed", "-1"], "--seed"),
            (["--inventry", somewhere], "--inventry"),
        ):
            with self.subTest(words):
                self.assert_usage(makegood("conformance", *words), expected)

    def test_a_backend_that_nobody_listens_at_is_said_to_be_unreachable(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{unused.getsockname()[1]}"
            result = makegood("conformance", "--notification", url)
        self.assertEqual((result.exit_code, result.out), (5, ""), result)
        self.assertIn(f"notification at {url}", result.talk)
        self.assertIn("nothing was sent", result.talk)

    def test_help_warns_and_explains_the_scarce_sku(self):
        shown = makegood("conformance", "--help").out
        for words in ("test systems only", "--scarce-stock", "Exit codes", "--cart-id"):
            self.assertIn(words, shown)

    def test_the_list_shows_rule_and_needs_of_every_case(self):
        shown = makegood("conformance", "--list").out.splitlines()
        cases = listed_cases()
        self.assertEqual(len(shown), len(cases) + 1)
        self.assertTrue(all(each["rule"] and each["why"] for each in cases))
        only = makegood("conformance", "--list", "--only", "*.race").out.splitlines()
        self.assertEqual(len(only), 1 + 4)


class Runs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        stack = running_storefront("--break", "late", "--break", "declined")
        cls.storefront = stack.__enter__()
        cls.addClassCleanup(stack.__exit__, None, None, None)

    def payment(self, *more):
        flags = ["--payment", self.storefront.services["payments"].url, "--token", "tok_visa"]
        return makegood("conformance", *flags, *more)

    def test_a_failure_shows_rule_reason_and_exchange_below_the_table(self):
        result = self.payment()
        self.assertEqual(result.exit_code, 6, result)
        table, _, details = result.out.partition("\nFAIL payment.authorize.late\n")
        self.assertRegex(table, r"payment\.authorize\.done +pass\n")
        self.assertRegex(table, r"payment\.authorize\.late +FAIL +see below\n")
        self.assertRegex(
            table, r"payment\.authorize\.race +blocked +needs payment\.authorize\.late\n")
        self.assertRegex(table, r"payment\.authorize\.declined +skipped +needs --declined-token\n")
        for words in ("rule  `authorize_payment` that arrives after its undo", "why   ",
                      "seen  expected 409 with code `undone`, got 201",
                      "POST /v1/authorizations/pay_", "/void\n", "Idempotency-Key: chk_",
                      '-> 200 {"authorization_id"', '-> 201 {"authorization_id"'):
            self.assertIn(words, details)
        self.assertRegex(details, r"\d+ passed, 1 failed, 1 blocked, 2 skipped; seed \d+\n$")
        self.assertIn("test systems only", result.talk)
        self.assertIn("2 of ", result.talk)

    def test_the_seed_is_said_and_fixes_the_ids(self):
        first = self.payment("--only", "payment.authorize.late", "--seed", "77")
        self.assertIn("seed 77", first.talk)
        self.assertIn("Idempotency-Key: chk_cnf4dx1:authorize_payment\n", first.out)
        said = [re.search(r"seed (\d+)", self.payment("--only", "*.void.twice").talk)[1]
                for _ in range(2)]
        self.assertNotEqual(*said)

    def test_only_runs_what_matches_and_what_it_needs_is_not_asked_for(self):
        result = self.payment("--only", "payment.void.*", "--only", "*.race", "--json")
        self.assertEqual(
            set(verdicts(result)),
            {"payment.void.never_seen", "payment.void.takes_effect", "payment.void.repeated_key",
             "payment.void.twice", "payment.void.after_capture", "payment.authorize.race"})

    def test_a_run_without_failures_exits_0(self):
        result = self.payment("--only", "payment.void.*")
        self.assertEqual(result.exit_code, 0, result)
        self.assertIn("5 passed, 0 failed, 0 blocked, 0 skipped", result.out)

    def test_json_and_junit_tell_the_same_as_the_table(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "junit.xml"
            result = judge(self.storefront, "--json", "--junit", str(file))
            root = xml.parse(file).getroot()
        report = json.loads(result.out)
        by_id = verdicts(result)
        kinds = {"FAIL": "failure", "blocked": "error", "skipped": "skipped"}
        seen = {}
        for each in root.iter("testcase"):
            seen[each.get("name")] = next((child.tag for child in each), None)
        self.assertEqual(seen, {name: kinds.get(verdict) for name, verdict in by_id.items()})
        self.assertEqual(int(root.get("failures")), report["failed"])
        self.assertEqual(int(root.get("errors")), report["blocked"])
        self.assertEqual(
            [suite.get("name") for suite in root],
            ["inventory", "payment", "order", "fulfillment", "cart", "catalog", "notification"])
        late = next(each for each in report["cases"] if each["id"] == "payment.authorize.late")
        self.assertEqual([each["answer"]["status"] for each in late["exchanges"]], [200, 201])

    def test_a_junit_file_that_cannot_be_written_is_an_error(self):
        result = self.payment("--only", "payment.void.twice", "--junit", "/nowhere/junit.xml")
        self.assertEqual(result.exit_code, 1, result)
        self.assertIn("/nowhere/junit.xml cannot be written", result.talk)


class Trouble(unittest.TestCase):
    def test_calls_that_are_never_answered_fail_in_time_while_the_backend_is_there(self):
        with running_storefront() as storefront:
            storefront.misbehave("notifications", {"call": "*", "mode": "hang", "delay_ms": 60_000})
            result = makegood(
                "conformance", "--notification", storefront.services["notifications"].url,
                "--timeout", "200ms", "--json")
        self.assertEqual(result.exit_code, 6, result)
        by_id = verdicts(result)
        self.assertEqual(by_id.pop("notification.notify.done"), "FAIL")
        self.assertEqual(set(by_id.values()), {"blocked"})
        self.assertIn("no answer", json.loads(result.out)["cases"][0]["reason"])

    def test_a_backend_that_answers_nothing_at_all_is_not_judged(self):
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen(64)
            url = f"http://127.0.0.1:{silent.getsockname()[1]}"
            result = makegood(
                "conformance", "--notification", url, "--timeout", "200ms", "--json")
        self.assertEqual(result.exit_code, 5, result)
        self.assert_all_blocked(json.loads(result.out)["cases"], "notification.notify.done")
        self.assertIn(f"no answer any more from notification at {url}", result.talk)

    def test_a_call_that_is_never_answered_is_judged_while_others_are(self):
        with running_storefront() as storefront:
            storefront.misbehave(
                "orders",
                {"call": "POST /v1/orders/{id}/cancel", "mode": "hang", "delay_ms": 60_000})
            result = makegood(
                "conformance", "--order", storefront.services["orders"].url, "--sku", "SKU-1",
                "--timeout", "300ms", "--json", "--only", "order.cancel.never_seen",
                "--only", "order.create.done")
        self.assertEqual(result.exit_code, 6, result)
        self.assertEqual(
            verdicts(result), {"order.create.done": "pass", "order.cancel.never_seen": "FAIL"})

    def test_bytes_that_are_no_text_do_not_reach_the_report(self):
        with TalksNonsense() as backend:
            result = subprocess.run(
                [str(BINARIES.makegood), "conformance", "--notification", backend.url, "--json"],
                capture_output=True, timeout=60)
        report = json.loads(result.stdout.decode("utf-8", "strict"))
        self.assertEqual(result.returncode, 6, result)
        done = next(each for each in report["cases"] if each["id"] == "notification.notify.done")
        self.assertEqual(done["verdict"], "FAIL")
        self.assertIn("\ufffd", done["exchanges"][0]["answer"]["body"])

    def assert_all_blocked(self, cases, first):
        reason = f"the backend stopped answering (first in {first})"
        self.assertTrue(cases)
        for each in cases:
            self.assertEqual((each["verdict"], each["reason"]), ("blocked", reason), each)

    def test_a_backend_that_goes_away_blocks_the_rest(self):
        with ShortLivedOrders() as backend:
            result = makegood("conformance", "--order", backend.url, "--sku", "SKU-1", "--json")
        self.assertEqual(result.exit_code, 5, result)
        first, *rest = json.loads(result.out)["cases"]
        self.assertEqual((first["id"], first["verdict"]), ("order.create.done", "pass"))
        self.assert_all_blocked(rest, "order.create.repeated_key")
        self.assertIn("(first in order.create.repeated_key)", result.talk)


class Backend(http.server.ThreadingHTTPServer):
    def __init__(self, handler):
        super().__init__(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self._thread = threading.Thread(target=self.serve_forever)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self._thread.join()
        self.server_close()


class TalksNonsense(Backend):
    """Succeeds with bytes that are no text."""

    def __init__(self):
        super().__init__(AnswersBytes)


class AnswersBytes(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"\xff\xfe\x00x")

    def log_message(self, *_):
        pass


class ShortLivedOrders(Backend):
    """Creates one order, and is gone when that is undone."""

    def __init__(self):
        super().__init__(CreatesAnOrder)


class CreatesAnOrder(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.close_connection = True
        if "order_id" not in sent:
            self.server.socket.close()
            return
        body = json.dumps({"order_id": sent["order_id"]}).encode()
        self.send_response(201)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    unittest.main()
