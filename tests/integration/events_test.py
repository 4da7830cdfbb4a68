"""What happens to checkouts is told on Kafka: all of it, in order, whoever is killed meanwhile.

Read by kcat, a client of its own. With a number as argument as many checkouts are driven.
"""

import collections
import random
import sys
import unittest

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
            events = told[checkout["id"]]
            numbers = [int(each["id"].split(":")[1]) for each in events]
            self.assertEqual(numbers, sorted(numbers), events)
            types = [each["type"] for each in events]
            if checkout["status"] == "completed":
                self.assertEqual(types, COMPLETED, checkout["id"])
            elif checkout.get("reason", {}).get("code") == "payment_declined":
                self.assertEqual(types, DECLINED, checkout["id"])
            self.assertEqual(types[0], "checkout.accepted")
            self.assertEqual(types[-1], f"checkout.{checkout['status']}")
            self.assertEqual(events[-1]["data"]["status"], checkout["status"])
            fulfilment = checkout.get("fulfilment_id")
            if fulfilment is not None:
                self.assertEqual(told[fulfilment][-1]["type"], "fulfilment.completed")
        self.duplicates = len(messages) - sum(len(each) for each in told.values())

    def test_all_is_told_while_broker_and_server_are_killed(self) -> None:
        seed = random.randrange(2**32)
        print(f"seed {seed}", flush=True)
        chance = random.Random(seed)
        kills = ["broker"] * BROKER_KILLS + ["server"] * SERVER_KILLS
        chance.shuffle(kills)
        done: list[Json] = []
        share = CHECKOUTS // (len(kills) + 1)
        for part in range(len(kills) + 1):
            numbers = range(part * share, (part + 1) * share)
            # Half of them before the kill, half while the broker is away or the server is just back.
            done += in_parallel(self.drive, list(numbers)[: share // 2])
            if part < len(kills) and kills[part] == "broker":
                self.broker.kill()
            elif part < len(kills):
                self.shop.server.process.kill()
                self.shop.server.start()
            done += in_parallel(self.drive, list(numbers)[share // 2:])
            if part < len(kills) and kills[part] == "broker":
                self.assertGreater(self.metric("makegood_events_waiting"), 0)
                self.broker.start()
        self.shop.checkouts.wait_for_fulfilments()
        done = [self.shop.checkouts.read(each["id"]) for each in done]
        self.assert_told(done)
        print(f"{len(done)} checkouts, {self.duplicates} events came twice", flush=True)
        self.assert_balance()

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
