"""What happens to checkouts is told on Kafka: all of it, in order, whoever is killed meanwhile.

Read by kcat, a client of its own. With a number as argument as many checkouts are driven.
"""

import collections
import sys
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor

from makegood_process import wait_until
from makegood_process.announced import COMPLETED, DECLINED, FULFILLED, types_in_order
from makegood_process.deadline import PATIENCE_SECONDS
from makegood_process.event_schemas import EventSchemas
from makegood_process.event_test import EventTest
from makegood_process.load import in_parallel
from makegood_process.wire import Json

CHECKOUTS = 600
BROKER_KILLS = 3
SERVER_KILLS = 2
CHECKED_OF_A_TYPE = 50


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
        self.assert_as_described([event for _, event in messages])
        told = self.first_sights(messages)
        for checkout in checkouts:
            types = types_in_order(told[checkout["id"]])
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
                self.assertEqual(types_in_order(told[fulfilment]), FULFILLED, fulfilment)
        self.assertEqual(
            set(told), {checkout[each] for checkout in checkouts for each in ("id", "fulfilment_id") if each in checkout})
        self.duplicates = len(messages) - sum(len(each) for each in told.values())

    def assert_as_described(self, events: list[Json]) -> None:
        """Some of each type: it takes longer than all the rest."""
        schemas = EventSchemas()
        seen: collections.Counter[str] = collections.Counter()
        for event in events:
            seen[event["type"]] += 1
            if seen[event["type"]] <= CHECKED_OF_A_TYPE:
                self.assertEqual(schemas.problems(event), [], event)

    # -- the load ------------------------------------------------------------------------------------

    def drive(self, number: int) -> Json:
        with self.changed:
            self.changed.wait_for(lambda: number < self.let_in)
        try:
            return super().drive(number)
        finally:
            with self.changed:
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
        kills = ["broker"] * BROKER_KILLS + ["server"] * SERVER_KILLS
        self.dice().shuffle(kills)
        self.changed = threading.Condition()
        self.let_in = self.ended = 0
        share = CHECKOUTS // (len(kills) + 1)
        with ThreadPoolExecutor(1) as beside:
            load = beside.submit(in_parallel, self.drive, range(CHECKOUTS))
            try:
                for number, victim in enumerate(kills):
                    self.let(number * share + share // 2)
                    self.until_ended(number * share + share // 4)
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
        self.shop.storefront.process.suspend()  # so that those which come now cannot end before
        self.let(end_of_share)
        wait_until("some are under way", lambda: self.under_way() > 0)
        print(f"{victim} killed while {self.under_way()} checkouts were under way", flush=True)
        killed = self.shop.server.process if victim == "server" else self.broker.process
        killed.kill()
        self.shop.storefront.process.go_on()
        if victim == "server":
            self.shop.server.start()
        self.until_ended(end_of_share)
        if victim == "broker":
            self.assertGreater(self.metric("makegood_events_waiting"), 0)
            self.broker.start()

    def under_way(self) -> int:
        return int(self.shop.server.endpoint.get("/v1/statistics")["sagas"].get("checkout", {}).get("running", 0))

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
