"""How long everything takes and how large it is: in full, or only to see that it works."""

from dataclasses import dataclass, field, replace
from pathlib import Path


@dataclass(frozen=True)
class Plan:
    build: Path
    data_root: Path | None = None
    toml: str = ""  # more settings of the server
    lanes: int = 1
    quick: bool = False

    seconds: float = 6.0
    warm_up: float = 2
    clients: list[int] = field(default_factory=lambda: [16, 64, 256, 1024])
    open_rate: float = 1_667  # 100,000 a minute
    open_seconds: float = 15
    rate_shares: list[float] = field(default_factory=lambda: [0.1, 0.3, 0.5, 0.7, 0.85, 0.95])
    rate_seconds: float = 4
    storm_seconds: float = 6
    kafka_rounds: int = 5
    waiting: int = 1_000_000
    due: int = 2_000
    due_in: float = 10  # seconds until the first of them ends
    finished: int = 1_000_000
    outdated: int = 50_000

    def in_short(self) -> "Plan":
        return replace(
            self, quick=True, seconds=1.0, warm_up=0.5, clients=[64], open_seconds=1.5, rate_shares=[0.3, 0.7],
            rate_seconds=1, storm_seconds=1.5, kafka_rounds=1, waiting=10_000, due=100, due_in=4, finished=10_000, outdated=3_000)

    def with_values(self, **values: float) -> "Plan":
        """Whole numbers stay whole: `--finished 1e7` is one."""
        return replace(self, **{name: type(getattr(self, name))(value) for name, value in values.items()})
