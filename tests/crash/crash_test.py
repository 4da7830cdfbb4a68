#!/usr/bin/env python3
"""Kills the server and the storefront in the middle of checkouts, again and again.

After every round: each accepted checkout has ended, its key gives the same checkout, the ledgers
balance and no backend did anything twice. The seed makes the same orders and chooses the same
moments; it is printed, and --seed repeats it.
"""

import argparse
import pathlib
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "process"))

from makegood_process import (  # noqa: E402
    Balance, Binaries, Json, NoAnswer, Shop, in_parallel, wait_until, way)
from makegood_process.child_process import ChildProcess  # noqa: E402
from makegood_process.shop import QUICK_RETRIES  # noqa: E402

from mixed_orders import SKUS, Plan, fill_carts, make_plans  # noqa: E402

VICTIMS = ("server", "storefront", "server twice", "server and storefront")
SETTINGS = "lanes = {lanes}\n" + QUICK_RETRIES + '[checkout]\nreservation_ttl = "{ttl}"\n'
# Calls take so long that a kill finds many of them half done.
SLOW_CALLS = {
    "payments": {"call": "POST /v1/authorizations", "match": "tok_visa", "delay_ms": 300},
    "orders": {"call": "POST /v1/orders", "delay_ms": 150},
    "inventory": {"call": "POST /v1/reservations/{id}/confirm", "delay_ms": 150},
}
KILL_DELAY_SECONDS_MAX = 0.8
SECOND_KILL_SECONDS_MAX = 0.25


