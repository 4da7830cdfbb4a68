#!/usr/bin/env python3
"""Measures checkouts per second on this machine: real processes, real sockets, fsync on.

Everything (load, server, backends) runs on the machine at once. Absolute figures hold for it alone.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "process"))

from makegood_process import wait_until  # noqa: E402
from makegood_process.ports import lease_ports  # noqa: E402

TARGET_PER_SECOND = 1667  # 100,000 checkouts a minute


class Process:
    """A child that is stopped by its process id when the block ends."""

    def __init__(self, command: list[str], log: Path):
        self.log = log
        self.child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log.open("w"), text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.send_signal(signal.SIGTERM)
        try:
            self.child.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.child.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_mib(self) -> float:
        for line in Path(f"/proc/{self.child.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0.0


def wait_ready(url: str, server: Process) -> None:
    def answers() -> bool:
        if server.child.poll() is not None:
            sys.exit(f"bench: the server did not stay up:\n{server.log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(url + "/readyz", timeout=1) as answer:
                return answer.status == 200
        except OSError:
            return False

    wait_until("the server is ready", answers)


def folder_bytes(folder: Path) -> int:
    return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())


def measure(build: Path, url: str, server: Process, clients: int, seconds: float, warm_up: float) -> dict:
    before = server.cpu_seconds()
    driver = subprocess.run(
        [build / "load_driver", "--server", url, "--clients", str(clients), "--seconds", str(seconds),
         "--warm-up", str(warm_up), "--run", f"c{clients}-{time.time_ns()}"],
        stdout=subprocess.PIPE, text=True, check=False)
    result = json.loads(driver.stdout)
    result["server_cpu_us"] = 1e6 * (server.cpu_seconds() - before) / max(1, result["total"])
    result["resident_mib"] = server.resident_mib()
    return result


def run(build: Path, client_counts: list[int], seconds: float, warm_up: float, data_root: str | None) -> dict:
    with tempfile.TemporaryDirectory(prefix="makegood-bench-", dir=data_root) as name:
        folder = Path(name)
        with Process([str(build / "null_backends")], folder / "backends.log") as backends:
            urls = json.loads(backends.child.stdout.readline())
            url = f"http://127.0.0.1:{lease_ports(1)[0]}"
            config = folder / "makegood.toml"
            config.write_text("[checkout]\nfulfilment = false\n")
            command = [str(build / "makegood"), "serve", "--config", str(config), "--listen", url.removeprefix("http://"),
                       "--data", str(folder / "data"), "--inventory", urls["inventory"],
                       "--payment", urls["payment"], "--order", urls["order"]]
            with Process(command, folder / "server.log") as server:
                wait_ready(url, server)
                rows = [measure(build, url, server, each, seconds, warm_up) for each in client_counts]
            total = sum(row["total"] for row in rows)
            stored = folder_bytes(folder / "data")
    return {"rows": rows, "stored_bytes_per_checkout": stored / max(1, total)}


def table(results: dict) -> str:
    lines = [f"{'clients':>8} {'checkouts/s':>12} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'max ms':>8} "
             f"{'server CPU µs':>14} {'RSS MiB':>8}"]
    for row in results["rows"]:
        lines.append(f"{row['clients']:>8} {row['per_second']:>12.0f} {row['p50_ms']:>8.2f} {row['p95_ms']:>8.2f} "
                     f"{row['p99_ms']:>8.2f} {row['max_ms']:>8.2f} {row['server_cpu_us']:>14.0f} "
                     f"{row['resident_mib']:>8.0f}")
    lines.append(f"data folder: {results['stored_bytes_per_checkout']:.0f} bytes per checkout")
    best = max(row["per_second"] for row in results["rows"])
    verdict = "reached" if best >= TARGET_PER_SECOND else "MISSED"
    lines.append(f"best: {best:.0f} four-call checkouts/s with fsync; target {TARGET_PER_SECOND}: {verdict}")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=Path("build/release"))
    parser.add_argument("--clients", type=int, nargs="+", default=[16, 64, 256])
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--warm-up", type=float, default=2)
    parser.add_argument("--data-root", help="folder for the store (its disk is measured); default: the temp folder")
    parser.add_argument("--quick", action="store_true", help="two short runs: shows that it works")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.quick:
        options.clients, options.seconds, options.warm_up = [64], 3, 1
    results = run(options.build.resolve(), options.clients, options.seconds, options.warm_up, options.data_root)
    print(json.dumps(results) if options.json else table(results))
    wrong = [row for row in results["rows"] if row["other"]]
    for row in wrong:
        print(f"bench: {row['other']} of the checkouts did not complete: {row['problem']}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
