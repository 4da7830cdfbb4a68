"""Commands from Kafka are done once each, however often the engine is killed meanwhile.

Written and read by kcat, a client of its own. With a number as argument so many checkouts are started.
"""

import collections
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

from makegood_process import Broker, NoBroker, wait_until
from makegood_process.shop import QUICK_RETRIES
from makegood_process.shop_test import ShopTest
from makegood_process.wire import Json

CHECKOUTS = 1_000
KILLS = 5
CUSTOMERS = 200
COMMANDS, REPLIES, DEAD_LETTERS = "checkout.commands", "checkout.replies", "checkout.commands.dlq"
KCAT_SECONDS_MAX = 300
WORK_SECONDS_MAX = 1_200
CARD = "4111111111111111"


class Commands(ShopTest):
    def setUp(self) -> None:
        if shutil.which("kcat") is None:
            self.skip("there is no kcat to write and read with; run script/bootstrap")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="makegood-commands-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        try:
            self.broker = Broker(self.folder)
        except NoBroker as why:
            self.skip(str(why))
        self.addCleanup(self.broker.close)
        self.broker.start()
        # One file for every client: a consumer's name in it does not disturb producers. Nobody waits for a
        # member that was killed longer than a broker allows at least.
        client = self.folder / "client.properties"
        client.write_text("session.timeout.ms = 6000\n")
        self.settings = (f'{QUICK_RETRIES}[kafka]\nbrokers = "{self.broker.bootstrap}"\n'
                         f'settings = "{client}"\ncommands_topic = "{COMMANDS}"\n')
        super().setUp()

    def skip(self, why: str) -> None:
        print(f"skipped: no broker: {why}", flush=True)
        self.skipTest("no broker")

    # -- the topics ----------------------------------------------------------------------------------

    def write(self, messages: list[tuple[str, str]]) -> None:
        """Keys and values, a line each."""
        file = self.folder / "messages"
        file.write_text("".join(f"{key}\t{value}\n" for key, value in messages))
        subprocess.run(["kcat", "-b", self.broker.bootstrap, "-t", COMMANDS, "-P", "-K", "\t", "-l", file],
                       check=True, timeout=KCAT_SECONDS_MAX)

    def read(self, topic: str, form: str) -> list[list[str]]:
        """All that the topic holds, the parts of each message."""
        done = subprocess.run(
            ["kcat", "-b", self.broker.bootstrap, "-t", topic, "-C", "-o", "beginning", "-e", "-q",
             "-f", form + "\\n"],
            capture_output=True, text=True, timeout=KCAT_SECONDS_MAX)
        if "Unknown topic" in done.stderr:  # nobody has written to it yet
            return []
        self.assertEqual(done.returncode, 0, done.stderr)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def replies(self) -> list[Json]:
        return [json.loads(value) for _, value in self.read(REPLIES, "%k\\t%s")]

    # -- the messages --------------------------------------------------------------------------------

    def start_command(self, number: int) -> tuple[str, str]:
        customer = f"cus_{number % CUSTOMERS}"
        token = "tok_declined" if number % 50 == 0 else "tok_visa"
        return customer, json.dumps({
            "specversion": "1.0", "id": f"start-{number}", "source": "/shop", "type": "checkout.start",
            "idempotencykey": f"order-{number}",
            "data": self.shop.order(token, sku=f"SKU-{number % 40 + 1}", customer=customer)})

    def bad_messages(self) -> dict[str, tuple[str, str]]:
        """By the reason that each is refused for."""
        customer, good = self.start_command(0)
        event: Json = json.loads(good)
        keyless = {name: value for name, value in event.items() if name != "idempotencykey"}
        card = good.replace("tok_declined", CARD)
        return {
            "not-an-event": (customer, "this is no JSON"),
            "unknown-command": (customer, json.dumps({**event, "id": "bad-type", "type": "checkout.bake"})),
            "idempotency-key-missing": (customer, json.dumps({**keyless, "id": "bad-key"})),
            "invalid-field": (customer, json.dumps({**event, "id": "bad-field", "data": {"surprise": 1}})),
            "card-number-refused": (customer, card.replace("start-0", "bad-card")),
        }

    # -- the proof -----------------------------------------------------------------------------------

    def write_and_kill(self, sent: list[tuple[str, str]], chance: random.Random) -> None:
        """A share of the messages at a time; all but the last meet a kill while they are taken."""
        share = len(sent) // (KILLS + 1)
        for kill in range(KILLS):
            before = self.checkouts_begun()
            self.write(sent[kill * share:(kill + 1) * share])
            some = before + chance.randrange(1, share // 2)
            wait_until(f"{some} checkouts have begun", lambda: self.checkouts_begun() >= some,
                       WORK_SECONDS_MAX, pause=0.001)
            self.shop.server.process.kill()
            self.shop.server.start()
        self.write(sent[KILLS * share:])

    def checkouts_begun(self) -> int:
        return sum(self.shop.server.endpoint.get("/v1/statistics")["sagas"].get("checkout", {}).values())

    def test_every_command_is_done_once_though_the_engine_is_killed(self) -> None:
        seed = random.randrange(2**32)
        print(f"seed {seed}", flush=True)
        chance = random.Random(seed)
        bad = self.bad_messages()
        sent = [self.start_command(number) for number in range(CHECKOUTS)]
        sent += [self.start_command(chance.randrange(CHECKOUTS)) for _ in range(CHECKOUTS // 100)]
        sent += bad.values()
        chance.shuffle(sent)
        began = time.monotonic()
        self.write_and_kill(sent, chance)
        told = {"bad-type", "bad-key", "bad-field", "bad-card"}
        expected = {f"start-{number}" for number in range(CHECKOUTS)} | told
        wait_until("every command has its reply",
                   lambda: {each["correlationid"] for each in self.replies()} >= expected, WORK_SECONDS_MAX, pause=1)
        self.shop.checkouts.wait_until_all_ended(WORK_SECONDS_MAX)
        took = time.monotonic() - began

        replies = self.replies()
        self.assertEqual({each["correlationid"] for each in replies}, expected)
        self.assert_one_checkout_each(replies, told)
        letters = self.assert_dead_letters(bad)
        resumed = sum(self.shop.server.resumed())
        self.assertGreater(resumed, 0, "it was killed in the middle of the work")
        print(f"{CHECKOUTS} checkouts, {KILLS} kills, {resumed} sagas resumed, {took:.0f} s; "
              f"{len(replies) - len(expected)} replies and {letters - len(bad)} dead letters came again", flush=True)
        self.assertEqual(self.shop.server.process.stop(), 0)
        verified = self.shop.server.verify()
        self.assertEqual(verified.exit_code, 0, verified)
        self.shop.server.start()
        self.assert_balance()
        self.assertEqual(self.checkouts_begun(), CHECKOUTS, "nothing was received again")

    def assert_one_checkout_each(self, replies: list[Json], told: set[str]) -> None:
        ids: dict[str, set[str]] = collections.defaultdict(set)
        checkout_of: dict[str, set[str]] = collections.defaultdict(set)
        for each in replies:
            command = each["correlationid"]
            ids[command].add(each["id"])
            refused = command in told
            self.assertEqual(each["type"], f"checkout.command_{'refused' if refused else 'accepted'}", each)
            if not refused:
                checkout_of[command].add(each["subject"])
        self.assertTrue(all(len(each) == 1 for each in ids.values()), "one reply, whose id is the same each time")
        self.assertTrue(all(len(each) == 1 for each in checkout_of.values()), "one checkout a command")
        listed = [each["id"] for each in self.shop.checkouts.listed()]
        self.assertEqual(len(listed), CHECKOUTS)
        self.assertEqual(set(listed), set().union(*checkout_of.values()))

    def assert_dead_letters(self, bad: dict[str, tuple[str, str]]) -> int:
        """How many there are; of a crash, the same one may be there twice."""
        letters = self.read(DEAD_LETTERS, "%h\\t%k\\t%s")
        places: dict[str, str] = {}
        for headers, key, value in letters:
            self.assertNotIn(CARD, headers + key + value)
            header = dict(part.split("=", 1) for part in headers.split(",makegood-")[1:] if "=" in part)
            reason = headers.split("makegood-reason=")[1].split(",")[0]
            place = f"{header['partition']}/{header['offset']}"
            self.assertEqual(places.setdefault(reason, place), place, "one letter for each bad message")
            if reason != "card-number-refused":
                self.assertEqual((key, value), bad[reason])
        self.assertEqual(set(places), set(bad))
        return len(letters)

    def test_what_comes_while_no_server_runs_is_done_when_it_starts(self) -> None:
        self.assertEqual(self.shop.server.process.stop(), 0)
        self.write([self.start_command(number) for number in range(20)])
        self.shop.server.start()
        wait_until("all have their replies", lambda: len(self.replies()) == 20)
        self.shop.checkouts.wait_until_all_ended()
        self.assertEqual(self.checkouts_begun(), 20)


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1].isdecimal():
        CHECKOUTS = int(sys.argv.pop(1))
    unittest.main()
