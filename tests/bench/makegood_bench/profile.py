"""Where the server's time goes under a four-call load."""

import threading
from pathlib import Path

from .flame_graph import NoPerf, hottest, record, svg_of
from .loads import Load, run_load
from .workspace import Workspace

HOTTEST = 15


def profile(space: Workspace, file: Path) -> dict:
    """Leaves a flame graph in `file`; says why when it cannot."""
    plan = space.plan
    seconds = 1.0 if plan.quick else 4.0
    with space.shop() as (server, backends):
        load = Load(seconds=seconds + 1, warm_up=plan.warm_up, clients=256)
        loading = threading.Thread(target=run_load, args=(plan.build, server, backends, load))
        loading.start()
        try:
            stacks = record(server.pid, seconds)
        except NoPerf as why:
            return {"missing": str(why)}
        finally:
            loading.join()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(svg_of(stacks, "makegood serve, four-call, 256 clients"))
    return {"file": file.name, "samples": sum(stacks.values()), "hottest": hottest(stacks, HOTTEST)}
