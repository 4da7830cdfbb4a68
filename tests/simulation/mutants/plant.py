#!/usr/bin/env python3
"""Writes the mutated copies of the sources that the catalogue names.

Usage: plant.py ROOT OUTPUT. OUTPUT/<file> is ROOT/<file> with every mutant of that file planted, each behind a
question whether it is the one that is on. Fails when a mutant's original does not stand exactly once.
With --files it only prints the files, for the build.
"""

import sys
from collections import defaultdict
from pathlib import Path

from catalogue import MUTANTS

HEADER = '#include "tests/simulation/mutants/planted.hpp"\n'


def plant(text: str, mutants: list) -> str:
    """The original texts are looked up in what no mutant has changed yet; two may share one."""
    shared = defaultdict(list)
    for mutant in mutants:
        shared[mutant.original].append(mutant)
    for original, together in shared.items():
        if text.count(original) != 1:
            names = ", ".join(mutant.name for mutant in together)
            raise SystemExit(f"mutant {names}: its original stands {text.count(original)} times, not once:\n{original}")
        text = text.replace(original, "".join(as_branches(original, together)))
    return HEADER + text


def as_branches(original: str, together: list):
    def asked(mutant):
        return mutant.mutated.replace("PLANTED", f'::makegood::planted("{mutant.name}")')

    if len(together) == 1:
        yield asked(together[0])
        return
    # Statements that several mutants replace: each in a branch of its own.
    for mutant in together:
        yield f'if (::makegood::planted("{mutant.name}")) {{\n{asked(mutant)}}} else '
    yield f"{{\n{original}}}\n"


def main() -> int:
    files = sorted({mutant.file for mutant in MUTANTS})
    if sys.argv[1:] == ["--files"]:
        print(";".join(files), end="")
        return 0
    root, output = map(Path, sys.argv[1:])
    for file in files:
        planted = plant((root / file).read_text(), [each for each in MUTANTS if each.file == file])
        target = output / file
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_text() != planted:
            target.write_text(planted)
    return 0


if __name__ == "__main__":
    sys.exit(main())
