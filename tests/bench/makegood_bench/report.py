"""The results as text: tables for the terminal and the page that is kept."""

from collections.abc import Sequence
from pathlib import Path

from .charts import charts
from .plots import svg_of
from .targets import Verdict, verdicts

LOADS = ("bare", "four-call", "full", "declined", "waiting", "open-loop", "rates", "overload", "kafka", "memory",
         "finished", "retention")


def table(head: Sequence[str], rows: Sequence[Sequence[str]], markdown: bool = False) -> str:
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        padded = [cell.ljust(width) for cell, width in zip(cells, widths)]
        return f"| {' | '.join(padded)} |" if markdown else "  ".join(padded).rstrip()

    rule = [line(["-" * width for width in widths])] if markdown else []
    return "\n".join([line(head), *rule, *(line(row) for row in rows)])


# -- parts


def target_table(results: dict, markdown: bool = False) -> str:
    rows = [(each.measure, each.target, each.measured, "met" if each.met else "MISSED", each.floor)
            for each in verdicts(results)]
    return table(("measure", "target", "measured", "verdict", "against the floor"), rows, markdown)


def load_table(results: dict, markdown: bool = False) -> str:
    head = ("part", "load", "checkouts/s", "refused", "p50 ms", "p95", "p99", "p99.9", "max", "CPU us", "written B",
            "fsyncs", "RSS MiB", "others %")
    rows = [_load_row(part, name, row) for part in LOADS for name, row in _rows_of(results.get(part, {}))]
    return table(head, rows, markdown)


def _rows_of(part: dict):
    for row in part.get("rows", ()):
        yield f"{row['stored']:,} stored" if "stored" in row else row.get("mode", ""), row
    for name in ("best", "storm", "after", "load", "empty_again"):
        if name in part:
            yield name.replace("_", " "), part[name]


def _load_row(part: str, name: str, row: dict) -> tuple[str, ...]:
    shape = f"{row['rate']:,.0f}/s" if row["rate"] else f"{row['clients']} clients"
    if "loops" in row:
        shape += f", {row['loops']} loop{'s' if row['loops'] > 1 else ''}"
    if part == "bare":
        name = row["workload"]
    seen = row["completed"]
    # The kernel counts no fsyncs by itself: where perf may not either, each commit is one.
    fsyncs = row.get("fsyncs")
    fsynced = f"{fsyncs:.3f}" if fsyncs is not None else f"~{row.get('commits_per_checkout', 0):.3f}"
    return (part + (f" ({name})" if name else ""), shape, f"{row.get('whole_per_second', row['per_second']):,.0f}",
            f"{row['refused']['count']:,}",
            *(f"{seen[each + '_ms']:.2f}" for each in ("p50", "p95", "p99", "p999")), f"{seen['max_ms']:.1f}",
            f"{row['server_cpu_us']:.0f}", f"{row['file_bytes']:,.0f}", fsynced,
            f"{row['resident_mib']:.0f}", f"{100 * row['others_share']:.0f}")


OTHERS_SHARE_MAX = 0.1


def notes(results: dict) -> list[str]:
    """One sentence on each part that has more to say than its loads."""
    speakers = {"disk": _disk_note, "four-call": _four_call_note, "memory": _memory_note, "finished": _finished_note,
                "overload": _overload_note, "kafka": _kafka_note}
    found = ["quick: all of it too short and too small to judge by"] if results["quick"] else []
    found += _others_note(results)
    for name, what in results.items():
        if isinstance(what, dict) and "skipped" in what:
            found.append(f"{name}: skipped: {what['skipped']}")
        elif name in speakers:
            found.append(f"{name}: {speakers[name](what, results)}")
    return found


def _others_note(results: dict) -> list[str]:
    shares = [row["others_share"] for part in LOADS for _, row in _rows_of(results.get(part, {}))]
    if not shares or max(shares) <= OTHERS_SHARE_MAX:
        return []
    return [f"beside other work: it had up to {100 * max(shares):.0f} % of the machine "
            f"({100 * sum(shares) / len(shares):.0f} % on average); times are worse than they need be"]


def _disk_note(disk: dict, _: dict) -> str:
    return (f"{disk['rows_per_commit']} rows of {disk['bytes_per_row']} bytes a commit, as in the fastest four-call "
            f"run: SQLite could do {disk['sqlite_per_second']:,.0f} checkouts/s "
            f"({disk['sqlite_commits_per_second']:,.0f} commits/s), a plain file {disk['file_per_second']:,.0f} "
            f"({disk['file_commits_per_second']:,.0f} fdatasync/s)")


def _four_call_note(run: dict, results: dict) -> str:
    best = max(run["rows"], key=lambda row: row["per_second"])
    bare = [row["bytes_asked"] for row in results.get("bare", {}).get("rows", ())
            if row["workload"] == "four-call" and "bytes_asked" in row]
    of_bare = f" (bare: {bare[0]:,.0f})" if bare else ""
    return (f"{run['transitions']:.1f} transitions and {run['stored_bytes']:,.0f} bytes on disk a checkout; backends "
            f"were asked for {run['bytes_asked']:,.0f} bytes a call{of_bare}; beside the server's CPU a checkout costs the "
            f"backends {best['backends_cpu_us']:.0f} us and the load driver {best['driver_cpu_us']:.0f}")


