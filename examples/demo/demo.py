#!/usr/bin/env python3
"""Shows what Makegood is for: checkouts that complete, and checkouts that are made good.

Starts the storefront (the backends of a shop) and the server in a temporary folder, runs checkouts
through them, kills the server in the middle, and lets the books say whether it all adds up.
"""

import argparse
import os
import pathlib
import signal
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tests" / "process"))

from makegood_process import Binaries, Shop  # noqa: E402

from scenes import Scenes  # noqa: E402
from stage import BOLD, GREEN, RED, Stage  # noqa: E402

STOREFRONT_OPTIONS = ("--skus", "1000")


def command_name(shop: Shop) -> str:
    """`makegood` as it is typed from here."""
    return os.path.relpath(shop.binaries.makegood)


def show_one(shop: Shop, scenes: Scenes, stage: Stage) -> None:
    """What an operator sees of the charge whose answer was lost."""
    stage.scene("What an operator sees of the lost answer")
    stage.say(stage.paint(f"   $ makegood show {scenes.lost['id']}", BOLD))
    for line in shop.server.command("show", scenes.lost["id"]).out.splitlines():
        stage.say("   " + line)


def say_how_to_look_further(shop: Shop, scenes: Scenes, stage: Stage) -> None:
    makegood = command_name(shop)
    stage.say(f"""
   export MAKEGOOD_SERVER={shop.server.url}
   {makegood} list --limit 10
   {makegood} show {scenes.told[-1]['id']}
   {makegood} journal {scenes.told[-1]['id']}
   {makegood} verify --data {shop.server.data}
   curl -s {shop.server.url}/metrics
   curl -s {shop.storefront.services['payments'].url}/v1/ledger
""")


def verdict(stage: Stage) -> int:
    if stage.failures:
        stage.say(stage.paint("\nThis did not hold:", RED, BOLD))
        for failure in stage.failures:
            stage.say(f"   {failure}")
        return 1
    stage.say(stage.paint("\nEvery checkout completed, or was made good.", GREEN, BOLD))
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build/release", help="folder of the binaries")
    parser.add_argument("--keep", action="store_true", help="stay up afterwards, until Ctrl-C")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as Ctrl-C does, tidily
    stage = Stage()
    stage.say(stage.paint("Makegood: every checkout completes, or is made good.", BOLD))
    with Shop(Binaries.of(options.build), storefront_options=STOREFRONT_OPTIONS) as shop:
        scenes = Scenes(shop, stage)
        scenes.play()
        show_one(shop, scenes, stage)
        code = verdict(stage)
        if not options.keep:
            stage.say("script/demo --keep leaves it all running, to look at and to try out.")
            return code
        stage.say("\nAll of it is still running; Ctrl-C ends it. To look further:")
        say_how_to_look_further(shop, scenes, stage)
        try:
            signal.pause()
        except KeyboardInterrupt:
            stage.say()
        return code


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
