"""What happens to checkouts is told on Kafka: all of it, in order, whoever is killed meanwhile.

Read by kcat, a client of its own. With a number as argument as many checkouts are driven.
"""

import collections
import random
import sys
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor

from makegood_process.deadline import PATIENCE_SECONDS
from makegood_process.event_schemas import EventSchemas
from makegood_process.event_test import EventTest
from makegood_process.load import in_parallel
from makegood_process.wire import Json

CHECKOUTS = 600
BROKER_KILLS = 3
SERVER_KILLS = 2
COMPLETED = [
    "checkout.accepted", "checkout.inventory_reserved", "checkout.payment_authorized", "checkout.order_created",
    "checkout.completed"]
FULFILLED = [
    "fulfilment.accepted", "fulfilment.payment_captured", "fulfilment.shipment_requested", "fulfilment.completed"]
DECLINED = ["checkout.accepted", "checkout.inventory_reserved", "checkout.compensated"]


class Events(EventTest):
    # -- what arrived --------------------------------------------------------------------------------

    def first_sights(self, messages: list[tuple[str, Json]]) -> dict[str, list[Json]]:
        """Of each saga, what a reader sees that drops the ids it knows."""
        of_saga: dict[str, list[Json]] = collections.defaultdict(list)
        known: dict[str, Json] = {}
        for key, event in messages:
            self.assertEqual(key, event["partitionkey"])
            if event["id"] in known:
                self.assertEqual(event, known[event["id"]], "two events of one id")
                continue
            known[event["id"]] = event
            of_saga[event["subject"]].append(event)
        return of_saga

    def assert_told(self, checkouts: list[Json]) -> None:
        self.wait_until_all_is_sent()
        messages = self.read()
        schemas = EventSchemas()
        for _, event in messages:
            self.assertEqual(schemas.problems(event), [], event)
        told = self.first_sights(messages)
        for checkout in checkouts:
            types = self.types_in_order(told[checkout["id"]])
            if checkout["status"] == "completed":
                self.assertEqual(types, COMPLETED, checkout["id"])
            elif checkout.get("reason", {}).get("code") == "payment_declined":
                self.assertEqual(types, DECLINED, checkout["id"])
            self.assertEqual(types[0], "checkout.accepted")
            self.assertEqual(types[-1], f"checkout.{checkout['status']}")
            self.assertEqual(told[checkout["id"]][-1]["data"]["status"], checkout["status"])
            fulfilment = checkout.get("fulfilment_id")
            self.assertEqual(fulfilment is not None, checkout["status"] == "completed", checkout)
            if fulfilment is not None:
                self.assertEqual(self.types_in_order(told[fulfilment]), FULFILLED, fulfilment)
        self.assertEqual(
            set(told), {checkout[each] for checkout in checkouts for each in ("id", "fulfilment_id") if each in checkout})
        self.duplicates = len(messages) - sum(len(each) for each in told.values())

    def types_in_order(self, events: list[Json]) -> list[str]:
        numbers = [int(each["id"].split(":")[1]) for each in events]
        self.assertEqual(numbers, sorted(numbers), events)
        return [each["type"] for each in events]

    # -- the load ------------------------------------------------------------------------------------

    def drive(self, number: int) -> Json:
        with self.changed:
            self.changed.wait_for(lambda: number < self.let_in)
            self.under_way += 1
        try:
            return super().drive(number)
        finally:
            with self.changed:
                self.under_way -= 1
                self.ended += 1
                self.changed.notify_all()

    def let(self, count: int) -> None:
        with self.changed:
            self.let_in = count
            self.changed.notify_all()

    def until_ended(self, count: int) -> None:
        """As long as checkouts end there is progress, however many are still to come."""
        with self.changed:
            while self.ended < count:
                self.assertTrue(self.changed.wait(PATIENCE_SECONDS), f"{self.ended} of {count} have ended")

    def test_all_is_told_while_broker_and_server_are_killed(self) -> None:
        seed = random.randrange(2**32)
        print(f"seed {seed}", flush=True)
        kills = ["broker"] * BROKER_KILLS + ["server"] * SERVER_KILLS
        random.Random(seed).shuffle(kills)
        self.changed = threading.Condition()
        self.let_in = self.ended = self.under_way = 0
        share = CHECKOUTS // (len(kills) + 1)
        with ThreadPoolExecutor(1) as beside:
            load = beside.submit(in_parallel, self.drive, range(CHECKOUTS))
            try:
                for number, victim in enumerate(kills):
                    self.let((number + 1) * share)
                    self.until_ended(number * share + share // 2)
                    self.kill(victim, (number + 1) * share)
            finally:
                self.let(CHECKOUTS)
            done = load.result()
        self.shop.checkouts.wait_for_fulfilments()
        done = [self.shop.checkouts.read(each["id"]) for each in done]
        self.assert_told(done)
        print(f"{len(done)} checkouts, {self.duplicates} events came twice", flush=True)
        self.assert_balance()

    def kill(self, victim: str, end_of_share: int) -> None:
        """In the middle of checkouts. The broker is missing for the rest of them; the server is back at once."""
        self.assertGreater(self.under_way, 0)
        print(f"{victim} killed while {self.under_way} checkouts were under way", flush=True)
        if victim == "server":
            self.shop.server.process.kill()
            self.shop.server.start()
            self.until_ended(end_of_share)
        else:
            self.broker.kill()
            self.until_ended(end_of_share)
            self.assertGreater(self.metric("makegood_events_waiting"), 0)
            self.broker.start()

    def test_a_server_that_is_stopped_sends_what_waits_when_it_starts_again(self) -> None:
        self.broker.kill()
        checkouts = [self.complete(self.shop.order()) for _ in range(5)]
        self.assertEqual(self.shop.server.process.stop(), 0)
        self.broker.start()
        self.shop.server.start()
        self.shop.checkouts.wait_for_fulfilments()
        self.assert_told([self.shop.checkouts.read(each["id"]) for each in checkouts])


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1].isdecimal():
        CHECKOUTS = int(sys.argv.pop(1))
    unittest.main()
