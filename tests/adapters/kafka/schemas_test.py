"""The schemas of the events hold what they should and know the sagas' own words."""

import copy
import json
import pathlib
import re
import unittest
from collections.abc import Iterator

import jsonschema
from makegood_process import Json
from makegood_process.event_schemas import ASKED_AND_ANSWERED, FAMILIES, EventSchemas

PROJECT = pathlib.Path(__file__).resolve().parents[3]
ANNOUNCEMENTS = PROJECT / "tests" / "sagas" / "announcements.jsonl"  # kept true by announcements_test.cpp

# What must be found wrong with an example: whose, what is done to it, and where it is seen.
SPOILED = {
    "another version of CloudEvents": ("checkout.accepted", lambda e: e.update(specversion="0.3"), "$.specversion"),
    "an id without its sequence": ("checkout.accepted", lambda e: e.update(id=e["subject"]), "$.id"),
    "no key": ("checkout.accepted", lambda e: e.pop("partitionkey"), "$: 'partitionkey'"),
    "a time without milliseconds": ("checkout.accepted", lambda e: e.update(time="2026-11-20T08:15:30Z"), "$.time"),
    "a foreign subject": ("checkout.accepted", lambda e: e.update(subject=e["subject"].replace("chk", "ful")), "$.subject"),
    "an attribute that is not described": ("checkout.accepted", lambda e: e.update(extra=1), "extra"),
    "a member that is not described": ("checkout.accepted", lambda e: e["data"].update(card="x"), "card"),
    "metadata that is no text": ("checkout.accepted", lambda e: e["data"].update(metadata={"a": 1}), "$.data.metadata.a"),
    "an unknown status": ("checkout.accepted", lambda e: e["data"].update(status="lost"), "$.data.status"),
    "an unknown state": ("checkout.accepted", lambda e: e["data"].update(state="lost"), "$.data.state"),
    "a completed one that runs": ("checkout.completed", lambda e: e["data"].update(status="running"), "$.data.status"),
    "a completed one without an order": ("checkout.completed", lambda e: e["data"].pop("order_id"), "order_id"),
    "a completed one with a reason": ("checkout.completed", lambda e: e["data"].update(reason={"code": "a", "step": "b"}), "does not allow {'code'"),
    "a total that is no integer": ("checkout.completed", lambda e: e["data"]["total"].update(amount=1.5), "$.data.total.amount"),
    "a failed one without a reason": ("checkout.failed", lambda e: e["data"].pop("reason"), "reason"),
    "a failed one with an order": ("checkout.failed", lambda e: e["data"].update(order_id="ord_" + "0" * 26), "does not allow 'ord_"),
    "a compensated one without a reason": ("checkout.compensated", lambda e: e["data"].pop("reason"), "reason"),
    "a reason without its step": ("checkout.compensated", lambda e: e["data"]["reason"].pop("step"), "step"),
    "a parked one that does not say why": ("checkout.parked", lambda e: e["data"].pop("parked"), "parked"),
    "one that says why it is parked, and is not": ("checkout.accepted", lambda e: e["data"].update(parked={"code": "held", "open": []}), "does not allow"),
    "a parked one of another status": ("fulfilment.parked", lambda e: (e["data"].update(status="running"), e["data"].pop("parked")), "$.data.status"),
    "one that waits without a total": ("checkout.awaiting_customer", lambda e: e["data"].pop("total"), "total"),
    "a fulfilment without its id": ("fulfilment.shipment_requested", lambda e: e["data"].pop("fulfilment_id"), "fulfilment_id"),
    "a fulfilment that is undone": ("fulfilment.shipment_requested", lambda e: e["data"].update(status="compensating"), "$.data.status"),
    "a delivered one that runs": ("fulfilment.delivered", lambda e: e["data"].update(status="running"), "$.data.status"),
    "a delivered one whose shipment is lost": ("fulfilment.delivered", lambda e: e["data"]["shipment"].update(status="lost"), "$.data.shipment.status"),
    "a delivered one without its shipment": ("fulfilment.delivered", lambda e: e["data"].pop("shipment"), "shipment"),
    "a command without its key": ("checkout.start", lambda e: e.pop("idempotencykey"), "idempotencykey"),
    "a start with a member that is not read": ("checkout.start", lambda e: e["data"].update(surprise=1), "surprise"),
    "a cancel of nothing": ("checkout.cancel", lambda e: e["data"].pop("checkout_id"), "checkout_id"),
    "a signal of another result": ("checkout.payment_signal", lambda e: e["data"].update(result="maybe"), "$.data.result"),
    "a parcel without its id": ("shipment.delivered", lambda e: e["data"].pop("shipment_id"), "shipment_id"),
    "a reply with another id": ("checkout.command_accepted", lambda e: e.update(id="a:b"), "$.id"),
    "a reply to nobody": ("checkout.command_refused", lambda e: e.pop("correlationid"), "correlationid"),
    "an accepted command without its checkout": ("checkout.command_accepted", lambda e: e.pop("subject"), "subject"),
    "an accepted command of an unknown status": ("checkout.command_accepted", lambda e: e["data"].update(status="lost"), "$.data.status"),
    "an accepted command with a problem": ("checkout.command_accepted", lambda e: e["data"].update(code="past-pivot"), "code"),
    "a refused command without a reason": ("checkout.command_refused", lambda e: e["data"].pop("code"), "code"),
    "a refused command that succeeded": ("checkout.command_refused", lambda e: e["data"].update(status=200), "$.data.status"),
    "a type that nobody sends": ("checkout.accepted", lambda e: e.update(type="cart.filled"), "cart.filled"),
}


