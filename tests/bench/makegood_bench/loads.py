"""One run of the load driver, and what the server spent meanwhile."""

import json
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from .fsync_count import FsyncCount
from .processes import Process, busy_seconds, cpu_seconds_of
from .shop import Makegood


@dataclass(frozen=True)
class Load:
    """`rate`: open loop; else a closed loop of `clients`."""

    seconds: float
    warm_up: float = 1
    workload: str = "four-call"
    clients: int = 64
    rate: float = 0
    customers: int = 100_000
    patience: float = 35
    seed: int = 1

    def flags(self) -> list[str]:
        shape = ["--rate", self.rate] if self.rate else ["--clients", self.clients]
        return [str(each) for each in (
            "--seconds", self.seconds, "--warm-up", self.warm_up, "--workload", self.workload,
            "--customers", self.customers, "--patience", self.patience, "--seed", self.seed,
            "--run", f"r{time.time_ns()}", *shape)]


@dataclass
class Sample:
    """Server, backends, driver and machine at one moment: CPU in seconds, files in bytes."""

    server: float
    backends: float
    driver: float
    machine: float
    written: int
    dirtied: int
    metrics: dict[str, float]

    @staticmethod
    def of(server: Process, backends: Process, driver: int) -> "Sample":
        moved = server.io_bytes()
        metrics = server.metrics() if isinstance(server, Makegood) else {}
        return Sample(server.cpu_seconds(), backends.cpu_seconds(), cpu_seconds_of(driver), busy_seconds(),
                      moved["wchar"], moved["write_bytes"], metrics)


def ended(metrics: dict[str, float], saga: str) -> float:
    return sum(value for name, value in metrics.items()
               if name.startswith("makegood_sagas_ended_total{") and f'saga="{saga}"' in name)


def run_load(build: Path, server, backends: Process, load: Load) -> dict:
    """The driver's figures, with those of the server over the counted window."""
    command = [build / "load_driver", "--server", server.url, *load.flags()]
    fsyncs = FsyncCount(server.pid)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as driver:
        _expect(driver, "counting")
        fsyncs.begin()
        before = Sample.of(server, backends, driver.pid)
        _expect(driver, "counted")
        after = Sample.of(server, backends, driver.pid)
        fsynced = fsyncs.end()
        row = json.loads(driver.stdout.readline())
    row["workload"] = load.workload
    row["resident_mib"] = server.resident_mib()
    count = max(1.0, row["per_second"] * load.seconds)
    for each in ("server", "backends", "driver"):
        row[f"{each}_cpu_us"] = 1e6 * (getattr(after, each) - getattr(before, each)) / count
    row["others_share"] = _others_share(before, after, load.seconds)
    row["file_bytes"] = (after.written - before.written) / count
    row["disk_bytes"] = (after.dirtied - before.dirtied) / count
    row["fsyncs"] = None if fsynced is None else fsynced / count
    if after.metrics:
        row.update(_of_metrics(before.metrics, after.metrics, load.seconds, count))
    return row


def _expect(driver: subprocess.Popen, word: str) -> None:
    said = driver.stdout.readline().strip()
    if said != word:
        raise SystemExit(f"bench: the load driver said {said!r} instead of {word!r}")


def _others_share(before: Sample, after: Sample, seconds: float) -> float:
    """Of the machine's cores, what neither server nor backends nor driver had: other work, or a busy host."""
    ours = sum(getattr(after, each) - getattr(before, each) for each in ("server", "backends", "driver"))
    return max(0.0, after.machine - before.machine - ours) / (seconds * (os.cpu_count() or 1))


def _of_metrics(before: dict, after: dict, seconds: float, count: float) -> dict:
    def change(name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    commits = change("makegood_commit_sagas_count")
    return {
        "commits_per_checkout": commits / count,
        "sagas_per_commit": change("makegood_commit_sagas_sum") / max(1.0, commits),
        "transitions_per_checkout": change("makegood_commit_sagas_sum") / count,
        "commit_ms": 1e3 * change("makegood_commit_duration_seconds_sum") / max(1.0, commits),
        "fulfilled_per_second": (ended(after, "fulfilment") - ended(before, "fulfilment")) / seconds,
    }
