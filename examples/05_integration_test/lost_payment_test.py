#!/usr/bin/env python3
"""An integration test as you would write one: the payment service takes the money's hold, and its
answers are lost. Whatever happens, the customer is not charged and the stock comes back.

Starts the storefront and a server of its own; --allow-fault-injection is what makes a server take
fault rules. Standard library only. Usage: lost_payment_test.py [BUILD_FOLDER]
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request
from collections.abc import Callable
from typing import Any

BUILD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/release").resolve()
SKU, PIECES = "SKU-7", 2
BACKENDS = {"cart": "cart", "catalog": "catalog", "inventory": "inventory", "payment": "payments",
            "order": "orders", "fulfillment": "fulfillment", "notification": "notifications"}
# A test does not want to wait for as long as production does.
SETTINGS = '[retry.forward]\nbudget = "1s"\ndelay_max = "100ms"\n'


def send(method: str, url: str, body: Any = None, **headers: str) -> Any:
    data = None if body is None else json.dumps(body).encode()
    named = {"Content-Type": "application/json",
             **{name.replace("_", "-"): value for name, value in headers.items()}}
    request = urllib.request.Request(url, data, named, method=method)
    with urllib.request.urlopen(request, timeout=40) as answer:
        return json.load(answer)


def wait_for(what: str, look: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within 20 seconds: {what}")


class LostPayment(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="lost-payment-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        ports = self.folder / "ports"
        self.start("storefront", "--data", self.folder / "shop", "--ports-file", ports)
        wait_for("the storefront listens", ports.exists)
        self.shop = json.loads(ports.read_text())
        (self.folder / "makegood.toml").write_text(SETTINGS)
        flags = [word for name, service in BACKENDS.items()
                 for word in (f"--{name}", self.shop[service])]
        log = self.start(
            "makegood", "serve", "--allow-fault-injection", "--listen", "127.0.0.1:0", "--config",
            self.folder / "makegood.toml", "--data", self.folder / "data", *flags)
        ready = wait_for("the server is ready", lambda: re.search(
            r"makegood: (http://\S+) is ready", log.read_text()))
        self.server = ready[1]

    def start(self, program: str, *options: Any) -> pathlib.Path:
        """Runs it until the test ends; its words are in the file that is returned."""
        log = self.folder / f"{program}.log"
        with log.open("w") as out:
            process = subprocess.Popen(
                [BUILD / program, *map(str, options)], stdout=out, stderr=out)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        return log

    def available(self) -> int:
        stock = send("GET", f"{self.shop['inventory']}/v1/ledger")
        return int(stock["available"])

    def check_out(self, customer: str) -> Any:
        order = {"customer_id": customer, "items": [{"sku": SKU, "quantity": PIECES}],
                 "currency": "USD", "payment": {"method": "card", "token": "tok_visa"}}
        return send("POST", f"{self.server}/v1/checkouts", order,
                    Idempotency_Key=f"order-of-{customer}", Prefer="wait=30")

    def payments(self, checkout: Any) -> list[str]:
        """What the payment service really did for it."""
        path = f"/v1/effects?checkout_id={checkout['id']}"
        return [each["effect"] for each in send("GET", self.shop["payments"] + path)["effects"]]

    def test_a_payment_whose_answers_are_all_lost_is_made_good(self) -> None:
        before = self.available()
        # times 0: for as long as the rule stands, so every attempt until the budget is used up.
        send("PUT", f"{self.server}/v1/faults", {"rules": [
            {"call": "authorize_payment", "customer_id": "cus_unlucky", "mode": "timeout_after",
             "times": 0}]})

        unlucky = self.check_out("cus_unlucky")
        self.assertEqual(unlucky["status"], "compensated", unlucky)
        self.assertEqual(unlucky["reason"]["code"], "outcome_unknown")
        self.assertEqual(self.payments(unlucky), ["authorized", "voided"])
        self.assertEqual(self.available(), before, "the stock is back")
        (rule,) = send("GET", f"{self.server}/v1/faults")["rules"]
        self.assertGreater(rule["injected"], 1, "it was tried again before it was given up")

        lucky = self.check_out("cus_lucky")
        self.assertEqual(lucky["status"], "completed", lucky)
        self.assertEqual(self.available(), before - PIECES)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
