"""What every test shares that runs a shop whose events go to a real broker. Reads and writes by kcat."""

import itertools
import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest
from typing import NoReturn

from .broker import Broker, NoBroker
from .deadline import wait_until
from .shop import QUICK_RETRIES
from .shop_test import ShopTest
from .wire import Json, NoAnswer

READ_SECONDS_MAX = 300
DECLINED_EVERY = 10


class EventTest(ShopTest):
    """Its tests share a broker, each with a topic of its own. Says `skipped: no broker` where none can be had."""

    broker: Broker
    more_settings = ""  # lines of [kafka], and tables behind it
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

    @staticmethod
    def skip(why: str) -> NoReturn:
        print(f"skipped: no broker: {why}", flush=True)
        raise unittest.SkipTest("no broker")

    def setUp(self) -> None:
        if not self.broker.process.runs:
            self.broker.start()
        self.topic = f"checkout.events.{next(self.numbers)}"
        self.settings = (
            f'{QUICK_RETRIES}[kafka]\nbrokers = "{self.broker.bootstrap}"\nevents_topic = "{self.topic}"\n'
            f"{self.more_settings}")
        super().setUp()

    def kcat(self, *words: str, topic: str | None = None, sent: str | None = None) -> str:
        """What it says; `sent` are the lines that it reads. Of the events' topic, unless another is named."""
        done = subprocess.run(
            ["kcat", "-b", self.broker.bootstrap, "-t", topic or self.topic, *words], input=sent or "",
            capture_output=True, text=True, check=True, timeout=READ_SECONDS_MAX)
        return done.stdout

    def lines(self) -> list[str]:
        """All that the topic holds, `key TAB value`, each partition in its order."""
        return self.kcat("-C", "-o", "beginning", "-e", "-q", "-f", "%k\\t%s\\n").splitlines()

    def read(self) -> list[tuple[str, Json]]:
        """Keys and events."""
        return [(key, json.loads(value)) for key, _, value in
                (line.partition("\t") for line in self.lines())]

    def metric(self, name: str) -> float:
        text = self.shop.server.endpoint.call("GET", "/metrics").text
        values = [float(line.split()[-1]) for line in text.splitlines() if line.startswith((name + "{", name + " "))]
        self.assertTrue(values, f"there is no {name}")
        return sum(values)

    def wait_until_all_is_sent(self) -> None:
        wait_until("all events are sent", lambda: self.metric("makegood_events_waiting") == 0)

    def drive(self, number: int) -> Json:
        """One checkout to its end, through restarts of the server; every tenth is declined."""
        declined = number % DECLINED_EVERY == 0
        body = self.shop.order("tok_declined" if declined else "tok_visa", customer=f"cus_{number % 50}")

        def end() -> Json | None:
            try:
                answer = self.shop.checkouts.start(body, f"event-{number}", wait=10)
            except NoAnswer:
                return None
            return answer.body if answer.status == 200 else None

        return wait_until(f"checkout {number} has ended", end)
