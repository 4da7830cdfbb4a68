#!/usr/bin/env python3
"""Runs the fuzz targets one after the other, and prints what each tried, reached and found.

Inputs that reach something new are kept in BUILD/corpus/TARGET and used again by the next run. What breaks a
target is left in BUILD/crashes; it belongs into tests/fuzz/corpus/TARGET once it is mended.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parent
DICTIONARIES = {"http_request": "http", "http_response": "http", "header_fields": "http", "json_body": "json",
                "answer": "json", "codec": "names"}
TARGETS = ["http_request", "http_response", "header_fields", "json_body", "answer", "codec", "configuration"]

# What libFuzzer says of a run: executions, a second, edges, features, inputs kept.
COUNTS = [r"number_of_executed_units: *(\d+)", r"average_exec_per_sec: *(\d+)", r"cov: (\d+)", r"ft: (\d+)", r"corp: (\d+)"]
INTERRUPTED = 72  # libFuzzer's exit code after a signal from outside
ROW = "{:15} {:>12} {:>9} {:>7} {:>9} {:>7} "


def write_seeds(build: Path) -> Path:
    seeds = build / "seeds"
    subprocess.run([build / "fuzz_replay", "--seeds", seeds], check=True)
    (seeds / "configuration").mkdir(exist_ok=True)
    shutil.copy(SOURCE.parents[1] / "makegood.example.toml", seeds / "configuration")
    return seeds


def command_for(target: str, build: Path, seeds: Path, seconds: int) -> list:
    kept = build / "corpus" / target
    crashes = build / "crashes"
    kept.mkdir(parents=True, exist_ok=True)
    crashes.mkdir(exist_ok=True)
    folders = [kept, *(each / target for each in (SOURCE / "corpus", seeds) if (each / target).is_dir())]
    command = [build / f"fuzz_{target}", f"-max_total_time={seconds}", "-print_final_stats=1", "-timeout=10",
               f"-artifact_prefix={crashes}/{target}-", *folders]
    name = DICTIONARIES.get(target)
    if name:
        command.append(f"-dict={seeds / 'names.dict' if name == 'names' else SOURCE / (name + '.dict')}")
    return command


def last(pattern: str, text: str) -> str:
    found = re.findall(pattern, text)
    return found[-1] if found else "?"


def run(target: str, build: Path, seeds: Path, seconds: int) -> bool:
    log = build / f"fuzz_{target}.log"
    with log.open("wb") as out:
        code = subprocess.run(command_for(target, build, seeds, seconds), stdout=out, stderr=out).returncode
    text = log.read_text(errors="replace")
    counts = [last(pattern, text) for pattern in COUNTS]
    verdict = {0: "clean", INTERRUPTED: "interrupted"}.get(code, "crashed")
    print(ROW.format(target, *counts), verdict, flush=True)
    if verdict == "crashed":
        why = re.search(r".*(?:assertion failed|runtime error|ERROR: ).*", text)
        unit = re.search(r"Test unit written to (\S+)", text)
        print(f"  {why.group(0).strip() if why else 'see'} ({log})")
        if unit:
            print(f"  again: {build}/fuzz_{target} {unit.group(1)}", flush=True)
    return code == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--seconds", type=int, default=60, help="for each target (60)")
    parser.add_argument("targets", nargs="*", metavar="target", help=f"of {', '.join(TARGETS)}; all")
    options = parser.parse_args()
    unknown = set(options.targets) - set(TARGETS)
    if unknown:
        parser.error(f"there is no target {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")
    os.nice(10)
    build = options.build.resolve()
    seeds = write_seeds(build)
    print(ROW.format("target", "executions", "a second", "edges", "features", "corpus"))
    clean = [run(target, build, seeds, options.seconds) for target in options.targets or TARGETS]
    return 0 if all(clean) else 1


if __name__ == "__main__":
    sys.exit(main())
