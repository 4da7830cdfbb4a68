"""Breaks things as the schedule says, and mends them again."""

import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import groupby

from makegood_process import wait_until

from customers import PATIENCE_SECONDS
from faults import Fault
from tally import FaultLog
from torture_shop import TortureShop

KILL_AT_WRITE_SECONDS_MAX = 3.0
LOOKS_HEALTHY_SECONDS_MAX = 20.0
PAUSE_SECONDS = 0.05
# What `makegood serve` answers when its store cannot be used, and when it gave up for that reason.
STORE_EXIT_CODES = (1, 5)


class Saboteur:
    """`accepted` tells the progress of the customers, `over` that there will be no more."""

    def __init__(
        self, shop: TortureShop, log: FaultLog, accepted: Callable[[], int], over: threading.Event
    ) -> None:
        self._shop = shop
        self._log = log
        self._accepted = accepted
        self._over = over
        self._disk_troubles: set[str] = set()  # under way
        self._disk_changes = 0  # beginnings and ends of troubles so far

    def perform(self, faults: Iterable[Fault]) -> None:
        """All of them; returns when the last one is over and both processes run."""
        at_place = sorted(faults, key=lambda fault: fault.where)
        plans = [list(group) for _, group in groupby(at_place, lambda fault: fault.where)]
        if plans:
            with ThreadPoolExecutor(len(plans)) as places:
                list(places.map(self._perform_at_place, plans))

    def _perform_at_place(self, faults: list[Fault]) -> None:
        for fault in faults:
            wait_until(
                f"{fault.after} checkouts are accepted",
                lambda fault=fault: self._is_due(fault), PATIENCE_SECONDS)
            self._log.note(f"begins: {fault}")
            self._log.counts[fault.kind] += 1
            _PERFORM[fault.where, fault.theme](self, fault)
            self._log.note(f"is over: {fault.kind}")

    def _is_due(self, fault: Fault) -> bool:
        watched = {"server": self._shop.server, "storefront": self._shop.storefront}
        if owner := watched.get(fault.where):
            assert owner.process.runs, f"{fault.where} died by itself:\n{owner.process.tail()}"
        return self._accepted() >= fault.after or self._over.is_set()

    # -- processes ---------------------------------------------------------------------------------

    def _kill_server(self, fault: Fault) -> None:
        if "write" in fault.more:
            self._live_for_writes(fault.more["write"], self._disk_changes)
        self._shop.server.process.kill()
        threading.Event().wait(fault.seconds)
        self._bring_up_server()

    def _kill_while_recovering(self, fault: Fault) -> None:
        server = self._shop.server
        server.process.kill()
        for life in fault.more["lives"]:
            changes = self._disk_changes
            server.launch()
            if "writes" in life:
                self._live_for_writes(life["writes"], changes)
            elif not server.process.lives_for(life["seconds"]):
                self._assert_disk_is_to_blame(since=changes)
            server.process.kill()
        self._bring_up_server()

    def _live_for_writes(self, count: int, changes: int) -> None:
        """Dies at that write, between what is on disk and what is not. An idle server lives on."""
        process = self._shop.server.process
        self._shop.disk.told(kill_in=count)
        died = not process.lives_for(KILL_AT_WRITE_SECONDS_MAX)
        self._shop.disk.told(kill_in=0)
        if died and process.exit_code != -signal.SIGKILL:
            self._assert_disk_is_to_blame(since=changes)
        self._log.note("it died at its write" if died else "the write did not come")

    def _bring_up_server(self) -> None:
        server = self._shop.server
        changes = self._disk_changes
        server.launch()

        def ready() -> bool:
            nonlocal changes
            if server.process.runs:
                return server.is_ready()
            self._assert_disk_is_to_blame(since=changes)
            changes = self._disk_changes
            server.launch()
            return False

        wait_until("the server is ready again", ready, pause=PAUSE_SECONDS)

    def _assert_disk_is_to_blame(self, since: int) -> None:
        process = self._shop.server.process
        in_trouble = self._disk_troubles or since != self._disk_changes
        assert in_trouble and process.exit_code in STORE_EXIT_CODES, (
            f"the server ended by itself with {process.exit_code}:\n{process.tail()}")
        self._log.note(f"the server cannot start on this disk (exit {process.exit_code})")

    def _kill_storefront(self, fault: Fault) -> None:
        self._shop.storefront.process.kill()
        threading.Event().wait(fault.seconds)
        self._shop.storefront.start()
        self._shop.slow_calls()

    def _kill(self, fault: Fault) -> None:
        if fault.where == "server":
            self._kill_server(fault)
        else:
            self._kill_storefront(fault)

    def _stop(self, fault: Fault) -> None:
        owner = self._shop.server if fault.where == "server" else self._shop.storefront
        owner.process.suspend()
        try:
            lived = owner.process.lives_for(fault.seconds)
        finally:
            owner.process.go_on()
        assert lived, owner.process.tail()

    def _deny(self, fault: Fault) -> None:
        self._shop.deny(fault.more["service"], fault.more["call"])
        threading.Event().wait(fault.seconds)
        self._shop.storefront.behave()
        self._shop.slow_calls()

    # -- connections -------------------------------------------------------------------------------

    def _unsettle_network(self, fault: Fault) -> None:
        rule = dict(fault.more)
        routes = rule.pop("routes")
        self._shop.network.obey(routes, **rule)
        threading.Event().wait(fault.seconds)
        self._shop.network.calm(routes)

    # -- the disk ----------------------------------------------------------------------------------

    def _unsettle_disk(self, fault: Fault) -> None:
        disk = self._shop.disk
        before = disk.number("syncs_failed") + disk.number("syncs_slowed")
        with self._disk_trouble(fault):
            disk.told(**fault.more)
            if fault.kind in ("disk that cannot sync", "disk that hangs"):
                self._assert_it_shows(fault.seconds, lambda: (
                    disk.number("syncs_failed") + disk.number("syncs_slowed") > before))
            else:
                threading.Event().wait(fault.seconds)
            disk.sound()

    def _assert_it_shows(self, seconds: float, struck: Callable[[], bool]) -> None:
        """Whoever cannot commit must not look healthy."""
        began = time.monotonic()
        seen = False
        while not seen or time.monotonic() < began + seconds:
            seen = seen or not self._shop.server.is_ready()
            if self._over.wait(PAUSE_SECONDS):
                return  # nobody orders any more: there may be nothing to commit
            late = time.monotonic() > began + LOOKS_HEALTHY_SECONDS_MAX
            assert seen or not late or not struck(), "stuck, and /readyz says that it is ready"
            if late:
                return

    def _fill_disk(self, fault: Fault) -> None:
        small_disk = self._shop.small_disk
        assert small_disk is not None, "this theme needs one"
        ends = time.monotonic() + fault.seconds
        with self._disk_trouble(fault):
            while time.monotonic() < ends:
                small_disk.fill()  # again: what the server gives back is taken away too
                threading.Event().wait(PAUSE_SECONDS)
            small_disk.free()

    @contextmanager
    def _disk_trouble(self, fault: Fault) -> Iterator[None]:
        self._disk_troubles.add(fault.where)
        self._disk_changes += 1
        yield
        self._disk_changes += 1
        self._disk_troubles.discard(fault.where)


_PERFORM: dict[tuple[str, str], Callable[[Saboteur, Fault], None]] = {
    ("server", "kill"): Saboteur._kill, ("storefront", "kill"): Saboteur._kill,
    ("server", "recovery"): Saboteur._kill_while_recovering,
    ("server", "stop"): Saboteur._stop, ("storefront", "stop"): Saboteur._stop,
    ("storefront", "deny"): Saboteur._deny, ("network", "proxy"): Saboteur._unsettle_network,
    ("disk", "fsync"): Saboteur._unsettle_disk, ("space", "full"): Saboteur._fill_disk,
}
