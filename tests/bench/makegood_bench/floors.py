"""What this machine could do at best: the exchanges alone, and the bytes alone."""

import json
import subprocess

from .loads import Load, run_load
from .shop import Backends, Bare
from .workspace import Workspace


def bare(space: Workspace, _: dict) -> dict:
    """The better of one loop and two, for the four calls and for the full checkout."""
    plan = space.plan
    rows = []
    for full in (False, True):
        for loops in (1,) if plan.quick else (1, 2):
            with space.fresh_folder() as folder, Backends(plan.build, folder) as backends, \
                    Bare(plan.build, folder, backends, loops=loops, full=full) as server:
                for clients in (64,) if plan.quick else (64, 256):
                    load = Load(seconds=plan.seconds / 2, warm_up=plan.warm_up / 2, clients=clients,
                                workload="full" if full else "four-call")
                    row = run_load(plan.build, server, backends, load)
                    rows.append({**row, "loops": loops})
                received = backends.asked()
            rows[-1]["bytes_asked"] = received["bytes"] / max(1, received["requests"])
    return {"rows": rows}


def disk(space: Workspace, results: dict) -> dict:
    """The payload of the four-call run through SQLite and through a plain file, in the same batches."""
    of_run = results["four-call"]
    busiest = max(of_run["rows"], key=lambda row: row["per_second"])
    rows = max(1, round(busiest["sagas_per_commit"]))
    bytes_each = max(1, round(of_run["payload_bytes"] / of_run["transitions"]))
    with space.fresh_folder() as folder:
        said = subprocess.run(
            [space.plan.build / "disk_floor", "--folder", folder, "--rows", str(rows), "--bytes", str(bytes_each),
             "--seconds", str(0.5 if space.plan.quick else 2.5)],
            stdout=subprocess.PIPE, text=True, check=True)
    measured = json.loads(said.stdout)
    return {
        "rows_per_commit": rows, "bytes_per_row": bytes_each,
        "sqlite_per_second": measured["sqlite"]["rows_per_second"] / of_run["transitions"],
        "sqlite_commits_per_second": measured["sqlite"]["commits_per_second"],
        "file_per_second": measured["file"]["rows_per_second"] / of_run["transitions"],
        "file_commits_per_second": measured["file"]["commits_per_second"],
    }
