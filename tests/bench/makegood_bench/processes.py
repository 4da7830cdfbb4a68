"""Child processes: started on free ports, read through /proc, stopped by their own id."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from makegood_process.deadline import NotInTime, wait_until

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
STOP_SECONDS_MAX = 60
READY_SECONDS_MAX = 120


class Process:
    """A child that is stopped when its block ends. Its standard output is ours to read."""

    def __init__(self, command: list, log: Path, environment: dict | None = None):
        self.log = log
        self.started_at = time.monotonic()
        self.child = subprocess.Popen(
            [str(each) for each in command], stdout=subprocess.PIPE, stderr=log.open("w"), text=True,
            env={**os.environ, **(environment or {})})
        self.pid = self.child.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def line(self) -> str:
        return self.child.stdout.readline().strip()

    def stop(self) -> str:
        """What it said at the end."""
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        try:
            return self.child.communicate(timeout=STOP_SECONDS_MAX)[0] or ""
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            return ""
        except ValueError:  # stopped before
            return ""

    # -- /proc

    def cpu_seconds(self) -> float:
        return cpu_seconds_of(self.pid)

    def resident_mib(self) -> float:
        return self._status_kib("VmRSS") / 1024

    def resident_peak_mib(self) -> float:
        return self._status_kib("VmHWM") / 1024

    def io_bytes(self) -> dict[str, int]:
        """wchar: given to write(), sockets left out; write_bytes: pages made dirty for the disk."""
        lines = Path(f"/proc/{self.pid}/io").read_text().splitlines()
        return {name: int(value) for name, value in (line.split(": ") for line in lines)}

    def _status_kib(self, name: str) -> int:
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1])
        return 0


def cpu_seconds_of(pid: int) -> float:
    """User and system time of all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


def busy_seconds() -> float:
    """Of all cores: what was not idle, with what the host gave to other machines."""
    names = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")
    ticks = dict(zip(names, map(int, Path("/proc/stat").read_text().split()[1:])))
    return sum(count for name, count in ticks.items() if name not in ("idle", "iowait")) / TICKS_PER_SECOND


def wait_ready(url: str, server: Process) -> float:
    """Until /readyz says 200. Returns the seconds since the process was started."""
    def is_ready_or_gone() -> bool:
        if server.child.poll() is not None:
            return True
        try:
            with urllib.request.urlopen(url + "/readyz", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    if waited_for("the server is ready", is_ready_or_gone, READY_SECONDS_MAX) and server.child.poll() is None:
        return time.monotonic() - server.started_at
    raise SystemExit(f"bench: {server.child.args[0]} did not become ready:\n{server.log.read_text()[-2000:]}")


def waited_for(what: str, is_so, patience: float) -> bool:
    """Whether it came to be in time: a measurement tells of what did not, and goes on."""
    try:
        return bool(wait_until(what, is_so, patience=patience))
    except NotInTime as late:
        print(f"bench: {late}", file=sys.stderr)
        return False
