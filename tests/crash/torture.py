#!/usr/bin/env python3
"""Breaks everything around and inside a running shop, on purpose and at random, and counts.

Round after round customers order while processes are killed and stopped, connections stall and are
cut, the disk fails, hangs and fills up. Then all is mended, and every accepted checkout has to end
within a deadline; every key gives its one checkout; stock and money add up; `makegood verify` and
`makegood replay --all` agree; /readyz and /metrics say what is so.

The seed fixes orders and faults. It is printed first, and with the command to repeat a round that
failed; what real processes make of it differs a little each time.
"""

import argparse
import os
import random
import sys
import threading
import time
import unittest
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "process"))

from makegood_process import ENDS, Binaries  # noqa: E402
from makegood_process.small_disk import SmallDisk  # noqa: E402

from customers import Customers  # noqa: E402
from faults import THEMES, draw_faults, draw_proxied  # noqa: E402
from judge import Judge  # noqa: E402
from mixed_orders import fill_carts, make_plans  # noqa: E402
from saboteur import Saboteur  # noqa: E402
from tally import Tally  # noqa: E402
from torture_shop import CUSTOMERS, TortureShop  # noqa: E402

# A shop is closed and another one opened after so many rounds: its books are summed up every round.
# Every other one has its data on a small disk.
ROUNDS_OF_A_SHOP = 2
# So many come to every end there is.
MEANINGFUL_CHECKOUTS = 200


