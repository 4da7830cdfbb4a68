"""The real storefront binary on free ports, as the tests use it."""

import http.client
import itertools
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.parse

PATIENCE_SECONDS = 30
BINARY = os.environ.get("STOREFRONT", "storefront")


class NoAnswer(Exception):
    """The connection ended, or the time was over, before an answer came."""


class Answer:
    def __init__(self, status, headers, text):
        self.status = status
        self.headers = headers
        self.text = text
        self.replayed = headers.get("Idempotent-Replayed") == "true"

    @property
    def body(self):
        return json.loads(self.text)

    @property
    def code(self):
        return self.body.get("code")

    def __repr__(self):
        return f"{self.status} {self.text}"


def poll(what, ready):
    """Asks `ready` until it returns something true; fails with `what` when that takes too long."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        outcome = ready()
        if outcome:
            return outcome
        time.sleep(0.01)
    raise AssertionError(f"not within {PATIENCE_SECONDS} s: {what}")


class Storefront:
    """One process and its data folder; can be killed and started again."""

    def __init__(self, *options):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="storefront-"))
        self.options = options
        self.connections = threading.local()
        self.opened = []
        self.generation = 0
        self.start()

    def start(self):
        ports = self.folder / "ports.json"
        ports.unlink(missing_ok=True)
        self.generation += 1
        self.process = subprocess.Popen(
            [BINARY, "--data", self.folder / "data", "--ports-file", ports, *self.options],
            stdout=subprocess.DEVNULL,
        )
        poll("the services listen", lambda: ports.exists() or self.process.poll() is not None)
        self.urls = json.loads(ports.read_text())

    def kill(self):
        self.process.kill()
        self.process.wait()

    def hang_up(self):
        """Closes the connections of all threads; they may still be used by threads that run."""
        while self.opened:
            self.opened.pop().close()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_SECONDS)

    def remove(self):
        if self.process.poll() is None:
            self.kill()
        self.hang_up()
        shutil.rmtree(self.folder)

    def call(self, service, method, path, body=None, key=None, timeout=PATIENCE_SECONDS):
        """Sends once, never again by itself; `body` is an object, or text that is sent as it is."""
        text = body if isinstance(body, str) or body is None else json.dumps(body)
        headers = {"Content-Type": "application/json"}
        if key is not None:
            headers["Idempotency-Key"] = key
        connection = self.connection(service)
        if connection.sock is not None:
            connection.sock.settimeout(timeout)
        connection.timeout = timeout
        try:
            connection.request(method, path, text, headers)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read().decode())
        except (OSError, http.client.HTTPException) as failure:
            connection.close()
            raise NoAnswer(str(failure)) from failure

    def connection(self, service):
        """Each thread has a connection of its own to each service of the running process."""
        name = f"{service}-{self.generation}"
        if not hasattr(self.connections, name):
            where = urllib.parse.urlsplit(self.urls[service])
            fresh = http.client.HTTPConnection(where.hostname, where.port)
            setattr(self.connections, name, fresh)
            self.opened.append(fresh)
        return getattr(self.connections, name)


class StorefrontTest(unittest.TestCase):
    """Tests that share a storefront; each takes fresh ids, so that none sees another's."""

    options = ("--skus", "2000", "--durability", "off")
    numbers = itertools.count(1)

    @classmethod
    def setUpClass(cls):
        cls.store = Storefront(*cls.options)
        cls.addClassCleanup(cls.store.remove)

    def setUp(self):
        self.checkout = f"chk_{next(self.numbers)}"

    def tearDown(self):
        for service in ("cart", "catalog", "inventory", "payments", "orders", "fulfillment"):
            self.store.call(service, "DELETE", "/v1/behaviour")

    def misbehave(self, service, **rule):
        answer = self.store.call(service, "PUT", "/v1/behaviour", {"rules": [rule]})
        self.assertEqual(answer.status, 200, answer)

    def id(self, prefix):
        return f"{prefix}_{self.checkout}"

    def key(self, name):
        return f"{self.checkout}:{name}"

    def reserve(self, sku="SKU-1", quantity=1, ttl=900, checkout=None, key=None):
        checkout = checkout or self.checkout
        body = {
            "reservation_id": f"res_{checkout}",
            "checkout_id": checkout,
            "items": [{"sku": sku, "quantity": quantity}],
            "ttl_seconds": ttl,
        }
        key = key or f"{checkout}:reserve_inventory"
        return self.store.call("inventory", "POST", "/v1/reservations", body, key)

    def reservation(self, verb, key=None):
        path = f"/v1/reservations/{self.id('res')}/{verb}"
        return self.store.call("inventory", "POST", path, {}, key or self.key(verb))

    def authorize(self, token="tok_visa", amount=1500, n=1, timeout=PATIENCE_SECONDS, key=None,
                  customer=None):
        body = {
            "authorization_id": f"aut_{self.checkout}_{n}",
            "checkout_id": self.checkout,
            "customer_id": customer or f"cus_{self.checkout}",
            "amount": amount,
            "currency": "USD",
            "payment": {"method": "card", "token": token},
        }
        key = key or self.key(f"authorize_payment:{n}")
        return self.store.call("payments", "POST", "/v1/authorizations", body, key, timeout)

    def payment(self, verb, n=1, key=None, body=None):
        path = f"/v1/authorizations/aut_{self.checkout}_{n}/{verb}"
        return self.store.call("payments", "POST", path, body or {}, key or self.key(f"{verb}:{n}"))

    def order(self, key=None, total=1500):
        body = {
            "order_id": self.id("ord"),
            "checkout_id": self.checkout,
            "customer_id": f"cus_{self.checkout}",
            "items": [{"sku": "SKU-1", "quantity": 1, "unit_price": total, "amount": total}],
            "total": total,
            "currency": "USD",
            "reservation_id": self.id("res"),
            "authorization_id": f"aut_{self.checkout}_1",
            "authorization_ids": [f"aut_{self.checkout}_1"],
            "shipping_address": {"city": "Turin"},
        }
        key = key or self.key("create_order")
        return self.store.call("orders", "POST", "/v1/orders", body, key)

    def effects(self, service):
        answer = self.store.call(service, "GET", f"/v1/effects?checkout_id={self.checkout}")
        return [each["effect"] for each in answer.body["effects"]]

    def ledger(self, service):
        return self.store.call(service, "GET", "/v1/ledger").body

    def assert_answer(self, answer, status, code=None):
        self.assertEqual(answer.status, status, answer)
        if code is not None:
            self.assertEqual(answer.code, code, answer)
            self.assertTrue(answer.body["detail"], "a refusal says why")
