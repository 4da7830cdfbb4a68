"""Fulfilments are driven by what is told of their parcels on Kafka, however often the engine is killed meanwhile."""

import json
import random
import unittest

from makegood_process import wait_until
from makegood_process.event_test import EventTest
from makegood_process.load import in_parallel
from makegood_process.wire import Json

PARCELS = 40
KILLS = 2
TOPIC, DEAD_LETTERS = "fulfillment.events", "fulfillment.events.dlq"


class ShipmentEvents(EventTest):
    def setUp(self) -> None:
        self.more_settings = f'fulfillment_topic = "{TOPIC}"\n[checkout]\ntrack_shipments = true\n'
        super().setUp()

    def event(self, shipment: str, status: str, number: int = 0) -> str:
        return json.dumps({
            "specversion": "1.0", "id": f"{shipment}-{status}-{number}", "source": "/carrier",
            "type": f"shipment.{status}", "data": {"shipment_id": shipment, "tracking": f"1Z {number}"}})

    def tell(self, lines: list[tuple[str, str]]) -> None:
        self.kcat("-P", "-K", "\\t", topic=TOPIC, sent="".join(f"{key}\t{value}\n" for key, value in lines))

    def fulfilments(self) -> list[Json]:
        return list(self.shop.checkouts.listed(saga="fulfilment"))

    def test_parcels_arrive_get_lost_and_are_told_twice(self) -> None:
        seed = random.randrange(2**32)
        print(f"seed {seed}", flush=True)
        chance = random.Random(seed)
        in_parallel(lambda number: self.complete(self.shop.order(customer=f"cus_{number}")), range(PARCELS))
        wait_until("all wait for their parcels",
                   lambda: [each["state"] for each in self.fulfilments()] == ["awaiting_shipment"] * PARCELS)
        shipments = ["shp" + each["id"].removeprefix("ful") for each in self.fulfilments()]
        lost = shipments[0]
        bad = {
            "not-found": self.event(lost[:-1] + ("0" if lost[-1] != "0" else "1"), "shipped"),
            "invalid-field": json.dumps({**json.loads(self.event(lost, "shipped")), "type": "shipment.eaten"}),
            "not-an-event": "shipped!",
        }
        lines = [(each, self.event(each, "shipped", number)) for each in shipments for number in (1, 2)]
        lines += [(each, self.event(each, "lost" if each == lost else "delivered")) for each in shipments]
        lines += [("bad", each) for each in bad.values()]
        chance.shuffle(lines)  # also delivered before it was shipped
        for part in range(KILLS + 1):
            self.tell(lines[part::KILLS + 1])
            if part < KILLS:
                self.shop.server.process.kill()
                self.shop.server.start()
        wait_until("all are told", lambda: self.states() == ["completed"] * (PARCELS - 1) + ["settling_loss"])
        parked = next(each for each in self.fulfilments() if each["status"] == "parked")
        self.assertEqual(parked["parked"]["code"], "shipment_lost")
        journal = self.shop.checkouts.journal(parked["id"])
        self.assertIn("/carrier", [each.get("actor") for each in journal])
        wait_until("bad messages are dead letters", lambda: set(self.dead_letters()) >= set(bad))
        self.assertEqual(self.dead_letters(), bad)

    def topic_exists(self, topic: str) -> bool:
        known = json.loads(self.kcat("-L", "-J", topic=topic))["topics"]
        return any(each["topic"] == topic and not each.get("error") for each in known)

    def states(self) -> list[str]:
        return sorted(each["state"] for each in self.fulfilments())

    def dead_letters(self) -> dict[str, str]:
        """Values by their reasons. The topic comes into being with the first of them."""
        if not self.topic_exists(DEAD_LETTERS):
            return {}
        text = self.kcat("-C", "-o", "beginning", "-e", "-q", "-f", "%h\\t%s\\n", topic=DEAD_LETTERS)
        letters = [line.partition("\t") for line in text.splitlines()]
        return {headers.split("makegood-reason=")[1].split(",")[0]: value for headers, _, value in letters}


if __name__ == "__main__":
    unittest.main()
