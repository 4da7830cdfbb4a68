"""Commands from Kafka are done once each, however often the engine is killed meanwhile.

Written and read by kcat, a client of its own. With a number as argument so many checkouts are started.
"""

import collections
import itertools
import json
import random
import signal
import sys
import time
import unittest

from makegood_process import in_parallel, wait_until
from makegood_process.event_test import EventTest
from makegood_process.wire import Json

CHECKOUTS = 1_000
CUSTOMERS = 200
WORK_SECONDS_MAX = 1_200
CARD = "4111111111111111"
ACCEPTED = "accepted"

Message = tuple[str, str]  # the key, which is the customer, and the value

# The kinds of commands, and the call that the engine's decision on one opens: there it is killed, before that
# decision is durable and after it, when nobody has been told of it.
OPENS = {"start": "quote", "cancel": "void_payment", "authorize": "create_order"}
KILLS = list(itertools.product(OPENS, ("crash_before_commit", "crash_after_commit")))

# What is done to checkouts that wait for their customers, and how those end.
DEEDS = {
    "cancel": ("compensated", "cancelled"), "authorize": ("completed", None),
    "refuse": ("compensated", "payment_declined")}
RESULTS = {"authorize": "authorized", "refuse": "refused"}
# A cancel of a checkout that is running may come too late.
SAID_TO_CANCEL = {ACCEPTED, "already-ended", "past-pivot"}


