"""Ports that stay ours while the process that listens on them is down."""

import fcntl
import os
import pathlib
import random
import socket
import tempfile
from typing import IO

LOWEST = 20_000
LOWEST_EPHEMERAL_OTHERWISE = 32_768
ATTEMPTS_MAX = 2_000

# A lease lasts as long as this process: the lock on its file goes with it.
_leases: list[IO[str]] = []


def lease_ports(count: int) -> list[int]:
    """Ports that nobody listens on, and that neither a client's connection nor another test takes.

    They lie below the range that the system hands out by itself, so that a restart finds its port
    free; the lock file keeps tests that run beside each other apart.
    """
    folder = pathlib.Path(tempfile.gettempdir()) / f"makegood-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    chance = random.SystemRandom()
    ports: list[int] = []
    for _ in range(ATTEMPTS_MAX):
        if len(ports) == count:
            return ports
        port = chance.randrange(LOWEST, _lowest_ephemeral())
        if port not in ports and _lease(folder / str(port)) and _is_free(port):
            ports.append(port)
    raise RuntimeError(f"no {count} free ports from {LOWEST} to {_lowest_ephemeral()}")


def _lowest_ephemeral() -> int:
    try:
        words = pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()
        return max(int(words[0]), LOWEST + ATTEMPTS_MAX)
    except OSError:
        return LOWEST_EPHEMERAL_OTHERWISE


def _lease(file: pathlib.Path) -> bool:
    lock = file.open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return False
    _leases.append(lock)
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
