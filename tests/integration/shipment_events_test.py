"""Fulfilments are driven by what is told of their parcels on Kafka, however often the engine is killed meanwhile."""

import json
import unittest

from makegood_process import wait_until
from makegood_process.event_test import EventTest
from makegood_process.load import in_parallel
from makegood_process.locked_store import locked_store
from makegood_process.wire import Json

PARCELS = 40
KILLS = 2
TOPIC, DEAD_LETTERS = "fulfillment.events", "fulfillment.events.dlq"


class ShipmentEvents(EventTest):
    def more_settings(self, number: int) -> str:
        return f'fulfillment_topic = "{TOPIC}"\n[checkout]\ntrack_shipments = true\n'

    def event(self, shipment: str, status: str, number: int = 0) -> str:
        return json.dumps({
            "specversion": "1.0", "id": f"{shipment}-{status}-{number}", "source": "/carrier",
            "type": f"shipment.{status}", "data": {"shipment_id": shipment, "tracking": f"1Z {number}"}})

    def fulfilments(self) -> list[Json]:
        return list(self.shop.checkouts.listed(saga="fulfilment"))

    def test_parcels_arrive_get_lost_and_are_told_twice(self) -> None:
        chance = self.dice()
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
        for part in range(KILLS):
            self.send_and_kill(lines[part::KILLS + 1])
        self.send(TOPIC, lines[KILLS::KILLS + 1])
        wait_until("all are told", lambda: self.states() == ["completed"] * (PARCELS - 1) + ["settling_loss"])
        parked = next(each for each in self.fulfilments() if each["status"] == "parked")
        self.assertEqual(parked["parked"]["code"], "shipment_lost")
        journal = self.shop.checkouts.journal(parked["id"])
        self.assertIn("/carrier", [each.get("actor") for each in journal])
        wait_until("bad messages are dead letters", lambda: set(self.refused()) >= set(bad))
        self.assertEqual(self.refused(), bad)

    def send_and_kill(self, lines: list[tuple[str, str]]) -> None:
        """Killed when it has received some of it, and has made nothing of that durable. Bad messages need no store."""
        before = self.metric("makegood_commands_received_total")
        with locked_store(self.shop.server.data / "lane-0.db"):
            self.send(TOPIC, lines)
            wait_until("some is received", lambda: self.metric("makegood_commands_received_total") > before)
            self.shop.server.process.kill()
        self.shop.server.start()
        # That much was received before is known when it is there again.
        wait_until("it is received again", lambda: self.metric("makegood_commands_received_total")
                   >= sum(key != "bad" for key, _ in lines))

    def states(self) -> list[str]:
        return sorted(each["state"] for each in self.fulfilments())

    def refused(self) -> dict[str, str]:
        """Values by their reasons."""
        return {each.about["reason"]: each.value for each in self.dead_letters(DEAD_LETTERS)}


if __name__ == "__main__":
    unittest.main()
