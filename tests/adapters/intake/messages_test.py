"""What the intake's tests were answered, and asked without being refused, is as the schemas describe it."""

import json
import os
import pathlib
import unittest

from makegood_process.event_schemas import ASKED_AND_ANSWERED, EventSchemas

SEEN = pathlib.Path(os.environ["MAKEGOOD_MESSAGES_SEEN"])  # written by makegood_intake_tests
KINDS = {"checkout.start", "checkout.cancel", "checkout.payment_signal",
         "checkout.command_accepted", "checkout.command_refused"}


class Messages(unittest.TestCase):
    def test_each_is_as_described(self) -> None:
        schemas = EventSchemas()
        kinds = set()
        for line in SEEN.read_text().splitlines():
            message = json.loads(line)
            kinds.add(message["type"])
            with self.subTest(message["id"]):
                self.assertEqual(schemas.problems(message), [], message)
        self.assertEqual(kinds, KINDS)

    def test_the_kinds_are_all_that_a_schema_names(self) -> None:
        named = EventSchemas().by_name
        told = {kind for name in ASKED_AND_ANSWERED for kind in named[name]["properties"]["type"]["enum"]}
        self.assertEqual({kind for kind in told if kind.startswith("checkout.")}, KINDS)


if __name__ == "__main__":
    unittest.main()
