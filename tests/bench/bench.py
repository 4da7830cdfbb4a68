#!/usr/bin/env python3
"""Measures makegood on this machine against its targets: real processes, real sockets, fsync on.

Load, server and backends run on the machine at once. Absolute figures hold for it alone; the floors
(the same exchanges without an engine, the same bytes without a saga) are measured in the same run.
Exits with 1 when a checkout did not end as it should; a missed target is reported, and is no error.
"""

import argparse
import json
import shlex
import sys
import time
from dataclasses import asdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "process")]

from makegood_bench import floors, kafka, machine, overload, report, runs, stores  # noqa: E402
from makegood_bench.plan import Plan  # noqa: E402
from makegood_bench.profile import profile  # noqa: E402
from makegood_bench.targets import verdicts  # noqa: E402
from makegood_bench.workspace import Workspace  # noqa: E402

# In the order of measuring: a part may look at what an earlier one found.
PARTS = {
    "bare": floors.bare,
    "four-call": runs.four_call,
    "disk": floors.disk,
    "full": runs.full,
    "declined": runs.declined,
    "waiting": runs.waiting,
    "open-loop": runs.open_loop,
    "rates": runs.rates,
    "overload": overload.overload,
    "kafka": kafka.kafka,
    "memory": stores.memory,
    "finished": stores.finished,
    "retention": stores.retention,
}
NEEDS = {"disk": "four-call", "rates": "four-call"}


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=Path("build/release"), help="where the binaries are")
    parser.add_argument("--quick", action="store_true", help="everything small and short: shows that it runs")
    parser.add_argument("--only", metavar="NAME[,NAME]", help="of: " + ", ".join(PARTS))
    parser.add_argument("--kafka", action="store_const", const="kafka", dest="only",
                        help="only with events on Kafka, with the broker away, with events kept, and without events")
    parser.add_argument("--json", action="store_true", help="the results as JSON on standard output")
    parser.add_argument("--results", action="store_true",
                        help="write tests/bench/RESULTS.md, its plots and results.json")
    parser.add_argument("--profile", nargs="?", const="", metavar="FILE",
                        help="leave a flame graph of the server in FILE (SVG; needs perf)")
    parser.add_argument("--finished", type=float, metavar="N",
                        help="size of the store of finished checkouts (1e7: five minutes and 20 GB more)")
    parser.add_argument("--waiting", type=float, metavar="N", help="how many checkouts wait in the store")
    parser.add_argument("--lanes", type=int, default=1, help="of the server")
    parser.add_argument("--set", default="", metavar="TOML",
                        help="more settings of the server, as lines of makegood.toml")
    parser.add_argument("--data-root", type=Path, help="folder for the stores: its disk is measured")
    parser.add_argument("--seconds", type=float, help="of each closed loop")
    options = parser.parse_args()
    unknown = set(wanted_parts(options)) - set(PARTS)
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    return options


def wanted_parts(options: argparse.Namespace) -> list[str]:
    """With what they look at."""
    named = options.only.split(",") if options.only else list(PARTS)
    return [*dict.fromkeys(each for name in named for each in (NEEDS.get(name, name), name))]


def plan_of(options: argparse.Namespace) -> Plan:
    plan = Plan(build=options.build.resolve(), data_root=options.data_root, toml=options.set, lanes=options.lanes)
    if options.quick:
        plan = plan.in_short()
    given = {"finished": options.finished, "waiting": options.waiting, "seconds": options.seconds}
    return plan.with_values(**{name: value for name, value in given.items() if value is not None})


def measure(plan: Plan, options: argparse.Namespace) -> dict:
    with Workspace.temporary(plan) as space:
        results: dict = {"machine": machine.describe(plan.build, space.folder), "quick": plan.quick,
                         "command": shlex.join(["script/bench", *sys.argv[1:]])}
        wanted = wanted_parts(options)
        for name in (each for each in PARTS if each in wanted):
            begun = time.monotonic()
            try:
                results[name] = PARTS[name](space, results)
            except stores.NoRoom as why:
                results[name] = {"skipped": str(why)}
            say(f"{name}: {time.monotonic() - begun:.0f} s")
        if options.profile is not None:
            file = profile_file(options)
            results["profile"] = profile(space, file)
            say("profile: " + results["profile"].get("missing", str(file)))
    results["targets"] = [asdict(each) for each in verdicts(results)]
    return results


def profile_file(options: argparse.Namespace) -> Path:
    if options.profile:
        return Path(options.profile)
    return (HERE / "plots" if options.results else options.build) / "flame_graph.svg"


def loads_of(found) -> list[tuple[str, dict]]:
    """Every row of a load driver in the results, with the name of its part."""
    rows = []
    for part, what in found.items():
        if isinstance(what, dict):
            each = [*what.get("rows", ()), *(value for value in what.values() if isinstance(value, dict))]
            rows += [(part, row) for row in each if "unanswered" in row]
    return rows


def wrongs(results: dict) -> list[str]:
    """Checkouts that did not end as they should, in words."""
    found = []
    for part, row in loads_of(results):
        if row["other"]:
            found.append(f"{part}: {row['other']} checkouts did not end as they should: {row['problem']}")
        if row["unanswered"] and row is not results.get("overload", {}).get("storm"):
            found.append(f"{part}: {row['unanswered']} checkouts had no answer")
    return found


def say(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)


def main() -> int:
    options = parse_options()
    results = measure(plan_of(options), options)
    print(json.dumps(results) if options.json else report.text_of(results))
    if options.results:
        (HERE / "results.json").write_text(json.dumps(results, indent=1) + "\n")
        for file in report.write_page(results, HERE):
            say(f"wrote {file}")
    wrong = wrongs(results)
    for each in wrong:
        say(each)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
