"""What every test shares that runs a shop whose events go to a real broker. Reads and writes by kcat."""

import itertools
import json
import pathlib
import random
import re
import shutil
import subprocess
import tempfile
import unittest
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NoReturn

from .broker import Broker, NoBroker
from .deadline import wait_until
from .shop import QUICK_RETRIES
from .shop_test import ShopTest
from .wire import Json

KCAT_SECONDS_MAX = 300
DECLINED_EVERY = 10
# Whoever comes after a member of a group that was killed waits for so long.
CLIENT_SETTINGS = "session.timeout.ms = 2000\nheartbeat.interval.ms = 300\n"


@dataclass(frozen=True)
class DeadLetter:
    about: dict[str, str]  # the headers that say why: "reason", "partition" …
    headers: str           # all of them
    key: str
    value: str


class EventTest(ShopTest):
    """Its tests share a broker, each with a topic of its own. Says `skipped: no broker` where none can be had."""

    broker: Broker
    first_settings = ""  # in front of all tables
    numbers = itertools.count(1)

    @classmethod
    def setUpClass(cls) -> None:
        if shutil.which("kcat") is None:
            cls.skip("there is no kcat to read with; run script/bootstrap")
        folder = pathlib.Path(tempfile.mkdtemp(prefix="makegood-events-"))
        cls.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
        try:
            cls.broker = Broker(folder)
        except NoBroker as why:
            cls.skip(str(why))
        cls.addClassCleanup(cls.broker.close)
        cls.client_settings = folder / "client.properties"
        cls.client_settings.write_text(CLIENT_SETTINGS)

    @staticmethod
    def skip(why: str) -> NoReturn:
        print(f"skipped: no broker: {why}", flush=True)
        raise unittest.SkipTest("no broker")

    def setUp(self) -> None:
        if not self.broker.process.runs:
            self.broker.start()
        number = next(self.numbers)
        self.topic = f"checkout.events.{number}"
        self.settings = (
            f'{self.first_settings}{QUICK_RETRIES}[kafka]\nbrokers = "{self.broker.bootstrap}"\n'
            f'settings = "{self.client_settings}"\nevents_topic = "{self.topic}"\n{self.more_settings(number)}')
        super().setUp()

    def more_settings(self, number: int) -> str:
        """Lines of [kafka], and tables behind it. No other test of this broker has the same number."""
        return ""

    @staticmethod
    def dice() -> random.Random:
        """Says its seed."""
        seed = random.randrange(2**32)
        print(f"seed {seed}", flush=True)
        return random.Random(seed)

    # -- topics --------------------------------------------------------------------------------------

    def kcat(self, *words: str, topic: str, sent: str = "") -> str:
        """What it says; `sent` are the lines that it reads. A topic that nobody has written to yet is empty."""
        done = subprocess.run(
            ["kcat", "-b", self.broker.bootstrap, "-t", topic, *words], input=sent,
            capture_output=True, text=True, timeout=KCAT_SECONDS_MAX)
        if "-C" in words and "Unknown topic" in done.stderr:
            return ""
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def send(self, topic: str, messages: Iterable[Sequence[str]]) -> None:
        """Keys and values, neither with a line's end."""
        self.kcat("-P", "-K", "\t", topic=topic, sent="".join(f"{key}\t{value}\n" for key, value in messages))

    def messages(self, topic: str, form: str = "%k\\t%s", parts: int = 2) -> list[list[str]]:
        """All that the topic holds, each partition in its order; the parts of each, which tabs divide."""
        lines = self.kcat("-C", "-o", "beginning", "-e", "-q", "-f", form + "\\n", topic=topic).splitlines()
        return [line.split("\t", parts - 1) for line in lines]

    def read(self) -> list[tuple[str, Json]]:
        """Keys and events."""
        return [(key, json.loads(value)) for key, value in self.messages(self.topic)]

    def dead_letters(self, topic: str) -> list[DeadLetter]:
        return [
            DeadLetter(dict(re.findall(r"makegood-(\w+)=(.*?)(?=,makegood-|$)", headers)), headers, key, value)
            for headers, key, value in self.messages(topic, "%h\\t%k\\t%s", parts=3)]

    # -- the load ------------------------------------------------------------------------------------

    def metric(self, name: str) -> float:
        text = self.shop.server.endpoint.call("GET", "/metrics").text
        values = [float(line.split()[-1]) for line in text.splitlines() if line.startswith((name + "{", name + " "))]
        self.assertTrue(values, f"there is no {name}")
        return sum(values)

    def wait_until_all_is_sent(self) -> None:
        wait_until("all events are sent", lambda: self.metric("makegood_events_waiting") == 0)

    def drive(self, number: int) -> Json:
        """One checkout to its end, through restarts of the server; every tenth is declined."""
        token = "tok_declined" if number % DECLINED_EVERY == 0 else "tok_visa"
        body = self.shop.order(token, customer=f"cus_{number % 50}")
        return self.shop.checkouts.end_through_restarts(body, f"event-{number}")
