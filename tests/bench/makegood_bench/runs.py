"""The loads of an empty store: throughput in closed loops, latency in open ones."""

import time

from .loads import Load, ended, run_load
from .payload import counted_writes, payload_of
from .processes import waited_for
from .shop import Backends, Makegood
from .workspace import Workspace

SETTLE_SECONDS_MAX = 60


def four_call(space: Workspace, _: dict) -> dict:
    """Every number of clients against one server; then what that server has written."""
    plan = space.plan
    with space.fresh_folder() as folder, Backends(plan.build, folder) as backends:
        counts_file = folder / "writes"
        counter = {"LD_PRELOAD": str(plan.build / "makegood_write_count.so"), "MAKEGOOD_WRITE_COUNT": str(counts_file)}
        with space.serve(folder, backends, folder / "data", environment=counter) as server:
            rows = [run_load(plan.build, server, backends,
                             Load(seconds=plan.seconds, warm_up=plan.warm_up, clients=clients))
                    for clients in plan.clients]
            statistics = server.get("/v1/statistics")
            server.stop()
        asked = backends.asked()
        total = sum(row["total"] for row in rows)
        stored = payload_of(folder / "data")
        written = counted_writes(counts_file)
    entries = statistics["journal_entries"]
    return {
        "rows": rows,
        "checkouts": total,
        # A server that has SQLite inside itself cannot be counted: then what was kept stands for what was written.
        "payload_bytes": written.get("payload", stored["event_bytes"] + stored["record_bytes"]) / max(1, total),
        "event_bytes": stored["event_bytes"] / max(1, total),
        "record_bytes": stored["record_bytes"] / max(1, total),
        "transitions": entries / max(1, total),
        "row_writes_per_transition": written["rows"] / max(1, entries) if "rows" in written else None,
        "stored_bytes": statistics["bytes_on_disk"] / max(1, total),
        "bytes_asked": asked["bytes"] / max(1, asked["requests"]),
    }


def full(space: Workspace, _: dict) -> dict:
    """Ten calls. A checkout counts once its fulfilment has ended too."""
    plan = space.plan
    rows = []
    with space.shop(full=True) as (server, backends):
        done = 0
        for clients in (64,) if plan.quick else (64, 256):
            load = Load(seconds=plan.seconds, warm_up=plan.warm_up, clients=clients, workload="full")
            row = run_load(plan.build, server, backends, load)
            done += row["total"]
            row["drain_seconds"] = _until(server, lambda metrics: ended(metrics, "fulfilment") >= done)
            row["whole_per_second"] = min(row["per_second"], row["fulfilled_per_second"])
            rows.append(row)
    return {"rows": rows}


def declined(space: Workspace, _: dict) -> dict:
    """Every twentieth card is declined: what was reserved is released again."""
    plan = space.plan
    with space.shop() as (server, backends):
        load = Load(seconds=plan.seconds, warm_up=plan.warm_up, workload="declined")
        return {"rows": [run_load(plan.build, server, backends, load)]}


def waiting(space: Workspace, _: dict) -> dict:
    """Checkouts that wait for their customers: each is accepted, and parked in the store."""
    plan = space.plan
    with space.shop() as (server, backends):
        before = server.resident_mib()
        load = Load(seconds=plan.seconds, warm_up=plan.warm_up, workload="waiting")
        row = run_load(plan.build, server, backends, load)
        row["settle_seconds"] = _until(server, lambda metrics: metrics["makegood_sagas_active"] == 0)
        sagas = server.get("/v1/statistics")["sagas"]["checkout"]
        row["waiting"] = sagas.get("awaiting_customer", 0)
        row["resident_before_mib"] = before
        row["resident_mib"] = server.resident_mib()
    if row["waiting"] != row["total"]:
        row["other"] += 1
        row["problem"] = f"{row['total']} were accepted and {row['waiting']} wait: {sagas}"
    return {"rows": [row]}


def open_loop(space: Workspace, _: dict) -> dict:
    """100,000 checkouts a minute that come at random moments, with backends that take a millisecond."""
    plan = space.plan
    with space.shop(delay_ms=1) as (server, backends):
        load = Load(seconds=plan.open_seconds, warm_up=plan.warm_up, rate=plan.open_rate)
        return {"rows": [run_load(plan.build, server, backends, load)]}


def rates(space: Workspace, results: dict) -> dict:
    """Latency against rate, up to what the closed loop could do at best."""
    plan = space.plan
    best = max(row["per_second"] for row in results["four-call"]["rows"])
    rows = []
    with space.shop(delay_ms=1) as (server, backends):
        for share in plan.rate_shares:
            load = Load(seconds=plan.rate_seconds, warm_up=1, rate=round(best * share))
            rows.append(run_load(plan.build, server, backends, load))
    return {"rows": rows}


def _until(server: Makegood, is_so) -> float:
    """How long it took until the metrics say so; gives up after a minute."""
    begun = time.monotonic()
    waited_for("the metrics have settled", lambda: is_so(server.metrics()), SETTLE_SECONDS_MAX)
    return time.monotonic() - begun