class Round:
    """The same orders as a shop's customers place them, with a power cut in between."""

    def __init__(self, shop: Shop, name: str, count: int, chance: random.Random) -> None:
        self.shop = shop
        self.chance = chance
        self.plans = make_plans(name, count, chance)
        self.accepted = 0
        self.over = threading.Event()

    def run(self, victim: str) -> list[Json]:
        fill_carts(self.plans, self.shop.storefront, self.chance)
        for service, rule in SLOW_CALLS.items():
            self.shop.storefront.misbehave(service, {"mode": "slow", **rule})
        with ThreadPoolExecutor(2) as beside:
            tasks = [beside.submit(self._customers_act), beside.submit(self._break, victim)]
            try:
                in_parallel(self._place, self.plans, threads=48)
                tasks[1].result()
                self.shop.checkouts.wait_until_all_ended()
            finally:
                self.over.set()
                for task in tasks:
                    task.result()
        return in_parallel(self._read_end, self.plans)

    def _place(self, plan: Plan) -> None:
        checkouts = self.shop.checkouts
        answer = checkouts.start_until_answered(plan.body, plan.key)
        assert answer.status in (200, 202), f"{plan}: {answer}"
        plan.checkout_id = answer.body["id"]
        self.accepted += 1  # roughly right is enough: it only times the kill
        if plan.cancels:
            self._until_answered(lambda: checkouts.act(
                plan.checkout_id, "cancel", actor="customer", reason="changed their mind").status)

    def _until_answered(self, ask: Callable[[], int]) -> int:
        def decided() -> int | None:
            try:
                status = ask()
            except NoAnswer:
                return None
            return None if status == 503 else status

        status = wait_until("an answer", decided)
        assert status in (200, 202, 409), f"an answer that was not expected: {status}"
        return status

    # -- what breaks -------------------------------------------------------------------------------

    def _break(self, victim: str) -> None:
        wanted = self.chance.randint(len(self.plans) // 5, len(self.plans) * 4 // 5)
        wait_until("enough checkouts are under way",
                   lambda: self.accepted >= wanted or self.over.is_set())
        server, storefront = self.shop.server, self.shop.storefront
        self._lives_until_killed(server.process, KILL_DELAY_SECONDS_MAX)
        if victim != "storefront":
            server.process.kill()
        if "storefront" in victim:
            storefront.process.kill()
            storefront.start()
        if victim == "server twice":
            server.launch()
            self._lives_until_killed(server.process, SECOND_KILL_SECONDS_MAX)
            server.process.kill()
        if victim != "storefront":
            server.start()

    def _lives_until_killed(self, process: ChildProcess, seconds_max: float) -> None:
        """The random moment of the kill; until then nothing may end the process but we."""
        assert process.lives_for(self.chance.uniform(0, seconds_max)), process.tail()

    # -- the customers whose bank asks them ----------------------------------------------------

    def _customers_act(self) -> None:
        mine = {plan.body["customer_id"]: plan for plan in self.plans}
        while not self.over.wait(0.05):
            try:
                waiting = list(self.shop.checkouts.listed(status="awaiting_customer"))
            except (NoAnswer, AssertionError):
                continue  # the server is down, or just coming up
            for checkout in waiting:
                plan = mine.get(checkout["customer_id"])
                if plan and plan.kind.customer and not plan.acted:
                    plan.acted = self._act(checkout, plan.kind.customer)

    def _act(self, checkout: Json, result: str) -> bool:
        # Too late at the bank is as good as done; the engine hears it until it answers.
        if not self.shop.storefront.customer_acts(checkout, result):
            return False
        self._until_answered(
            lambda: self.shop.checkouts.signal_payment(checkout["id"], result).status)
        return True

    # -- how it ended ----------------------------------------------------------------------------

    def _read_end(self, plan: Plan) -> Json:
        checkout = self.shop.checkouts.read(plan.checkout_id)
        if checkout["status"] not in plan.kind.ends:
            went = way(self.shop.checkouts.journal(plan.checkout_id))
            raise AssertionError(f"{plan} came to {checkout}: {went}")
        return checkout

    def assert_keys_give_the_same_checkouts(self) -> None:
        def replay(plan: Plan) -> None:
            again = self.shop.checkouts.start(plan.body, plan.key)
            assert again.status == 200 and again.replayed, f"{plan}: {again}"
            assert again.body["id"] == plan.checkout_id, f"{plan} is now {again.body['id']}"

        in_parallel(replay, self.plans)


def run(options: argparse.Namespace) -> None:
    settings = SETTINGS.format(lanes=options.lanes, ttl=options.ttl)
    ends: Counter[str] = Counter()
    storefront_options = ("--skus", str(SKUS), "--slow-ms", "400")
    with Shop(Binaries.of(options.build), settings=settings,
              storefront_options=storefront_options) as shop:
        for number in range(options.rounds):
            chance = random.Random(f"{options.seed}/{number}")
            victim = VICTIMS[number % len(VICTIMS)]
            before, began = sum(shop.server.resumed()), time.monotonic()
            current = Round(shop, f"r{number}", options.checkouts, chance)
            ended = current.run(victim)
            shop.checkouts.wait_for_fulfilments()
            current.assert_keys_give_the_same_checkouts()
            Balance(shop).assert_holds(ended)
            shop.storefront.behave()
            came_to = Counter(each["status"] for each in ended)
            ends += came_to
            found = sum(shop.server.resumed()) - before
            print(f"round {number + 1:2}  killed: {victim:22} {dict(sorted(came_to.items()))}  "
                  f"{found} resumed  {time.monotonic() - began:.1f} s", flush=True)
        assert ends["completed"] and ends["compensated"] and ends["failed"], f"only {dict(ends)}"
        assert sum(shop.server.resumed()) > 0, "no kill came in the middle of a checkout"
    print(f"{sum(ends.values())} checkouts accepted, {dict(sorted(ends.items()))}: every one "
          "ended, the ledgers balance, nothing was done twice")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build/release", help="folder of the binaries")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--checkouts", type=int, default=150, help="in flight, per round")
    parser.add_argument("--ttl", default="4s", help="of reservations; what is left alone expires")
    parser.add_argument("--lanes", type=int, default=2, help="of the server")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    try:
        run(options)
    except AssertionError as problem:
        print(f"crash_test: {problem}\nrepeat with --seed {options.seed} "
              f"--rounds {options.rounds} --checkouts {options.checkouts} --lanes {options.lanes}",
              file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