def _memory_note(part: dict, _: dict) -> str:
    return (f"{part['waiting']:,} waiting checkouts were made in {part['fill_seconds']:.0f} s; an empty server takes "
            f"{part['empty_mib']:.0f} MiB and is ready in {part['empty_ready_seconds']:.2f} s")


def _finished_note(part: dict, _: dict) -> str:
    lists = "; ".join(f"{name} {times['p50_ms']:.1f}/{times['p99_ms']:.1f}/{times['max_ms']:.1f}"
                      for name, times in part["lists"].items())
    return (f"{part['finished']:,} were made in {part['fill_seconds']:.0f} s, {part['stored_bytes_each']:,.0f} bytes "
            f"each; lists (p50/p99/max ms): {lists}")


def _overload_note(part: dict, _: dict) -> str:
    storm = part["storm"]
    return (f"{storm['planned']:,} planned, {storm['late_starts']:,} sent over 1 ms late by the driver "
            f"(p99 {storm['lateness']['p99_ms']:.1f} ms), {storm['unanswered']:,} unanswered 10 s later")


def _kafka_note(part: dict, _: dict) -> str:
    on = [row for row in part["rows"] if row["mode"] == "on"]
    without_broker = part["share_on"] / (1 - part["broker_share"])
    return (f"medians of {part['rounds']}; with events only kept, for GET /v1/events, {part['share_kept']:.2f}. The broker "
            f"runs on the same cores at the lowest priority, stands for another machine and takes "
            f"{sum(row['broker_cpu_us'] for row in on) / len(on):.0f} us of CPU an event, {100 * part['broker_share']:.0f} % "
            f"of all cores: {without_broker:.2f} of what it left. When a load ended "
            f"{sum(row['waiting_at_end'] for row in on) / len(on):,.0f} of its events waited, and all of them came")


def machine_lines(machine: dict) -> list[str]:
    return [
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_mib']:,} MiB; Linux {machine['kernel']}; "
        f"{machine['filesystem']}",
        f"{machine['makegood']} ({machine['revision'] or 'no revision'}), SQLite {machine['sqlite']}, "
        f"{machine['openssl']}, {machine['compiler']}",
        f"today one core does {machine['sha256_mb_per_second']:,.0f} MB/s of SHA-256; load average at the start "
        f"{machine['load_at_start']:.2f}; {machine['date']}",
    ]


def text_of(results: dict) -> str:
    parts = ["\n".join(machine_lines(results["machine"])), load_table(results), "\n".join(notes(results)),
             target_table(results)]
    return "\n\n".join(part for part in parts if part)


# -- the page


def write_page(results: dict, folder: Path) -> list[Path]:
    """RESULTS.md and its plots; returns what was written."""
    plots = folder / "plots"
    plots.mkdir(exist_ok=True)
    written = []
    for name, chart in charts(results):
        (plots / name).write_text(svg_of(chart))
        written.append(plots / name)
    page = folder / "RESULTS.md"
    page.write_text(_page(results, [file.name for file in written]))
    return [page, *written]


def _page(results: dict, plots: list[str]) -> str:
    missed = [each for each in verdicts(results) if not each.met]
    sections = [
        "# What a run of script/bench measured",
        "Written by `script/bench --results`; do not edit. Everything ran on one machine at once: load, server and "
        "backends, every commit fsynced. Absolute figures hold for that machine on that day; compare ratios.",
        "\n".join(f"- {line}" for line in machine_lines(results["machine"])),
        f"    {results['command']}",
        "## Targets", target_table(results, markdown=True), _missed_text(missed),
        "## Plots", "\n".join(f"![{name.removesuffix('.svg').replace('_', ' ')}](plots/{name})\n" for name in plots),
        "## Every load",
        "Latency counts from the planned start. CPU is the server's alone, user and system; *written* is what it gave to "
        "`write()`, sockets left out; a fsync is one call of `fsync` or `fdatasync` (with ~: one a commit, uncounted). *Others* "
        "is what neither server, backends nor driver had of the machine's CPU.",
        load_table(results, markdown=True), "\n".join(f"- {note}" for note in notes(results)),
        _profile_text(results.get("profile", {}))]
    return "\n\n".join(each for each in sections if each) + "\n"


def _missed_text(missed: list[Verdict]) -> str:
    if not missed:
        return "All targets are met."
    return "Missed: " + ", ".join(each.measure for each in missed) + "."


def _profile_text(profile: dict) -> str:
    if "missing" in profile:
        return f"## Profile\n\nNone: {profile['missing']}"
    if not profile:
        return ""
    rows = [(f"`{name}`", f"{100 * share:.1f} %") for name, share in profile["hottest"]]
    return ("## Profile\n\nWhere the server's time goes under four-call load with 256 clients "
            f"([flame graph](plots/{profile['file']})); the functions themselves, without what they call:\n\n"
            + table(("function", "of all samples"), rows, markdown=True))
