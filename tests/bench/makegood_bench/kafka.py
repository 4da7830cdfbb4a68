"""Checkouts while their events go to Kafka, while the broker is away, with events kept only, and without any, in turns.

The broker is a real one. It runs here as well, with the lowest priority: it stands for another machine, whose
processor a shop's engine does not use. What it took is said beside the ratio, and the ratio without that. It is warmed
first: brokers run for weeks, and a Java program spends its first seconds on itself.
"""

import os
import statistics
import time

from makegood_process import Broker, NoBroker
from makegood_process.ports import lease_ports

from .loads import Load, run_load
from .processes import cpu_seconds_of, waited_for
from .shop import Backends
from .workspace import Workspace

CLIENTS = 256
DRAIN_SECONDS_MAX = 120


def kafka(space: Workspace, _: dict) -> dict:
    plan = space.plan
    with space.fresh_folder() as folder:
        try:
            broker = Broker(folder / "broker", priority=19)
        except NoBroker as why:
            return {"skipped": f"no broker: {why}"}
        broker.start()
        try:
            return _measured(space, broker, plan.kafka_rounds)
        finally:
            broker.close()


def _measured(space: Workspace, broker: Broker, rounds: int) -> dict:
    kept = "[events]\nkeep = {}\n"
    settings = {"off": kept.format("false"), "kept": kept.format("true"),
                "on": f'[kafka]\nbrokers = "{broker.bootstrap}"\n',
                "away": f'[kafka]\nbrokers = "127.0.0.1:{lease_ports(1)[0]}"\n'}
    modes = list(settings)
    _run(space, broker, "on", settings["on"])  # warms it
    rows = []
    for number in range(rounds):
        # Each comes first, second and so on in turn: the machine is not the same all the time.
        for mode in (modes[(number + place) % len(modes)] for place in range(len(modes))):
            rows.append({"mode": mode, **_run(space, broker, mode, settings[mode])})

    def typical(mode: str, key: str = "per_second") -> float:
        return statistics.median(row[key] for row in rows if row["mode"] == mode)

    without = max(1.0, typical("off"))
    shares = {f"share_{mode}": typical(mode) / without for mode in modes if mode != "off"}
    return {"rows": rows, "rounds": rounds, **shares, "broker_share": typical("on", "broker_share")}


def _run(space: Workspace, broker: Broker, mode: str, settings: str) -> dict:
    """One server with an empty store; with a broker that answers, until it has all events."""
    plan = space.plan
    with space.fresh_folder() as folder, Backends(plan.build, folder) as backends, \
            space.serve(folder, backends, folder / "data", settings=settings) as server:
        begun, before = time.monotonic(), cpu_seconds_of(broker.process.pid)
        row = run_load(plan.build, server, backends, Load(seconds=plan.seconds, warm_up=plan.warm_up, clients=CLIENTS))
        taken = cpu_seconds_of(broker.process.pid) - before
        if mode not in ("on", "away"):
            return row
        row["waiting_at_end"] = server.metrics()["makegood_events_waiting"]
        if mode == "on":
            row["broker_share"] = taken / (os.cpu_count() or 1) / (time.monotonic() - begun)
            waited_for("the broker has all events", lambda: server.metrics()["makegood_events_waiting"] == 0,
                       DRAIN_SECONDS_MAX)
            row["sent"] = server.metrics()["makegood_events_sent_total"]
            row["broker_cpu_us"] = 1e6 * (cpu_seconds_of(broker.process.pid) - before) / max(1, row["sent"])
        return row
