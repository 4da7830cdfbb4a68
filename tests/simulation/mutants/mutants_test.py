#!/usr/bin/env python3
"""The simulator finds bugs: every planted fault is caught, by the promise that it breaks, within a stated number of worlds.

Usage: mutants_test.py MAKEGOOD_MUTANTS MAKEGOOD [--only NAME] [--seed N]
"""

import argparse
import os
import re
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from catalogue import MUTANTS

# Any would do; a fixed one keeps the table below the same in every run.
SEED = 20261122
PATIENCE_SECONDS = 600  # with a hang, not with a machine that does other work too
CLEAN_WORLDS = 20  # without any fault


def run(binary: str, mutant: str, seed: int, worlds: int, store: str):
    """Worlds needed and what was broken; nothing was when the second is empty."""
    done = subprocess.run([binary, mutant, str(seed), str(worlds), store], capture_output=True, text=True, check=False,
                          timeout=PATIENCE_SECONDS)
    lines = done.stdout.splitlines()
    needed = sum(1 for line in lines if line.startswith("world "))
    if done.returncode == 6:
        return needed, lines[-1]
    if done.returncode == -signal.SIGABRT:
        return needed, done.stderr.strip().splitlines()[-1]
    if done.returncode != 0:
        raise RuntimeError(f"{mutant}: exit {done.returncode}\n{done.stderr}")
    return needed, ""


def is_expected(promises: str, broken: str) -> bool:
    named = {"assertion": "assertion failed", "exception": "what():"}
    return any(named.get(each, each + " ") in broken for each in promises.split())


def check_shrinking(binary: str, seed: int) -> str:
    """A failure is shrunk to the faults that it takes and a storm that ends with it. What is wrong, or nothing."""
    done = subprocess.run([binary, "stale_owner_commits", str(seed), "20", "memory", "shrink"],
                          capture_output=True, text=True, check=False)
    found = re.search(r"shrunk from (\d+) to (\d+) steps, with (\S+), (\d+) lines", done.stdout)
    if not found or int(found[2]) > 100_000 or int(found[4]) == 0:
        return f"no end of the storm was found: {done.stdout[-300:]}"
    faults = [each.split("=")[0] for each in found[3].split(",")]
    if "takeover" not in faults or len(faults) > 12:
        return f"a stale owner takes a takeover and little else, and these were left: {faults}"
    return "" if "again P8" in done.stdout else f"the shrunk storm breaks something else: {done.stdout[-300:]}"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("mutants")
    parser.add_argument("makegood")
    parser.add_argument("--only", default="")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    print(f"seed {options.seed}")
    chosen = list({each.name: each for each in MUTANTS if options.only in each.name}.values())
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        clean = [pool.submit(run, options.mutants, "none", options.seed, CLEAN_WORLDS, store) for store in ("memory", "sqlite")]
        results = list(pool.map(
            lambda each: run(options.mutants, each.name, options.seed, each.within, each.store), chosen))
    failed = 0
    for mutant, (needed, broken) in zip(chosen, results):
        caught = is_expected(mutant.promises, broken)
        failed += not caught
        print(f"{'caught' if caught else 'MISSED':7} {mutant.name:38} world {needed:2} of {mutant.within:2}  {broken[:150]}")
    for each in clean:
        if each.result()[1]:
            print(f"without any fault planted: {each.result()[1]}")
            failed += 1
    if trouble := check_shrinking(options.mutants, options.seed):
        print(trouble)
        failed += 1
    if b"makegood7planted" in Path(options.makegood).read_bytes():
        print("the shipped binary contains planted faults")
        failed += 1
    print(f"{len(chosen) - failed} of {len(chosen)} planted faults caught")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
