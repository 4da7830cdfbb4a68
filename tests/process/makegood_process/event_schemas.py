"""The JSON Schemas of the events (adapters/kafka/schemas), as a reader checks what it receives.

Needs the package python3-jsonschema, and so is imported by name: the rest of this package does without.
"""

import json
import pathlib

import jsonschema

from .wire import Json

FOLDER = pathlib.Path(__file__).resolve().parents[3] / "adapters" / "kafka" / "schemas"
FAMILIES = ("checkout", "fulfilment")  # what an event's type begins with


class EventSchemas:
    def __init__(self) -> None:
        self.by_name: dict[str, Json] = {
            file.stem: json.loads(file.read_text()) for file in sorted(FOLDER.glob("*.json"))}
        self._validators = {
            family: jsonschema.Draft202012Validator(self._bundle(family)) for family in FAMILIES}

    def problems(self, event: Json) -> list[str]:
        """What is wrong with an event in structured mode; nothing when it is as described."""
        family = str(event.get("type", "")).partition(".")[0]
        if family not in self._validators:
            return [f"its type is {event.get('type')!r}"]
        return [f"{each.json_path}: {each.message}"
                for each in self._validators[family].iter_errors(event)]

    def _bundle(self, family: str) -> Json:
        """One document that holds all of them, so that each finds the others by their `$id`."""
        return {"$ref": self.by_name[family]["$id"], "$defs": self.by_name}
