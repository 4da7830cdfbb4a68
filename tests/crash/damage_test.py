#!/usr/bin/env python3
"""A data folder with one bit flipped, or one file cut, gone or taken for another, as `serve` and `verify` meet it.

Each damage is done to a fresh copy of what a kill, or a stop, has left. `verify` names the file or finds
nothing; `serve` refuses and names it, or gives every checkout, journal and key as before. Neither dies of
a signal. The seed is printed; MAKEGOOD_SEED repeats it, and MAKEGOOD_DAMAGE=N does N times as much.
"""

import os
import pathlib
import random
import shutil
import sys
import unittest
from collections import Counter
from dataclasses import dataclass

from makegood_process import CommandResult, Json, Server, wait_until
from makegood_process.checkouts import Checkouts
from makegood_process.shop_test import ShopTest

SEED = int(os.environ.get("MAKEGOOD_SEED", random.SystemRandom().randrange(2**32)))
TIMES = int(os.environ.get("MAKEGOOD_DAMAGE", "1"))
FLIPS_OF_A_FILE = 4
CUTS_OF_A_FILE = 2
# Made anew by each opening: nothing is lost with them.
SCRATCH = ("LOCK", "-shm")

DONE, FAILED, UNREACHABLE, DIFFERENCE = 0, 1, 5, 6


@dataclass(frozen=True)
class Damage:
    file: str
    what: str  # "flip", "cut", "remove"
    position: int = 0
    bit: int = 0

    def do(self, folder: pathlib.Path) -> None:
        path = folder / self.file
        if self.what == "remove":
            path.unlink()
        elif self.what == "cut":
            os.truncate(path, self.position)
        else:
            content = bytearray(path.read_bytes())
            content[self.position] ^= 1 << self.bit
            path.write_bytes(content)

    @property
    def names(self) -> tuple[str, ...]:
        """What a message may say of it; a log belongs to its store."""
        if self.file == "makegood.json":
            return ("makegood.json",)
        return (self.file.split(".db")[0] + ".db",)


def damages_of(folder: pathlib.Path, chance: random.Random) -> list[Damage]:
    damages: list[Damage] = []
    for path in sorted(folder.iterdir()):
        size = path.stat().st_size
        times = 1 if path.name.endswith(SCRATCH) else TIMES
        damages.append(Damage(path.name, "remove"))
        for _ in range(times * FLIPS_OF_A_FILE if size else 0):
            damages.append(
                Damage(path.name, "flip", chance.randrange(size), chance.randrange(8)))
        for _ in range(times * CUTS_OF_A_FILE if size else 0):
            damages.append(Damage(path.name, "cut", chance.randrange(size)))
    return damages


