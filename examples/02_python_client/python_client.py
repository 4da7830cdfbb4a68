#!/usr/bin/env python3
"""A client that may lose any answer and still never orders twice.

The rule is short: choose the Idempotency-Key before the first send, keep it with the order, and
send the same key with the same body until an answer comes. Standard library only.
Needs a server: `script/demo --keep` leaves one running and prints its URL.
"""

import json
import os
import random
import time
import urllib.error
import urllib.request
import uuid
from typing import Any

SERVER = os.environ.get("MAKEGOOD_SERVER", "http://127.0.0.1:8700")
PATIENCE_SECONDS = 60.0
FIRST_PAUSE_SECONDS, PAUSE_SECONDS_MAX = 0.1, 5.0
TRY_AGAIN = (429, 503)  # nothing was accepted: the server is busy, draining or restarting
ENDS = ("completed", "failed", "compensated")

Json = dict[str, Any]


class Refused(Exception):
    """The server understood and said no; `code` is a stable word, `makegood explain CODE` helps."""

    def __init__(self, problem: Json) -> None:
        super().__init__(problem.get("detail", problem.get("title", "")))
        self.code = problem.get("code", "")


def send(method: str, path: str, body: Json | None = None, headers: dict[str, str] | None = None
         ) -> Json:
    request = urllib.request.Request(
        SERVER + path, None if body is None else json.dumps(body).encode(),
        {"Content-Type": "application/json", **(headers or {})}, method=method)
    with urllib.request.urlopen(request, timeout=40) as answer:
        return json.load(answer)


def send_until_answered(method: str, path: str, body: Json | None = None,
                        headers: dict[str, str] | None = None) -> Json:
    """Repeats what had no answer. Only for what may be sent twice: reads, and starts with a key."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    pause = FIRST_PAUSE_SECONDS
    while True:
        try:
            return send(method, path, body, headers)
        except urllib.error.HTTPError as answer:
            if answer.code not in TRY_AGAIN or time.monotonic() > deadline:
                raise Refused(json.load(answer)) from None
            pause = max(pause, float(answer.headers.get("Retry-After", 0)))
        except OSError:  # refused, reset, timed out: nobody knows whether it arrived
            if time.monotonic() > deadline:
                raise
        # Full jitter: clients that were cut off together do not come back together.
        time.sleep(random.uniform(0, pause))
        pause = min(2 * pause, PAUSE_SECONDS_MAX)


def check_out(order: Json, key: str) -> Json:
    """The checkout as it ended: read its `status`."""
    wait = {"Prefer": "wait=20"}
    checkout = send_until_answered(
        "POST", "/v1/checkouts", order, {"Idempotency-Key": key, **wait})
    while checkout["status"] not in ENDS:
        checkout = send_until_answered("GET", f"/v1/checkouts/{checkout['id']}", headers=wait)
    return checkout


def make_order(token: str) -> Json:
    return {
        "customer_id": f"cus_{uuid.uuid4().hex[:8]}",
        "items": [{"sku": "SKU-2", "quantity": 1}],
        "currency": "USD",
        "payment": {"method": "card", "token": token},
    }


def main() -> None:
    order = make_order("tok_visa")
    key = str(uuid.uuid4())  # belongs to the order: stored with it before the first send
    checkout = check_out(order, key)
    print(f"{checkout['id']} {checkout['status']}: {checkout['order_id']}, {checkout['total']}")
    assert checkout["status"] == "completed"

    again = check_out(order, key)
    print(f"the same key again: {again['id']}, no second order")
    assert again["id"] == checkout["id"]

    try:
        check_out({**order, "items": [{"sku": "SKU-3", "quantity": 9}]}, key)
        raise AssertionError("another order under the same key must be refused")
    except Refused as problem:
        print(f"another order under that key: {problem.code}")
        assert problem.code == "idempotency-key-reused"

    declined = check_out(make_order("tok_declined"), str(uuid.uuid4()))
    print(f"{declined['id']} {declined['status']}: {declined['reason']['code']}")
    assert declined["status"] == "compensated"


if __name__ == "__main__":
    main()
