"""What was broken, and what came of it."""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from torture_shop import TortureShop

SHOWN_MAX = 60


class FaultLog:
    """What was done to whom, with times. Outlives the rounds."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._lines: list[str] = []
        self._began = time.monotonic()
        self._lock = threading.Lock()

    def note(self, text: str) -> None:
        with self._lock:
            self._lines.append(f"{time.monotonic() - self._began:9.3f} s  {text}")

    def tail(self) -> str:
        return "\n".join(self._lines[-SHOWN_MAX:])


@dataclass
class Tally:
    """What came of it all."""

    log: FaultLog = field(default_factory=FaultLog)
    rounds: int = 0
    requests: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    struck: Counter[str] = field(default_factory=Counter)
    parked: int = 0
    starts: int = 0
    resumed: int = 0
    commits_failed: int = 0
    slowest_recovery: float = 0.0
    began: float = field(default_factory=time.monotonic)

    def add_shop(self, shop: TortureShop) -> None:
        self.struck.update(shop.network.struck())
        self.struck.update({f"disk: {name}": n for name, n in shop.disk.counted().items()})
        self.starts += len(shop.server.resumed())
        self.resumed += sum(shop.server.resumed())
        self.commits_failed += shop.server.process.said().count("a commit failed")

    def print(self) -> None:
        for name in ("pass", "disk: drawn"):
            self.struck.pop(name, None)
        rows = [
            ("rounds", self.rounds), ("minutes", f"{(time.monotonic() - self.began) / 60:.1f}"),
            *((f"fault: {kind}", n) for kind, n in sorted(self.log.counts.items())),
            *((f"struck: {kind}", n) for kind, n in sorted(self.struck.items())),
            ("starts of the server", self.starts), ("found half done at a start", self.resumed),
            ("commits that failed", self.commits_failed),
            ("starts asked for and answered", self.requests),
            ("checkouts accepted", self.ends.total()),
            *((f"  {status}", n) for status, n in sorted(self.ends.items())),
            ("parked once, and pushed on", self.parked),
            ("slowest recovery", f"{self.slowest_recovery:.1f} s"),
        ]
        for what, number in rows:
            print(f"{what:40} {number:>10}")