class DamagedFolder(ShopTest):
    settings = "lanes = 2\n" + ShopTest.settings

    def setUp(self) -> None:
        super().setUp()
        self.chance = random.Random(SEED)
        self.orders = {self.shop.key(): order for order in (
            [self.shop.order("tok_visa") for _ in range(6)]
            + [self.shop.order("tok_declined") for _ in range(3)]
            + [self.shop.order("tok_3ds") for _ in range(3)])}
        self.ids = [self.shop.checkouts.start(order, key).body["id"]
                    for key, order in self.orders.items()]
        for checkout in self.ids:
            wait_until(f"{checkout} is where it stays", lambda: self.shop.checkouts.read(checkout)[
                "status"] not in ("running", "compensating"))
        self.shop.checkouts.wait_for_fulfilments()
        second = self.shop.folder / "second"
        second.mkdir()
        self.damaged = second / "data"
        self.second = Server(self.shop.binaries, second, self.shop.storefront.backend_flags(),
                             self.settings, self.damaged)
        self.addCleanup(self.second.close)

    def everything(self) -> Json:
        """Whatever the second server gives for what was asked of the first."""
        checkouts = Checkouts(self.second.endpoint)
        return {
            "listed": list(checkouts.listed()),
            "journals": [checkouts.journal(checkout) for checkout in self.ids],
            "keys": [checkouts.start(order, key).body["id"] for key, order in self.orders.items()]}

    def lay_out(self, image: pathlib.Path) -> None:
        shutil.rmtree(self.damaged, ignore_errors=True)
        shutil.copytree(image, self.damaged)

    def serve(self) -> CommandResult | None:
        """None when it got ready."""
        said = len(self.second.process.said())
        self.second.launch()
        wait_until("the server is ready or has ended",
                   lambda: not self.second.process.runs or self.second.is_ready())
        if self.second.process.runs:
            return None
        return CommandResult(
            self.second.process.exit_code, "", self.second.process.said()[said:])

    def assert_named(self, result: CommandResult, damage: Damage, *exit_codes: int) -> None:
        self.assertIn(result.exit_code, exit_codes, result)
        said = result.out + result.talk
        self.assertTrue(any(name in said for name in damage.names), said)

    def judge(self, image: pathlib.Path, damage: Damage, expected: Json) -> str:
        self.lay_out(image)
        damage.do(self.damaged)
        verified = self.second.verify()
        if verified.exit_code != DONE:
            gone = damage == Damage("makegood.json", "remove")
            self.assert_named(verified, damage, UNREACHABLE if gone else DIFFERENCE)
        refused = self.serve()
        if refused is not None:
            self.assertNotEqual(verified.exit_code, DONE, f"serve says {refused}")
            self.assert_named(refused, damage, FAILED)
            return "named"
        self.assertEqual(self.everything(), expected)
        self.second.process.kill()
        return "same"

    def judge_all(self, title: str, image: pathlib.Path) -> Counter[tuple[str, str]]:
        self.lay_out(image)
        self.assertIsNone(self.serve(), "a folder that nothing happened to")
        expected = self.everything()
        self.assertEqual(len(expected["listed"]), len(self.ids))
        self.second.process.kill()
        counted: Counter[tuple[str, str]] = Counter()
        for damage in damages_of(image, self.chance):
            with self.subTest(seed=SEED, image=title, damage=damage):
                kind = damage.file.replace("0", "N").replace("1", "N")
                counted[kind, self.judge(image, damage, expected)] += 1
            if self.second.process.runs:
                self.second.process.kill()
        print(f"{title}, seed {SEED}: " + ", ".join(
            f"{kind} {count} {verdict}" for (kind, verdict), count in sorted(counted.items())),
            flush=True)
        return counted

    def judge_foreign(self, image: pathlib.Path, source: pathlib.Path, *pairs: str) -> None:
        """`pairs` are "file of the source:file that it replaces", with what lies beside a store."""
        self.lay_out(image)
        for source_name, name in (pair.split(":") for pair in pairs):
            for beside in ("", "-wal", "-end") if name.endswith(".db") else ("",):
                (self.damaged / (name + beside)).unlink(missing_ok=True)
                if (source / (source_name + beside)).exists():
                    shutil.copy(source / (source_name + beside), self.damaged / (name + beside))
        verified = self.second.verify()
        self.assertEqual(verified.exit_code, DIFFERENCE, verified)
        self.assertIn("store-misplaced", verified.out)
        named = pairs[0].split(":")[1]
        self.assertIn("lane-0.db" if named == "makegood.json" else named, verified.out)
        refused = self.serve()
        if refused is None:
            self.second.process.kill()
            self.fail("serve got ready")
        self.assertEqual(refused.exit_code, FAILED, refused)
        self.assertIn("put each file back", refused.talk)

    def judge_all_foreign(self, image: pathlib.Path) -> None:
        shutil.rmtree(self.damaged, ignore_errors=True)
        self.assertIsNone(self.serve(), "a new folder")
        self.assertEqual(self.second.process.stop(), 0)
        other = self.shop.folder / "other"
        shutil.copytree(self.damaged, other)
        for source, pairs in (
                (image, ("lane-0.db:lane-1.db", "lane-1.db:lane-0.db")),
                (image, ("lane-0.db:lane-1.db",)),
                (image, ("lane-1.db:lane-0.db",)),
                (other, ("lane-0.db:lane-0.db",)),
                (other, ("lane-1.db:lane-1.db",)),
                (other, ("makegood.json:makegood.json",))):
            with self.subTest(source=source.name, pairs=pairs):
                self.judge_foreign(image, source, *pairs)

    def image(self) -> pathlib.Path:
        copy = self.shop.folder / "image"
        shutil.copytree(self.shop.server.data, copy)
        return copy

    def test_damage_after_a_kill_is_named_or_changes_nothing(self) -> None:
        self.shop.server.process.kill()
        counted = self.judge_all("killed", self.image())
        for file in ("lane-N.db", "lane-N.db-wal", "lane-N.db-end", "makegood.json"):
            self.assertGreater(counted[file, "named"], 0, counted)
        for file in ("LOCK", "lane-N.db-shm"):
            self.assertEqual(counted[file, "named"], 0, counted)

    def test_a_store_in_the_wrong_place_is_named_and_never_served(self) -> None:
        self.shop.server.process.kill()
        self.judge_all_foreign(self.image())

    def test_damage_after_a_stop_is_named_or_changes_nothing(self) -> None:
        self.assertEqual(self.shop.server.process.stop(), 0)
        counted = self.judge_all("stopped", self.image())
        self.assertNotIn("lane-N.db-wal", {file for file, _ in counted})
        self.assertEqual(counted["lane-N.db", "same"], 0, counted)


if __name__ == "__main__":
    print(f"seed {SEED}", file=sys.stderr)
    unittest.main()
