"""The targets, each beside what was measured. A figure that was not measured leaves its target out."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
    measure: str
    target: str
    measured: str
    met: bool
    floor: str = ""  # the ratio to what this machine could do at best


def verdicts(results: dict) -> list[Verdict]:
    judges = {"four-call": _four_call, "full": _full, "open-loop": _open_loop, "memory": _memory,
              "finished": _finished, "retention": _retention, "overload": _overload,
              "kafka": _kafka}
    found: list[Verdict] = []
    for part, judge in judges.items():
        if part in results and "skipped" not in results[part]:
            found.extend(judge(results[part], results))
    return found


def best_of(part: dict, key: str = "per_second") -> dict:
    return max(part["rows"], key=lambda row: row[key])


def bare_rate(results: dict, workload: str) -> float | None:
    """The best of the bare server, whatever its loops and clients."""
    rows = [row["per_second"] for row in results.get("bare", {}).get("rows", ()) if row["workload"] == workload]
    return max(rows, default=None)


def _four_call(part: dict, results: dict) -> Iterator[Verdict]:
    best = best_of(part)
    rate = best["per_second"]
    bare = bare_rate(results, "four-call")
    disk = results.get("disk")
    ratios = [f"{rate / bare:.2f} of bare"] if bare else []
    if disk:
        ratios.append(f"{rate / disk['sqlite_per_second']:.2f} of disk")
    yield Verdict("four-call, closed loop", ">= 8,000 checkouts/s", f"{rate:,.0f}/s at {best['clients']} clients",
                  rate >= 8_000, ", ".join(ratios))
    if bare:
        yield Verdict("four-call against bare", ">= 0.5", f"{rate / bare:.2f} ({bare:,.0f}/s bare)",
                      rate / bare >= 0.5)
    for row in part["rows"]:
        if row["clients"] == 64:
            yield _latency("four-call, 64 clients", row, {"p50": 8, "p99": 20})
    cpu = best["server_cpu_us"]
    bare_rows = [row for row in results.get("bare", {}).get("rows", ()) if row["workload"] == "four-call"]
    floor = f"{cpu / min(row['server_cpu_us'] for row in bare_rows):.1f} x bare" if bare_rows else ""
    yield Verdict("server CPU per four-call checkout", "<= 120 us", f"{cpu:.0f} us", cpu <= 120, floor)
    payload = part["payload_bytes"]
    yield Verdict("payload written per four-call checkout", "<= 2,560 bytes",
                  f"{payload:,.0f} bytes (kept: journal {part['event_bytes']:,.0f}, record {part['record_bytes']:,.0f})",
                  payload <= 2_560)
    rows = part["row_writes_per_transition"]
    if rows is not None:
        yield Verdict("row writes per transition", "<= 3", f"{rows:.2f}", rows <= 3)


def _full(part: dict, results: dict) -> Iterator[Verdict]:
    best = best_of(part, "whole_per_second")
    rate = best["whole_per_second"]
    bare = bare_rate(results, "full")
    yield Verdict("full, closed loop", ">= 2,500 checkouts/s", f"{rate:,.0f}/s at {best['clients']} clients",
                  rate >= 2_500, f"{rate / bare:.2f} of bare" if bare else "")


def _open_loop(part: dict, _: dict) -> Iterator[Verdict]:
    row = part["rows"][0]
    yield _latency(f"open loop at {row['rate']:,.0f}/s, backends 1 ms", row, {"p50": 8, "p99": 20, "p999": 50})


def _memory(part: dict, _: dict) -> Iterator[Verdict]:
    waiting = f"{part['waiting']:,}"
    yield Verdict("memory of a waiting checkout", "<= 300 bytes", f"{part['bytes_each']:,.0f} bytes ({waiting} of them)",
                  part["bytes_each"] <= 300)
    resident = max(part["resident_mib"], part["resident_after_timers_mib"])
    yield Verdict(f"RSS with {waiting} waiting", "< 400 MiB for 1,000,000", f"{resident:,.0f} MiB", resident < 400)
    yield Verdict(f"restart with {waiting} unfinished", "<= 3 s for 1,000,000", f"{part['ready_seconds']:.2f} s",
                  part["ready_seconds"] <= 3)
    timers = part["timers"]
    yield Verdict("timers after the restart", "all right",
                  f"{timers['fired']:,} of {timers['due']:,} fired, {timers['early']} early, "
                  f"latest {timers['latest_ms']:,.0f} ms late",
                  timers["fired"] == timers["due"] and timers["early"] == 0 and timers["latest_ms"] <= 1_000)


def _finished(part: dict, _: dict) -> Iterator[Verdict]:
    size = f"{part['finished']:,}"
    share = part["share_of_empty"]
    yield Verdict(f"throughput with {size} finished", ">= 0.9 of empty", f"{share:.2f}", share >= 0.9)
    for kind in ("customer", "status"):
        slowest = max((times["p99_ms"] for name, times in part["lists"].items() if f"by {kind}" in name), default=0.0)
        yield Verdict(f"list by {kind}, {size} finished", "<= 10 ms", f"p99 {slowest:.1f} ms", slowest <= 10)


def _retention(part: dict, _: dict) -> Iterator[Verdict]:
    row = part["rows"][0]
    yield Verdict("retention beside a load", "no visible stall (p99.9 <= 50 ms)",
                  f"p99.9 {row['completed']['p999_ms']:.1f} ms, max {row['completed']['max_ms']:.0f} ms while "
                  f"{part['beside_load']:,} were archived",
                  row["completed"]["p999_ms"] <= 50 and part["beside_load"] > 0)
    yield Verdict("what is outdated goes", "all of it",
                  f"{part['keys_left']:,} keys and {part['sagas_left']:,} checkouts of {part['outdated']:,} are left "
                  f"after {part['seconds']:.1f} s",
                  part["keys_left"] == 0 and part["sagas_left"] == 0)


def _overload(part: dict, _: dict) -> Iterator[Verdict]:
    storm = part["storm"]
    refused = storm["refused"]
    share = part["accepted_share"]
    yield Verdict("overload: accepted", ">= 0.9 of its best", f"{share:.2f} ({storm['per_second']:,.0f}/s)", share >= 0.9)
    yield Verdict("overload: refusals", "503 in <= 5 ms",
                  f"{refused['count']:,} refused, p50 {refused['p50_ms']:.1f} ms, p99 {refused['p99_ms']:.1f} ms"
                  f" (since sent: {storm['refused_from_sent']['p99_ms']:.1f} ms)",
                  refused["count"] > 0 and refused["p99_ms"] <= 5)
    yield Verdict("overload: Retry-After", "on every refusal",
                  f"{storm['refused_with_retry_after']:,} of {refused['count']:,}", part["all_say_when"])
    yield Verdict("overload: memory", "bounded (<= 512 MiB)",
                  f"{part['resident_before_mib']:.0f} MiB before, peak {part['resident_peak_mib']:.0f}, "
                  f"{part['resident_after_mib']:.0f} after", part["resident_peak_mib"] <= 512)
    back = part["recovered_share"]
    yield Verdict("overload: recovery", "at once (>= 0.9 of its best)", f"{back:.2f}", back >= 0.9)


def _kafka(part: dict, _: dict) -> Iterator[Verdict]:
    # A server without Kafka keeps its events for GET /v1/events; the harder measure keeps none.
    for mode, what in (("on", "with events on Kafka"), ("away", "with the broker away")):
        for base, other in ((part["share_kept"], "without Kafka"), (1, "without any events")):
            share = part[f"share_{mode}"] / base
            yield Verdict(f"throughput {what}", f">= 0.9 of that {other}", f"{share:.2f}", share >= 0.9)


def _latency(measure: str, row: dict, limits_ms: dict[str, float]) -> Verdict:
    seen = row["completed"]
    return Verdict(
        measure, ", ".join(f"{_name(each)} <= {limit} ms" for each, limit in limits_ms.items()),
        ", ".join(f"{_name(each)} {seen[each + '_ms']:.1f}" for each in limits_ms) + " ms",
        seen["count"] > 0 and all(seen[each + "_ms"] <= limit for each, limit in limits_ms.items()))


def _name(percentile: str) -> str:
    return "p99.9" if percentile == "p999" else percentile
