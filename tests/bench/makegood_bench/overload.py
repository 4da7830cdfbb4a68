"""Three times what the server can do, at random moments, and what comes after."""

from .loads import Load, run_load
from .workspace import Workspace

CLIENTS = 256
TIMES = 3


def overload(space: Workspace, _: dict) -> dict:
    plan = space.plan
    with space.shop() as (server, backends):
        best = run_load(plan.build, server, backends,
                        Load(seconds=plan.seconds, warm_up=plan.warm_up, clients=CLIENTS))
        resident_before = server.resident_mib()
        storm = run_load(plan.build, server, backends,
                         Load(seconds=plan.storm_seconds, warm_up=plan.warm_up, patience=10,
                              rate=round(TIMES * best["per_second"])))
        resident_peak = server.resident_peak_mib()
        after = run_load(plan.build, server, backends,
                         Load(seconds=max(1.0, plan.seconds / 3), warm_up=0.1, clients=CLIENTS))
        refused = storm["refused"]["count"]
        return {
            "best": best, "storm": storm, "after": after,
            "accepted_share": storm["per_second"] / max(1.0, best["per_second"]),
            "recovered_share": after["per_second"] / max(1.0, best["per_second"]),
            "all_say_when": refused > 0 and storm["refused_with_retry_after"] == refused,
            "resident_before_mib": resident_before, "resident_peak_mib": resident_peak,
            "resident_after_mib": server.resident_mib(),
        }
