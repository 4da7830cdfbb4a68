#!/usr/bin/env python3
"""Runs the numbered examples as a reader would, and fails when one of them does."""

import argparse
import os
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "process"))

from makegood_process import Binaries, Shop  # noqa: E402
from makegood_process.ports import lease_ports  # noqa: E402

LINES_MAX = 120
SECONDS_MAX = 120
SYSTEM_PYTHON = "/usr/bin/python3"  # has the packages that script/bootstrap installs
SOURCES = (".sh", ".py", ".cpp")


def commands(build: pathlib.Path) -> dict[str, list[str | pathlib.Path]]:
    return {
        "01_start_a_checkout": [HERE / "01_start_a_checkout/start_a_checkout.sh"],
        "02_python_client": [sys.executable, HERE / "02_python_client/python_client.py"],
        "03_crash_and_resume": [HERE / "03_crash_and_resume/crash_and_resume.sh", build],
        "04_write_your_own_saga": [build / "write_your_own_saga"],
        "05_integration_test": [
            sys.executable, HERE / "05_integration_test/lost_payment_test.py", build],
        "06_rebuild_a_view": [
            SYSTEM_PYTHON, HERE / "06_rebuild_a_view/rebuild_a_view.py", build],
    }


def too_long(example: str) -> list[str]:
    """Examples are read in one go."""
    lengths = {file: len(file.read_text().splitlines())
               for file in (HERE / example).iterdir() if file.suffix in SOURCES}
    return [f"{file.name} has {length} lines, at most {LINES_MAX} are wanted"
            for file, length in lengths.items() if length > LINES_MAX]


def run(
    example: str, command: list[str | pathlib.Path], environment: dict[str, str]
) -> tuple[list[str], bool]:
    """What is wrong with it, and whether it says `skipped: …`; its output is shown."""
    print(f"\n== {example}", flush=True)
    began = time.monotonic()
    done = subprocess.run(
        [str(word) for word in command], env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=SECONDS_MAX)
    for line in done.stdout.splitlines():
        print("   " + line)
    print(f"== exit {done.returncode} after {time.monotonic() - began:.1f} s", flush=True)
    problems = too_long(example)
    if done.returncode != 0:
        problems.append(f"exit code {done.returncode}")
    return [f"{example}: {problem}" for problem in problems], done.stdout.startswith("skipped: ")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build/release", help="folder of the binaries")
    parser.add_argument("examples", nargs="*", help="only those, by the beginning of their names")
    options = parser.parse_args()
    build = pathlib.Path(options.build).resolve()
    wanted = {name: command for name, command in commands(build).items()
              if not options.examples or name.startswith(tuple(options.examples))}
    with Shop(Binaries.of(build), storefront_options=("--skus", "100")) as shop:
        environment = {
            **os.environ, "MAKEGOOD_SERVER": shop.server.url,
            "MAKEGOOD_PORT": str(lease_ports(1)[0]), "NO_COLOR": "1"}
        outcomes = {name: run(name, command, environment) for name, command in wanted.items()}
    problems = [problem for found, _ in outcomes.values() for problem in found]
    skipped = [name for name, (_, is_skipped) in outcomes.items() if is_skipped]
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        print(f"\n{len(wanted) - len(skipped)} of {len(wanted)} examples did what they say; skipped: {skipped or 'none'}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
