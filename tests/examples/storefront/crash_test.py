"""Kills the storefront in the middle of load and looks whether every answer still holds."""

import random
import threading
import unittest

from running_storefront import NoAnswer, Storefront, poll

CLIENTS = 16
ROUNDS = 3
ANSWERS_PER_ROUND = 400
SERVICES = ("inventory", "payments", "orders", "fulfillment", "notifications")


class Call:
    """One mutating call of the load and, once it came, its answer."""

    def __init__(self, service, path, body, key):
        self.service, self.path, self.body, self.key = service, path, body, key
        self.answer = None

    def send(self, store):
        return store.call(self.service, "POST", self.path, self.body, self.key)


def calls_of(checkout, undone):
    """The calls of one checkout: all of it, or as far as the payment and back."""
    items = [{"sku": f"SKU-{random.randint(1, 100)}", "quantity": random.randint(1, 5)}]
    res, aut, order = f"res_{checkout}", f"aut_{checkout}", f"ord_{checkout}"

    def call(service, path, name, body=None):
        return Call(service, path, body or {}, f"{checkout}:{name}")

    yield call("inventory", "/v1/reservations", "reserve_inventory", {
        "reservation_id": res, "checkout_id": checkout, "items": items, "ttl_seconds": 900})
    yield call("payments", "/v1/authorizations", "authorize_payment", {
        "authorization_id": aut, "checkout_id": checkout, "customer_id": "cus", "amount": 100,
        "currency": "USD", "payment": {"method": "card", "token": "tok_visa"}})
    if undone:
        yield call("payments", f"/v1/authorizations/{aut}/void", "authorize_payment:undo")
        yield call("inventory", f"/v1/reservations/{res}/release", "reserve_inventory:undo")
        return
    yield call("orders", "/v1/orders", "create_order", {
        "order_id": order, "checkout_id": checkout, "customer_id": "cus", "items": items,
        "total": 100, "currency": "USD", "reservation_id": res, "authorization_id": aut})
    yield call("inventory", f"/v1/reservations/{res}/confirm", "confirm_inventory")
    yield call("payments", f"/v1/authorizations/{aut}/capture", "capture_payment")
    yield call("fulfillment", "/v1/shipments", "request_shipment", {
        "shipment_id": f"shp_{checkout}", "order_id": order, "items": items})
    yield call("notifications", "/v1/notifications", "notify", {
        "customer_id": "cus", "kind": "order_confirmed", "checkout_id": checkout})


class Load:
    """Clients that run checkouts until the storefront dies under them."""

    def __init__(self, store, name):
        self.store = store
        self.name = name
        self.calls = []  # appended to by all clients, which a list allows
        self.answered = 0
        self.threads = [
            threading.Thread(target=self.run_client, args=(number,)) for number in range(CLIENTS)]

    def run_client(self, client):
        number = 0
        while True:
            number += 1
            for call in calls_of(f"chk_{self.name}_{client}_{number}", undone=number % 3 == 0):
                self.calls.append(call)
                try:
                    call.answer = call.send(self.store)
                except NoAnswer:
                    return
                self.answered += 1  # roughly right is enough: it only times the kill

    def run_until_killed(self):
        for thread in self.threads:
            thread.start()
        wanted = ANSWERS_PER_ROUND + random.randrange(ANSWERS_PER_ROUND)
        poll("the load is under way", lambda: self.answered >= wanted)
        self.store.kill()
        for thread in self.threads:
            thread.join()


class Crash(unittest.TestCase):
    def setUp(self):
        self.store = Storefront("--skus", "100")
        self.addCleanup(self.store.remove)

    def test_every_answered_effect_survives_a_kill_exactly_once(self):
        calls = []
        for number in range(ROUNDS):
            load = Load(self.store, f"round{number}")
            load.run_until_killed()
            calls += load.calls
            self.store.start()
            self.check_ledgers()
        unanswered = [each for each in calls if each.answer is None]
        self.assertTrue(unanswered, "the kills came in the middle of calls")
        for call in calls:
            self.check_answer_holds(call)
        self.check_effects(calls)
        self.check_ledgers()

    def test_a_stopped_storefront_goes_on_where_it_was(self):
        call = next(calls_of("chk_stopped", undone=False))
        first = call.send(self.store)
        self.assertEqual(self.store.stop(), 0)
        self.store.start()
        again = call.send(self.store)
        self.assertTrue(again.replayed)
        self.assertEqual(again.text, first.text)

    def check_answer_holds(self, call):
        again = call.send(self.store)
        if call.answer is None:
            # Nobody knows whether it was applied; with its key, a retry settles it.
            self.assertIn(again.status, (200, 201), (call.key, again))
            return
        self.assertTrue(again.replayed, (call.key, again))
        self.assertEqual((again.status, again.text), (call.answer.status, call.answer.text))

    def check_effects(self, calls):
        wanted = {}
        for call in calls:
            wanted.setdefault((call.service, call.key.split(":")[0]), set()).add(call.key)
        for (service, checkout), keys in wanted.items():
            answer = self.store.call(service, "GET", f"/v1/effects?checkout_id={checkout}")
            self.assertEqual(answer.body["count_by_key"], {key: 1 for key in keys})

    def check_ledgers(self):
        ledgers = {each: self.store.call(each, "GET", "/v1/ledger").body for each in SERVICES}
        self.assertTrue(ledgers["inventory"]["balanced"], ledgers["inventory"])
        self.assertTrue(ledgers["payments"]["balanced"], ledgers["payments"])
        for service in SERVICES[1:]:
            self.assertEqual(ledgers[service]["duplicates"], 0, service)
            self.assertEqual(ledgers[service]["effects_repeated"], 0, service)
        self.assertEqual(set(ledgers["inventory"]["violations"].values()), {0})


if __name__ == "__main__":
    unittest.main()
