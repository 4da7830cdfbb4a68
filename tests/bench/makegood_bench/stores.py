"""Large stores: a million checkouts that wait, a million and more that have ended."""

import http.client
import json
import random
import subprocess
import time
import urllib.parse
from datetime import datetime
from pathlib import Path

from .loads import Load, run_load
from .processes import waited_for
from .shop import Backends, Makegood
from .workspace import Workspace

TTL_SECONDS = 900  # of a reservation, by default
CHECKOUTS_PER_CUSTOMER = 10
HOUR = 3_600
BYTES_PER_FINISHED = 2_500  # generously: 10 million took 16 GB
LOG_BYTES_MAX = 2 << 30     # of the store's log while it is filled
LIST_TIMES = 100
TIMERS_SECONDS_MAX = 60
RETENTION_SECONDS_MAX = 180


class NoRoom(Exception):
    """The disk cannot hold the store."""


def fill(space: Workspace, data: Path, sagas: int, fate: str, *flags) -> float:
    """Returns the seconds that it took."""
    said = subprocess.run(
        [space.plan.build / "store_fill", "--data", data, "--lanes", str(space.plan.lanes), "--sagas", str(sagas),
         "--fate", fate, "--seed", str(time.time_ns() % 2**62), *map(str, flags)],
        stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(said.stdout)["seconds"]


# -- a million that wait


def memory(space: Workspace, _: dict) -> dict:
    """What a waiting checkout costs in memory, how soon a restart serves, and whether timers are right."""
    plan = space.plan
    with space.fresh_folder() as folder, Backends(plan.build, folder) as backends:
        with space.serve(folder, backends, folder / "none") as server:
            empty_mib = server.resident_mib()
            empty_ready = server.ready_seconds
        data = folder / "data"
        fill_seconds = fill(space, data, plan.waiting, "waiting", "--first-age", 60, "--last-age", 1)
        # These end while we look.
        fill(space, data, plan.due, "waiting", "--first-age", TTL_SECONDS - plan.due_in,
             "--last-age", TTL_SECONDS - 1.5 * plan.due_in)
        with space.serve(folder, backends, data) as server:
            ready_at = time.time()
            at_ready_mib = server.resident_mib()
            timers = _watch_timers(server, plan.due, ready_at)
            loaded_mib = server.resident_mib()
            load = run_load(plan.build, server, backends,
                            Load(seconds=plan.seconds / 2, warm_up=plan.warm_up / 2, clients=256))
            return {
                "waiting": plan.waiting, "fill_seconds": fill_seconds, "ready_seconds": server.ready_seconds,
                "empty_ready_seconds": empty_ready, "empty_mib": empty_mib, "resident_mib": at_ready_mib,
                "resident_after_timers_mib": loaded_mib,
                "bytes_each": (max(at_ready_mib, loaded_mib) - empty_mib) * 2**20 / plan.waiting,
                "timers": timers, "load": load,
            }


def _watch_timers(server: Makegood, due: int, ready_at: float) -> dict:
    """Waits until those that are due were undone, and looks how late each was."""
    done = 'makegood_sagas_ended_total{saga="checkout",status="compensated"}'
    waited_for(f"{due} timers have fired", lambda: server.metrics().get(done, 0) >= due, TIMERS_SECONDS_MAX)
    late: list[float] = []
    cursor = ""
    while True:
        page = server.get("/v1/checkouts?status=compensated&limit=500" + cursor)
        for each in page["items"]:
            expired_at = max(_seconds(each["created_at"]) + TTL_SECONDS, ready_at)
            late.append(1e3 * (_seconds(each["updated_at"]) - expired_at))
        if "next_cursor" not in page:
            break
        cursor = "&cursor=" + urllib.parse.quote(page["next_cursor"])
    late.sort()
    return {"due": due, "fired": len(late), "early": sum(each < 0 for each in late),
            "p50_ms": late[len(late) // 2] if late else 0.0, "latest_ms": late[-1] if late else 0.0}


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


# -- millions that have ended


def finished(space: Workspace, _: dict) -> dict:
    """Throughput and cost as the store grows by the decade, and lists of the largest."""
    plan = space.plan
    wanted = BYTES_PER_FINISHED * plan.finished + LOG_BYTES_MAX
    if space.free_bytes() < wanted:
        raise NoRoom(f"{plan.finished:,} finished checkouts need some {wanted / 2**30:.0f} GiB on the disk and "
                     f"{space.free_bytes() / 2**30:.0f} are free")
    customers = max(1, plan.finished // CHECKOUTS_PER_CUSTOMER)
    load = Load(seconds=plan.seconds, warm_up=plan.warm_up, clients=256, customers=customers)
    rows = [{**_run_empty(space, load), "stored": 0}]
    fill_seconds = 0.0
    with space.fresh_folder() as folder, Backends(plan.build, folder) as backends:
        data, stored = folder / "data", 0
        for size in _decades(plan.finished):
            # Younger than the retention of keys, each filling younger than the one before.
            share = stored / plan.finished
            fill_seconds += fill(space, data, size - stored, "completed", "--mixed", "--customers", customers,
                                 "--first-age", (20 - 18 * share) * HOUR,
                                 "--last-age", (20 - 18 * size / plan.finished) * HOUR)
            stored = size
            with space.serve(folder, backends, data) as server:
                row = run_load(plan.build, server, backends, load)
                rows.append({**row, "stored": stored, "ready_seconds": server.ready_seconds})
                lists = _time_lists(server, customers) if stored == plan.finished else {}
        bytes_each = sum(each.stat().st_size for each in data.iterdir()) / stored
    again = _run_empty(space, load)
    empty = (rows[0]["per_second"] + again["per_second"]) / 2
    return {"rows": rows, "empty_again": again, "finished": plan.finished, "fill_seconds": fill_seconds,
            "share_of_empty": rows[-1]["per_second"] / max(1.0, empty), "lists": lists,
            "stored_bytes_each": bytes_each}


def _decades(largest: int) -> list[int]:
    """Up to two smaller powers of ten, and the largest."""
    sizes = [largest]
    while len(sizes) < 3 and sizes[0] >= 100_000:
        sizes.insert(0, sizes[0] // 10)
    return sizes


def _run_empty(space: Workspace, load: Load) -> dict:
    with space.shop() as (server, backends):
        return run_load(space.plan.build, server, backends, load)


def _time_lists(server: Makegood, customers: int) -> dict[str, dict]:
    """Each kind of list, many times over, one after the other."""
    chance = random.Random(7)
    kinds = {
        "by customer": lambda: f"customer_id=cus_{chance.randrange(customers):08}",
        "by status completed": lambda: "status=completed",
        "by status failed": lambda: "status=failed",
        "by status compensated": lambda: "status=compensated",
        "by reason": lambda: "reason=payment_declined",
        "all": lambda: "limit=50",
    }
    where = urllib.parse.urlsplit(server.url)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=60)
    timed = {}
    for name, query in kinds.items():
        took = []
        for _ in range(LIST_TIMES):
            begun = time.perf_counter()
            connection.request("GET", "/v1/checkouts?" + query())
            answer = connection.getresponse()
            body = answer.read()
            took.append(1e3 * (time.perf_counter() - begun))
        items = len(json.loads(body)["items"])
        took.sort()
        timed[name] = {"p50_ms": took[len(took) // 2], "p99_ms": took[-2], "max_ms": took[-1], "items": items}
    connection.close()
    return timed


# -- retention


def retention(space: Workspace, _: dict) -> dict:
    """A load at the usual rate while what is older than its retention is archived, in the background."""
    plan = space.plan
    with space.fresh_folder() as folder, Backends(plan.build, folder, 1) as backends:
        data = folder / "data"
        fill(space, data, plan.outdated, "completed", "--first-age", 50 * HOUR, "--last-age", 48 * HOUR)
        with space.serve(folder, backends, data, settings='[retention]\nended = "1d"\n') as server:
            begun = time.monotonic()
            row = run_load(plan.build, server, backends,
                           Load(seconds=plan.open_seconds / 2, warm_up=0.1, rate=plan.open_rate))
            beside_load = _archived(server)
            waited_for(f"{plan.outdated} checkouts are archived", lambda: _archived(server) >= plan.outdated,
                       RETENTION_SECONDS_MAX)
            seconds = time.monotonic() - begun
            left = server.get("/v1/statistics")
    return {"rows": [row], "outdated": plan.outdated, "beside_load": beside_load, "seconds": seconds,
            "keys_left": left["idempotency_keys"] - row["total"],
            "sagas_left": sum(left["sagas"]["checkout"].values()) - row["total"]}


def _archived(server: Makegood) -> int:
    return int(server.metrics().get("makegood_sagas_pruned_total", 0))
