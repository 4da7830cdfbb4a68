"""The machine that a figure holds for, and how fast it is today."""

import hashlib
import os
import platform
import re
import sqlite3
import ssl
import subprocess
import time
from pathlib import Path


def describe(build: Path, folder: Path) -> dict:
    return {
        "cpu": _field("/proc/cpuinfo", "model name"), "cores": os.cpu_count(), "kernel": platform.release(),
        "memory_mib": int(_field("/proc/meminfo", "MemTotal").split()[0]) // 1024,
        "filesystem": _filesystem_of(folder),
        "makegood": _first_line([build / "makegood", "--version"]),
        "sqlite": sqlite3.sqlite_version, "openssl": ssl.OPENSSL_VERSION,
        "compiler": _first_line(["g++", "--version"]), "revision": _revision(),
        "sha256_mb_per_second": sha256_speed(), "load_at_start": os.getloadavg()[0],
        "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
    }


def sha256_speed() -> float:
    """Megabytes a second of one core: the same work everywhere, so a slow day shows."""
    block = bytes(1 << 20)
    best = 0.0
    for _ in range(3):
        begun = time.perf_counter()
        for _ in range(128):
            hashlib.sha256(block).digest()
        best = max(best, 128 * len(block) / 1e6 / (time.perf_counter() - begun))
    return best


def _revision() -> str:
    """Of the working tree; with a plus when it has changes."""
    words = ["git", "-C", str(Path(__file__).parent)]
    short = _first_line([*words, "rev-parse", "--short", "HEAD"])
    return short + ("+" if short and _first_line([*words, "status", "--porcelain"]) else "")


def _first_line(command: list) -> str:
    try:
        said = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
        return said.stdout.strip().splitlines()[0] if said.stdout.strip() else ""
    except OSError:
        return ""


def _field(path: str, name: str) -> str:
    found = re.search(rf"^{name}\s*:\s*(.+)$", Path(path).read_text(), re.M)
    return found.group(1) if found else "0"


def _filesystem_of(folder: Path) -> str:
    """Of the mount with the longest matching path."""
    best = ("", "unknown")
    for line in Path("/proc/mounts").read_text().splitlines():
        device, where, kind = line.split()[:3]
        inside = folder.is_relative_to(where)
        if inside and len(where) > len(best[0]):
            best = (where, f"{kind} on {device}")
    return best[1]
