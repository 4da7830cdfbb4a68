"""The JSON Schemas of events, commands and replies (adapters/kafka/schemas), as a reader checks what it receives.

Needs the package python3-jsonschema, and so is imported by name: the rest of this package does without.
"""

import json
import pathlib

import jsonschema

from .wire import Json

FOLDER = pathlib.Path(__file__).resolve().parents[3] / "adapters" / "kafka" / "schemas"
FAMILIES = ("checkout", "fulfilment")  # of events
ASKED_AND_ANSWERED = ("command", "reply", "shipment")


class EventSchemas:
    def __init__(self) -> None:
        self.by_name: dict[str, Json] = {
            file.stem: json.loads(file.read_text()) for file in sorted(FOLDER.glob("*.json"))}
        self._validators = {
            kind: jsonschema.Draft202012Validator(self._bundle(name))
            for name in FAMILIES + ASKED_AND_ANSWERED
            for kind in self.by_name[name]["properties"]["type"]["enum"]}

    def problems(self, event: Json) -> list[str]:
        """What is wrong with an event in structured mode; nothing when it is as described."""
        kind = event.get("type")
        if kind not in self._validators:
            return [f"its type is {kind!r}"]
        return [f"{each.json_path}: {each.message}" for each in self._validators[kind].iter_errors(event)]

    def _bundle(self, name: str) -> Json:
        """One document that holds all of them, so that each finds the others by their `$id`."""
        return {"$ref": self.by_name[name]["$id"], "$defs": self.by_name}
