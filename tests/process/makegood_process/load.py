"""Many clients at once."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

THREADS = 24

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")


def in_parallel(
    work: Callable[[Item], Outcome], items: Iterable[Item], threads: int = THREADS
) -> list[Outcome]:
    """The outcomes in the order of the items; the first failure is raised once all have run."""
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, items))
