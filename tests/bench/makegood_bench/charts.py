"""Which charts a run gives: file name and chart."""

from collections.abc import Iterator

from .plots import Axis, Chart
from .targets import bare_rate


def charts(results: dict) -> Iterator[tuple[str, Chart]]:
    if "four-call" in results:
        yield "throughput_against_clients.svg", _throughput(results)
    if "rates" in results:
        yield "latency_against_rate.svg", _latency(results)
    if "rows" in results.get("finished", {}):
        part = results["finished"]
        yield "cpu_against_store_size.svg", _by_size(part, "Server CPU", "microseconds a checkout", "server_cpu_us")
        yield "bytes_against_store_size.svg", _by_size(part, "Written", "KiB a checkout", "file_bytes", 1_024)
        yield "throughput_against_store_size.svg", _by_size(part, "Throughput", "checkouts a second", "per_second")


def _by_clients(rows: list[dict], key: str) -> list[tuple[float, float]]:
    """The best for each number of clients."""
    best: dict[int, float] = {}
    for row in rows:
        best[row["clients"]] = max(best.get(row["clients"], 0.0), row[key])
    return sorted(best.items())


def _throughput(results: dict) -> Chart:
    chart = Chart("Throughput against clients (closed loop)", Axis("clients", logarithmic=True),
                  Axis("checkouts a second"))
    chart.series["four-call"] = _by_clients(results["four-call"]["rows"], "per_second")
    if "full" in results:
        chart.series["full (ten calls)"] = _by_clients(results["full"]["rows"], "whole_per_second")
    bare = bare_rate(results, "four-call")
    if bare:
        chart.levels["bare"] = bare
    chart.levels["target"] = 8_000
    return chart


def _latency(results: dict) -> Chart:
    chart = Chart("Latency against rate (open loop, backends 1 ms)", Axis("checkouts started a second"),
                  Axis("milliseconds from planned start to end", logarithmic=True))
    rows = results["rates"]["rows"] + results.get("open-loop", {}).get("rows", [])
    rows = sorted((row for row in rows if row["completed"]["count"]), key=lambda row: row["rate"])
    for name, key in (("p50", "p50_ms"), ("p99", "p99_ms"), ("p99.9", "p999_ms")):
        chart.series[name] = [(row["rate"], row["completed"][key]) for row in rows]
    return chart


def _by_size(part: dict, title: str, unit: str, key: str, per: float = 1) -> Chart:
    chart = Chart(f"{title} against store size (256 clients)", Axis("finished checkouts in the store"), Axis(unit))
    chart.series["four-call"] = [(row["stored"], row[key] / per) for row in part["rows"]]
    return chart