def states(saga: str) -> set[str]:
    """Those of a saga's table."""
    text = (PROJECT / "sagas" / saga / "machine.cpp").read_text()
    return set(re.findall(r'= state<"(\w+)"', text))


def announced() -> Iterator[Json]:
    """What sagas announce, as events in structured mode."""
    for line in ANNOUNCEMENTS.read_text().splitlines():
        told = json.loads(line)
        yield {
            "specversion": "1.0", "id": f"{told['saga']}:{told['sequence']}:{told['type']}", "source": "/makegood",
            "type": told["type"], "subject": told["saga"], "time": told["at"], "partitionkey": told["customer"],
            "traceparent": told["traceparent"], "datacontenttype": "application/json", "data": told["data"]}


class Schemas(unittest.TestCase):
    def setUp(self) -> None:
        self.schemas = EventSchemas()

    def examples(self) -> Iterator[Json]:
        for name in FAMILIES + ASKED_AND_ANSWERED:
            yield from self.schemas.by_name[name]["examples"]

    def test_each_is_a_schema(self) -> None:
        for name, schema in self.schemas.by_name.items():
            with self.subTest(name):
                jsonschema.Draft202012Validator.check_schema(schema)

    def test_the_examples_are_as_described(self) -> None:
        for event in self.examples():
            with self.subTest(event["type"]):
                self.assertEqual(self.schemas.problems(event), [])

    def test_what_is_wrong_is_found(self) -> None:
        by_type = {event["type"]: event for event in self.examples()}
        for title, (kind, spoil, where) in SPOILED.items():
            with self.subTest(title):
                event = copy.deepcopy(by_type[kind])
                spoil(event)
                self.assertIn(where, "\n".join(self.schemas.problems(event)))

    def test_what_sagas_announce_is_as_described(self) -> None:
        for event in announced():
            with self.subTest(event["id"]):
                self.assertEqual(self.schemas.problems(event), [])

    def test_every_type_is_announced_in_some_story(self) -> None:
        types = {event["type"] for event in announced()}
        for family in FAMILIES:
            with self.subTest(family):
                known = self.schemas.by_name[family]["properties"]["type"]["enum"]
                self.assertEqual(set(known) - types, set())

    def test_the_states_are_those_of_the_table(self) -> None:
        for family in FAMILIES:
            with self.subTest(family):
                data = self.schemas.by_name[family]["properties"]["data"]
                self.assertEqual(set(data["properties"]["state"]["enum"]), states(family))

    def test_the_statuses_are_the_engines(self) -> None:
        text = (PROJECT / "engine" / "saga_record.cpp").read_text()
        known = set(re.findall(r'\{saga_status::\w+, "(\w+)"\}', text))
        self.assertEqual(set(self.schemas.by_name["saga"]["properties"]["status"]["enum"]), known)


if __name__ == "__main__":
    unittest.main()
