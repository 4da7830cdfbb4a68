"""Checkouts while their events go to Kafka, while the broker is away, and without events, in turns.

The broker is a real one. It runs here as well, with the lowest priority: it stands for another machine, whose
processor a shop's engine does not use. What it took is said beside the ratio.
"""

import statistics

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
    brokers = {"off": "", "on": broker.bootstrap, "away": f"127.0.0.1:{lease_ports(1)[0]}"}
    modes = list(brokers)
    rows = []
    for number in range(rounds):
        # Each comes first, second and last in turn: the machine is not the same all the time.
        for mode in modes[number % 3:] + modes[:number % 3]:
            rows.append({"mode": mode, **_run(space, broker, brokers[mode])})

    def typical(mode: str) -> float:
        return statistics.median(row["per_second"] for row in rows if row["mode"] == mode)

    return {"rows": rows, "rounds": rounds,
            "share_on": typical("on") / max(1.0, typical("off")),
            "share_away": typical("away") / max(1.0, typical("off"))}


def _run(space: Workspace, broker: Broker, brokers: str) -> dict:
    """One server with an empty store; with a broker that answers, until it has all events."""
    plan = space.plan
    settings = f'[kafka]\nbrokers = "{brokers}"\n' if brokers else "[events]\nkeep = false\n"
    with space.fresh_folder() as folder, Backends(plan.build, folder) as backends, \
            space.serve(folder, backends, folder / "data", settings=settings) as server:
        before = cpu_seconds_of(broker.process.pid)
        row = run_load(plan.build, server, backends, Load(seconds=plan.seconds, warm_up=plan.warm_up, clients=CLIENTS))
        if not brokers:
            return row
        metrics = server.metrics()
        row["waiting_at_end"] = metrics["makegood_events_waiting"]
        if brokers == broker.bootstrap:
            waited_for("the broker has all events", lambda: server.metrics()["makegood_events_waiting"] == 0,
                       DRAIN_SECONDS_MAX)
            row["sent"] = server.metrics()["makegood_events_sent_total"]
            row["broker_cpu_us"] = 1e6 * (cpu_seconds_of(broker.process.pid) - before) / max(1, row["sent"])
        return row