class Commands(EventTest):
    first_settings = "allow_fault_injection = true\n"

    def more_settings(self, number: int) -> str:
        self.commands, self.replies, self.letters = (f"{each}.{number}" for each in ("commands", "replies", "letters"))
        return (f'commands_topic = "{self.commands}"\ncommands_group = "group.{number}"\n'
                f'replies_topic = "{self.replies}"\ndead_letters_topic = "{self.letters}"\n')

    def setUp(self) -> None:
        super().setUp()
        self.written: set[str] = set()  # the ids of all commands …
        self.sent = 0  # … of which some were written twice
        self.deeds: dict[str, str] = {}  # by the checkout that was waiting
        self.early: set[str] = set()  # checkouts that were to be cancelled while they were running

    # -- the messages --------------------------------------------------------------------------------

    def start_command(self, number: int) -> Message:
        customer = f"cus_{number % CUSTOMERS}"
        token = "tok_declined" if number % 50 == 0 else "tok_3ds" if number % 5 == 1 else "tok_visa"
        return customer, json.dumps({
            "specversion": "1.0", "id": f"start-{number}", "source": "/shop", "type": "checkout.start",
            "idempotencykey": f"order-{number}",
            "data": self.shop.order(token, sku=f"SKU-{number % 40 + 1}", customer=customer)})

    def later_command(self, deed: str, checkout: Json) -> Message:
        result = {"result": RESULTS[deed]} if deed in RESULTS else {}
        return checkout["customer_id"], json.dumps({
            "specversion": "1.0", "id": f"{deed}-{checkout['id']}", "source": "/shop",
            "type": "checkout.payment_signal" if result else "checkout.cancel",
            "data": {"checkout_id": checkout["id"], **result}})

    def bad_messages(self) -> dict[str, Message]:
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

    def write(self, messages: list[Message]) -> None:
        self.send(self.commands, messages)
        ids = [id for _, value in messages if (id := id_of(value))]
        self.sent += len(ids)
        self.written |= set(ids)

    # -- the work ------------------------------------------------------------------------------------

    def begun(self, *statuses: str) -> int:
        counts = self.shop.server.endpoint.get("/v1/statistics")["sagas"].get("checkout", {})
        return sum(counts.get(each, 0) for each in statuses or counts)

    def wait_until_none_runs(self) -> None:
        """All that were started have ended, or wait for their customers."""
        starts = sum(each.startswith("start-") for each in self.written)
        wait_until(f"{starts} checkouts have begun", lambda: self.begun() >= starts, WORK_SECONDS_MAX)
        self.assertEqual(self.begun(), starts, "one checkout a start")
        wait_until("none is running", lambda: self.begun("running", "compensating") == 0, WORK_SECONDS_MAX)

    def act_on_waiting(self, chance: random.Random) -> dict[str, list[Message]]:
        """A command for each checkout that waits for its customer, by the deed."""
        waiting = [each for each in self.shop.checkouts.listed(status="awaiting_customer")
                   if each["id"] not in self.deeds and each["id"] not in self.early]
        chance.shuffle(waiting)
        acted = list(zip(waiting, itertools.cycle(DEEDS)))
        self.deeds |= {checkout["id"]: deed for checkout, deed in acted}
        in_parallel(
            lambda each: self.shop.storefront.customer_acts(self.shop.checkouts.read(each[0]["id"]), RESULTS[each[1]]),
            [each for each in acted if each[1] in RESULTS])
        by_deed: dict[str, list[Message]] = {deed: [] for deed in DEEDS}
        for checkout, deed in acted:
            by_deed[deed].append(self.later_command(deed, checkout))
        return by_deed

    def cancel_running(self) -> None:
        """Some of them: who wins is left to chance."""
        running = list(self.shop.checkouts.listed(status="running"))[::3]
        self.early |= {each["id"] for each in running}
        self.write([self.later_command("cancel", each) for each in running])

    def work_through(self, starts: list[Message], chance: random.Random) -> None:
        """A share of the starts at a time, and what is done to their checkouts; all but the last meet a kill."""
        kills = chance.sample(KILLS, len(KILLS))
        share = len(starts) // (len(kills) + 1)
        for number, (kind, moment) in enumerate(kills):
            self.write_and_kill(kind, moment, starts[number * share:(number + 1) * share], chance)
        self.write(starts[len(kills) * share:])
        self.wait_until_none_runs()
        for messages in self.act_on_waiting(chance).values():
            self.write(messages)

    def write_and_kill(self, kind: str, moment: str, starts: list[Message], chance: random.Random) -> None:
        if kind == "start":
            fresh = [(key, value) for key, value in starts
                     if id_of(value).startswith("start-") and id_of(value) not in self.written]
            others = itertools.chain(*self.act_on_waiting(chance).values())
            self.kill_at(OPENS[kind], moment, chance.choice(fresh), [*starts, *others], chance)
            self.cancel_running()
            return
        self.write(starts)
        self.wait_until_none_runs()  # so that it is a later command which opens that call
        later = self.act_on_waiting(chance)
        self.assertTrue(later[kind], "enough of them wait for their customers")
        self.kill_at(OPENS[kind], moment, chance.choice(later[kind]), list(itertools.chain(*later.values())), chance)

    def kill_at(
        self, call: str, moment: str, victim: Message, messages: list[Message], chance: random.Random
    ) -> None:
        rule = {"call": call, "mode": moment, "customer_id": victim[0]}
        answer = self.shop.server.endpoint.call("PUT", "/v1/faults", {"rules": [rule]})
        self.assertEqual(answer.status, 200, answer)
        chance.shuffle(messages)
        self.write(messages)
        self.assertEqual(self.shop.server.process.wait(WORK_SECONDS_MAX), -signal.SIGKILL)
        self.shop.server.start()

    # -- the proof -----------------------------------------------------------------------------------

    def replied(self) -> list[Json]:
        return [json.loads(value) for _, value in self.messages(self.replies)]

    def test_every_command_is_done_once_though_the_engine_is_killed(self) -> None:
        chance = self.dice()
        bad = self.bad_messages()
        starts = [self.start_command(number) for number in range(CHECKOUTS)]
        starts += [self.start_command(chance.randrange(CHECKOUTS)) for _ in range(CHECKOUTS // 100)]
        starts += bad.values()
        chance.shuffle(starts)
        began = time.monotonic()
        self.work_through(starts, chance)
        wait_until("every command has its reply",
                   lambda: {each["correlationid"] for each in self.replied()} >= self.written, WORK_SECONDS_MAX, pause=1)
        self.shop.checkouts.wait_until_all_ended(WORK_SECONDS_MAX)
        took = time.monotonic() - began

        replies = self.replied()
        said = self.assert_one_reply_each(replies)
        checkouts = {each["id"]: each for each in self.shop.checkouts.listed()}
        self.assert_one_checkout_each(said, checkouts)
        self.assert_done_to_them(said, checkouts)
        letters = self.assert_dead_letters(bad, said)
        deeds = collections.Counter(self.deeds.values())
        print(f"{CHECKOUTS} checkouts, {len(KILLS)} kills, {took:.0f} s; {dict(deeds)}, "
              f"{len(self.early)} cancelled while running; {len(replies) - self.sent} replies and "
              f"{letters - len(bad)} dead letters came again", flush=True)
        self.assertEqual(self.shop.server.process.stop(), 0)
        verified = self.shop.server.verify()
        self.assertEqual(verified.exit_code, 0, verified)
        self.shop.server.start()
        self.assert_balance()

    def assert_one_reply_each(self, replies: list[Json]) -> dict[str, set[tuple[str, str]]]:
        """What was said to each command, and of which checkout; a refused one that came again may be told something else."""
        ids: dict[str, set[str]] = collections.defaultdict(set)
        said: dict[str, set[tuple[str, str]]] = collections.defaultdict(set)
        for each in replies:
            ids[each["correlationid"]].add(each["id"])
            kind = each["type"].removeprefix("checkout.command_")
            self.assertIn(kind, (ACCEPTED, "refused"), each)
            said[each["correlationid"]].add(
                (ACCEPTED if kind == ACCEPTED else each["data"]["code"], each.get("subject", "")))
        self.assertEqual(set(ids), self.written)
        self.assertTrue(all(len(each) == 1 for each in ids.values()), "a reply's id is the same each time")
        return said

    def assert_one_checkout_each(self, said: dict[str, set[tuple[str, str]]], checkouts: dict[str, Json]) -> None:
        of_start = [said[f"start-{number}"] for number in range(CHECKOUTS)]
        self.assertEqual({len(each) for each in of_start}, {1}, "one checkout a command")
        self.assertEqual({what for each in of_start for what, _ in each}, {ACCEPTED})
        self.assertEqual({checkout for each in of_start for _, checkout in each}, set(checkouts))
        self.assertEqual(len(checkouts), CHECKOUTS)

    def assert_done_to_them(self, said: dict[str, set[tuple[str, str]]], checkouts: dict[str, Json]) -> None:
        for id, deed in self.deeds.items():
            status, reason = DEEDS[deed]
            self.assert_ends(checkouts[id], status, reason)
            self.assertEqual(said[f"{deed}-{id}"], {(ACCEPTED, id)}, checkouts[id])
        for id in self.early:
            told = {what for what, _ in said[f"cancel-{id}"]}
            self.assertLessEqual(told, SAID_TO_CANCEL, checkouts[id])
            self.assertEqual("past-pivot" in told, checkouts[id]["status"] == "completed", (told, checkouts[id]))

    def assert_dead_letters(self, bad: dict[str, Message], said: dict[str, set[tuple[str, str]]]) -> int:
        """How many there are; of a crash, the same one may be there twice."""
        letters = self.dead_letters(self.letters)
        places: dict[str, str] = {}
        for each in letters:
            self.assertNotIn(CARD, each.headers + each.key + each.value)
            reason, place = each.about["reason"], f"{each.about['partition']}/{each.about['offset']}"
            self.assertEqual(places.setdefault(reason, place), place, "one letter for each bad message")
            if reason != "card-number-refused":
                self.assertEqual((each.key, each.value), bad[reason])
        self.assertEqual(set(places), set(bad))
        for reason, (_, value) in bad.items():
            if id := id_of(value):
                self.assertEqual({what for what, _ in said[id]}, {reason})
        return len(letters)

    def test_what_comes_while_no_server_runs_is_done_when_it_starts(self) -> None:
        self.assertEqual(self.shop.server.process.stop(), 0)
        self.write([self.start_command(number) for number in range(1, 20, 5)])
        self.shop.server.start()
        self.wait_until_none_runs()
        waiting = self.begun("awaiting_customer")
        self.assertEqual(waiting, 4)
        later = self.act_on_waiting(self.dice())
        self.assertEqual(self.shop.server.process.stop(), 0)
        self.write(list(itertools.chain(*later.values())))
        self.shop.server.start()
        wait_until("all have their replies", lambda: {each["correlationid"] for each in self.replied()} == self.written)
        self.shop.checkouts.wait_until_all_ended()
        checkouts = {each["id"]: each for each in self.shop.checkouts.listed()}
        self.assertEqual(set(checkouts), set(self.deeds))
        self.assert_done_to_them(self.assert_one_reply_each(self.replied()), checkouts)


def id_of(value: str) -> str:
    """The id of a command; nothing of what is none."""
    try:
        return str(json.loads(value)["id"])
    except ValueError:
        return ""


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1].isdecimal():
        CHECKOUTS = int(sys.argv.pop(1))
    unittest.main()