class Torture:
    def __init__(self, options: argparse.Namespace, themes: list[str]) -> None:
        self._options = options
        self._themes = themes
        self._binaries = Binaries.of(options.build)
        self._tally = Tally()
        self._round = options.first
        self._ends_at = time.monotonic() + (options.hours or 0) * 3600

    def run(self) -> None:
        try:
            self._run_rounds()
        finally:
            self._tally.print()
        self._assert_it_was_hard()

    def _run_rounds(self) -> None:
        while self._goes_on():
            with self._opened_shop() as shop:
                accepted: set[str] = set()
                for _ in range(ROUNDS_OF_A_SHOP):
                    self._run_round(shop, accepted)
                    self._round += 1
                    if not self._goes_on() or self._round % ROUNDS_OF_A_SHOP == 0:
                        break
                self._tally.add_shop(shop)
                code = shop.server.process.stop()
                assert code == 0, f"asked to stop, the server ended with {code}"

    def _assert_it_was_hard(self) -> None:
        """A run that broke nothing proves nothing."""
        ends, faults = self._tally.ends, self._tally.log.counts
        if ends.total() >= MEANINGFUL_CHECKOUTS:
            assert ends.keys() == set(ENDS), f"only {dict(ends)}"
        kills = sum(count for kind, count in faults.items() if kind.startswith("kill server"))
        assert kills < 2 or self._tally.resumed, "no kill came in the middle of a checkout"

    def command(self) -> str:
        """Repeats the shop of the round that is under way."""
        options = self._options
        first = max(options.first, self._round // ROUNDS_OF_A_SHOP * ROUNDS_OF_A_SHOP)
        return (f"python3 tests/crash/torture.py --build {options.build} --seed {options.seed} "
                f"--only {','.join(self._themes)} --checkouts {options.checkouts} "
                f"--lanes {options.lanes} --first {first} --rounds {self._round - first + 1}")

    def _goes_on(self) -> bool:
        if self._options.hours is not None:
            return time.monotonic() < self._ends_at
        return self._round < self._options.first + self._options.rounds

    @contextmanager
    def _opened_shop(self) -> Iterator[TortureShop]:
        number = self._round // ROUNDS_OF_A_SHOP
        chance = random.Random(f"{self._options.seed}/shop {number}")
        proxied = draw_proxied(chance) if "proxy" in self._themes else []
        small = "full" in self._themes and (number % 2 == 1 or self._themes == ["full"])
        shop = TortureShop(
            self._binaries, seed=str(self._options.seed), lanes=self._options.lanes,
            proxied=proxied, on_small_disk=small)
        try:
            with shop:
                yield shop
        except Exception:
            print(f"--- the last faults\n{self._tally.log.tail()}", file=sys.stderr)
            raise

    def _run_round(self, shop: TortureShop, accepted: set[str]) -> None:
        options, tally = self._options, self._tally
        chance = random.Random(f"{options.seed}/{self._round}")
        plans = make_plans(f"r{self._round}", options.checkouts, chance)
        proxied = [route for route in shop.network.routes if route != CUSTOMERS]
        themes = [theme for theme in self._themes if theme != "full" or shop.small_disk]
        faults = draw_faults(themes, options.checkouts, proxied, chance)
        judge, began = Judge(shop), time.monotonic()
        fill_carts(plans, shop.storefront, chance)
        shop.slow_calls()
        tally.log.note(f"round {self._round}")
        customers = Customers(plans, shop.customers, shop.checkouts, shop.storefront)
        mended = self._order_while_it_breaks(shop, customers, faults, judge)
        ends = judge.ends_of(plans)
        accepted |= {plan.checkout_id for plan in plans}
        judge.assert_only_these(accepted)
        judge.assert_server_sees_it_so()
        tally.rounds += 1
        tally.requests += customers.requests
        tally.ends += ends
        tally.parked += len(judge.seen_parked)
        tally.slowest_recovery = max(tally.slowest_recovery, mended)
        print(f"round {self._round:3}  {len(faults):2} faults  {dict(sorted(ends.items()))}  "
              f"{len(judge.seen_parked)} parked  recovered in {mended:.1f} s  "
              f"{time.monotonic() - began:.1f} s", flush=True)

    def _order_while_it_breaks(
        self, shop: TortureShop, customers: Customers, faults: list, judge: Judge
    ) -> float:
        """Until everything has ended; the seconds that took once everything was mended."""
        ordered, over = threading.Event(), threading.Event()
        saboteur = Saboteur(shop, self._tally.log, lambda: customers.accepted, ordered)
        with ThreadPoolExecutor(3) as beside:
            breaking = beside.submit(saboteur.perform, faults)
            breaking.add_done_callback(lambda done: done.exception() and customers.give_up.set())
            banking = beside.submit(customers.answer_their_banks, over)
            try:
                try:
                    customers.order()
                finally:
                    ordered.set()
                    breaking.result()  # the first to fail tells why
                shop.wait_until_sound()
                mended_at = time.monotonic()
                judge.wait_until_all_ended()
                return time.monotonic() - mended_at
            finally:
                over.set()
                customers.give_up.set()
                banking.exception()


def themes_of(options: argparse.Namespace) -> list[str]:
    """Those that were asked for and can be had here."""
    asked = options.only.split(",") if options.only else list(THEMES)
    unknown = sorted(set(asked) - set(THEMES))
    if unknown:
        raise SystemExit(f"there is no theme {unknown[0]}; there are {', '.join(THEMES)}")
    if "full" in asked:
        try:
            SmallDisk("1m").remove()
        except unittest.SkipTest as reason:
            print(f"without the theme full: {reason}", flush=True)
            asked.remove("full")
    return asked


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.environ.get("MAKEGOOD_BUILD", "build/release"),
                        help="folder of the binaries")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--rounds", type=int, default=3)
    length.add_argument("--hours", type=float)
    parser.add_argument("--first", type=int, default=0, help="number of the first round")
    parser.add_argument("--only", help=f"some of {','.join(THEMES)}")
    parser.add_argument("--checkouts", type=int, default=120, help="of a round")
    parser.add_argument("--lanes", type=int, default=2, help="of the server")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    options = parser.parse_args()
    themes = themes_of(options)
    print(f"seed {options.seed}, themes {','.join(themes)}", flush=True)
    torture = Torture(options, themes)
    try:
        torture.run()
    except Exception as problem:
        print(f"torture: {problem}\nrepeat with: {torture.command()}", file=sys.stderr)
        if not isinstance(problem, AssertionError):
            raise  # a mistake of the torture itself: its place is of interest
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
