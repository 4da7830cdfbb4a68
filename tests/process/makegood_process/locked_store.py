"""An SQLite file that nobody else can write to for a while: what its owner decides meanwhile is not durable."""

import contextlib
import pathlib
import subprocess
import sys
from collections.abc import Iterator

# A process, so that it can be killed: who closes a file last folds its log into it, which a store takes for damage.
LOCKS = """
import sqlite3, sys
store = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)
store.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def locked_store(file: pathlib.Path) -> Iterator[None]:
    with subprocess.Popen(
        [sys.executable, "-c", LOCKS, file], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as locker:
        try:
            assert locker.stdout is not None and locker.stdout.readline() == "locked\n", f"{file} cannot be locked"
            yield
        finally:
            locker.kill()
