"""Waiting for a condition instead of for time."""

import time
from collections.abc import Callable
from typing import TypeVar

# Long enough for a busy machine: a wait that succeeds ends at once, whatever this says.
PATIENCE_SECONDS = 60.0
PAUSE_SECONDS = 0.01

Outcome = TypeVar("Outcome")


class NotInTime(AssertionError):
    """What was waited for did not come."""


def wait_until(
    what: str, ready: Callable[[], Outcome], patience: float = PATIENCE_SECONDS,
    pause: float = PAUSE_SECONDS,
) -> Outcome:
    """Asks `ready` until it returns something true, which is returned."""
    deadline = time.monotonic() + patience
    while True:
        outcome = ready()
        if outcome:
            return outcome
        if time.monotonic() > deadline:
            raise NotInTime(f"not within {patience:g} s: {what}")
        time.sleep(pause)
