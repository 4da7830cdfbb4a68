"""The producer and the consumer against a real broker that is killed: nothing is lost, order holds."""

import collections
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading
import unittest

from makegood_process import Broker, NoBroker, wait_until
from makegood_process.broker import java_release

PUMP = pathlib.Path(os.environ["MAKEGOOD_BUILD"]) / "event_pump"
TOPIC = "events"
KILLS = 3
BATCH = 5_000


class Pump:
    """`event_pump send`, and what it has said so far."""

    def __init__(self, bootstrap: str) -> None:
        self._process = subprocess.Popen(
            [PUMP, "send", bootstrap, TOPIC], text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.settled = 0
        self.other: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.strip().isdecimal():
                self.settled = int(line)
            else:
                self.other.append(line.strip())

    def send(self, count: int) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{count}\n")
        self._process.stdin.flush()

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


class JavaIsRead(unittest.TestCase):
    def test_releases(self) -> None:
        self.assertEqual(java_release('openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime'), 17)
        self.assertEqual(java_release('java version "1.8.0_402"'), 8)
        self.assertEqual(java_release('openjdk version "21" 2023-09-19'), 21)
        self.assertEqual(java_release("no Java here"), 0)


class BrokerIsKilled(unittest.TestCase):
    def setUp(self) -> None:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="makegood-broker-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        try:
            self.broker = Broker(folder)
        except NoBroker as why:
            print(f"skipped: no broker: {why}", flush=True)
            self.skipTest("no broker")
        self.addCleanup(self.broker.close)
        self.broker.start()

    def test_nothing_is_lost_and_each_key_is_in_order(self) -> None:
        pump = Pump(self.broker.bootstrap)
        self.addCleanup(pump.close)
        pump.send(BATCH)
        wait_until("the first event is settled", lambda: pump.settled > 0)
        for _ in range(KILLS):
            before = pump.settled
            pump.send(BATCH)  # some of them are under way when it dies
            wait_until("it goes on", lambda: pump.settled > before)
            self.broker.kill()
            pump.send(BATCH)  # and these are offered while it is dead
            self.broker.start()
        count = BATCH * (1 + 2 * KILLS)
        wait_until("everything is settled", lambda: pump.settled == count)
        self.assertEqual(pump.other, [])

        of_key = self.first_sights(count)
        for key, numbers in of_key.items():
            self.assertEqual(numbers, sorted(numbers), key)
        self.assertEqual(sorted(sum(of_key.values(), [])), list(range(1, count + 1)))

    def first_sights(self, count: int) -> dict[str, list[int]]:
        """Each key's events in the order in which a reader that drops what it knows sees them."""
        done = subprocess.run(
            [PUMP, "read", self.broker.bootstrap, TOPIC, str(count)], text=True, check=True,
            capture_output=True, timeout=120)
        of_key: dict[str, list[int]] = collections.defaultdict(list)
        known: set[int] = set()
        for line in done.stdout.splitlines():
            key, number = line.split()
            if int(number) not in known:
                known.add(int(number))
                of_key[key].append(int(number))
        return of_key


if __name__ == "__main__":
    unittest.main()
