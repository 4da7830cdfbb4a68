"""What breaks in a round, and when: drawn from the seed before anything runs."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from makegood_process import Json
from makegood_process.storefront import SERVICES

from torture_shop import CUSTOMERS
from unruly_disk import BROKEN, NO_SPACE

# Theme -> how many of its faults a round has.
FAULTS_OF_A_ROUND = {
    "kill": (1, 2), "recovery": (0, 1), "stop": (1, 2), "proxy": (1, 3), "fsync": (1, 3),
    "deny": (0, 1), "full": (1, 2),
}
THEMES = tuple(FAULTS_OF_A_ROUND)
# They begin while customers still order.
FIRST_AFTER, LAST_AFTER = 0.05, 0.9

DENIED = (
    ("inventory", "POST /v1/reservations"),
    ("inventory", "POST /v1/reservations/{id}/confirm"),
    ("inventory", "POST /v1/reservations/{id}/release"),
    ("payments", "POST /v1/authorizations"),
    ("payments", "POST /v1/authorizations/{id}/void"),
    ("payments", "POST /v1/authorizations/{id}/capture"),
    ("orders", "POST /v1/orders"),
    ("fulfillment", "POST /v1/shipments"),
)


@dataclass(frozen=True)
class Fault:
    """`where` is what breaks; two faults of one place never overlap, those of others do."""

    theme: str
    where: str  # server, storefront, network, disk, space
    kind: str
    after: int  # checkouts of the round that are accepted before it begins
    seconds: float  # it lasts
    more: Json

    def __str__(self) -> str:
        more = "".join(f" {name}={value}" for name, value in self.more.items())
        return (f"{self.kind} ({self.where}) after {self.after} accepted, "
                f"for {self.seconds:.2f} s{more}")


@dataclass(frozen=True)
class What:
    where: str
    kind: str
    seconds: float
    more: Json


def draw_faults(
    themes: Iterable[str], orders: int, proxied: list[str], chance: random.Random
) -> list[Fault]:
    """In the order in which they begin."""
    faults: list[Fault] = []
    for theme in THEMES:
        count = chance.randint(*FAULTS_OF_A_ROUND[theme])
        for _ in range(count if theme in themes else 0):
            after = int(orders * chance.uniform(FIRST_AFTER, LAST_AFTER))
            what = _DRAW[theme](chance, proxied)
            faults.append(Fault(theme, what.where, what.kind, after, what.seconds, what.more))
    return sorted(faults, key=lambda fault: fault.after)


# -- one of each theme -----------------------------------------------------------------------------


def _kill(chance: random.Random, _: list[str]) -> What:
    kind = chance.choice(("kill server", "kill server at a write", "kill storefront"))
    more = {"write": chance.randint(1, 60)} if kind.endswith("write") else {}
    where = "storefront" if kind == "kill storefront" else "server"
    return What(where, kind, chance.uniform(0, 1.5), more)


def _recovery(chance: random.Random, _: list[str]) -> What:
    """Short lives, one after another: in seconds, or in writes to the data folder."""
    lives: list[Json] = []
    for _ in range(chance.randint(3, 6)):
        seconds = {"seconds": round(chance.uniform(0, 0.4), 3)}
        lives.append(chance.choice((seconds, {"writes": chance.randint(1, 30)})))
    return What("server", "kill during recovery", 0, {"lives": lives})


def _stop(chance: random.Random, _: list[str]) -> What:
    where = chance.choice(("server", "storefront"))
    return What(where, f"stop {where}", chance.uniform(0.2, 3), {})


def _proxy(chance: random.Random, proxied: list[str]) -> What:
    routes = chance.sample([CUSTOMERS, *proxied], chance.randint(1, 3))
    names = ["stall_request", "stall_answer", "delay", "cut_request", "cut_answer", "lose_answer",
             "reset"]
    if chance.random() < 0.25:  # one trouble, and nothing else
        fates = {chance.choice(names): 1.0}
    else:
        fates = {name: round(chance.uniform(0.02, 0.2), 3)
                 for name in chance.sample(names, chance.randint(2, 5))}
    return What("network", "unruly network", chance.uniform(0.5, 3), {
        "routes": routes, "fates": fates, "delay_ms": chance.randint(50, 1500),
        "cut_all": chance.random() < 0.3})


def _fsync(chance: random.Random, _: list[str]) -> What:
    rate = chance.randint(20, 400)
    kind, told = chance.choice((
        ("slow disk", {"sync_delay_ms": chance.randint(20, 400)}),
        ("disk that cannot sync", {"sync_fails_permille": 1000}),
        ("disk that fails to sync at times", {"sync_fails_permille": rate}),
        ("disk that fails to write at times",
         {"write_fails_permille": rate, "write_error": BROKEN}),
        ("disk that is full at times", {"write_fails_permille": rate, "write_error": NO_SPACE}),
        ("disk that writes a part", {"short_writes_permille": rate}),
        ("slow and failing disk", {"sync_delay_ms": chance.randint(20, 200),
                                   "sync_fails_permille": rate, "write_error": BROKEN,
                                   "write_fails_permille": rate // 4}),
        ("disk that hangs", {"sync_delay_ms": 3_600_000}),
    ))
    return What("disk", kind, chance.uniform(0.5, 3), {**told, "seed": chance.randrange(2**32)})


def _deny(chance: random.Random, _: list[str]) -> What:
    service, call = chance.choice(DENIED)
    return What("storefront", "denied credential", chance.uniform(0.2, 1),
                {"service": service, "call": call})


def _full(chance: random.Random, _: list[str]) -> What:
    return What("space", "full disk", chance.uniform(0.5, 3), {})


_DRAW: dict[str, Callable[[random.Random, list[str]], What]] = {
    "kill": _kill, "recovery": _recovery, "stop": _stop, "proxy": _proxy, "fsync": _fsync,
    "deny": _deny, "full": _full,
}


def draw_proxied(chance: random.Random) -> list[str]:
    """Most services, not all: a dead one refuses connections only where nothing is in between."""
    return sorted(service for service in SERVICES if chance.random() < 0.7)
