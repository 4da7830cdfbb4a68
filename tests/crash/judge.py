"""What must be true once nothing is broken any more."""

import re
import time
from collections import Counter

from makegood_process import Balance, Json, NotInTime, in_parallel, wait_until, way
from makegood_process.checkouts import UNDER_WAY

from mixed_orders import Plan
from torture_shop import TortureShop

SAGAS = ("checkout", "fulfilment")
# Every budget, breaker, delay and reservation of SETTINGS is over in a third of this.
END_SECONDS_MAX = 60.0
PUSH_AGAIN_SECONDS = 3.0
METRIC = re.compile(r"^(makegood_\w+)(?:\{(.*)\})? (\S+)$", re.M)
# Of every lane, when nobody asks and nothing is open.
AT_REST = {
    "makegood_sagas_active": 0, "makegood_http_waiters": 0, "makegood_store_healthy": 1,
    "makegood_protocol_violations_total": 0, "makegood_unreadable_sagas_total": 0,
}


class Judge:
    def __init__(self, shop: TortureShop) -> None:
        self._shop = shop
        self._checkouts = shop.checkouts
        self.seen_parked: set[str] = set()

    # -- everything ends ---------------------------------------------------------------------------

    def wait_until_all_ended(self) -> None:
        """Parked ones are pushed on, as an operator would. The others have to end by themselves:
        only the list is asked, because reading a checkout would wake one that was forgotten."""
        pushed_at: dict[str, float] = {}

        def ended() -> bool:
            parked = self._all("parked")
            for each in parked:
                self._push(each, pushed_at)
            return not parked and not any(self._all(status) for status in UNDER_WAY)

        try:
            # One that changes its status slips through between two questions; only once, though.
            wait_until("everything has ended", lambda: ended() and ended(), END_SECONDS_MAX,
                       pause=0.1)
        except NotInTime as late:
            raise NotInTime(f"{late}\n{self._stuck()}") from None

    def _all(self, status: str) -> list[Json]:
        return [each for saga in SAGAS for each in self._checkouts.listed(saga=saga, status=status)]

    def _push(self, parked: Json, pushed_at: dict[str, float]) -> None:
        now = time.monotonic()
        if now < pushed_at.get(parked["id"], 0) + PUSH_AGAIN_SECONDS:
            return
        pushed_at[parked["id"]] = now
        self.seen_parked.add(parked["id"])
        answer = self._checkouts.act(
            parked["id"], "resume", actor="operator", reason="what was broken is mended")
        assert answer.status in (200, 202, 409), f"{parked}: {answer}"

    def _stuck(self) -> str:
        stuck = [each for status in (*UNDER_WAY, "parked") for each in self._all(status)]
        shown = [f"  {each}\n    {way(self._checkouts.journal(each['id']))}" for each in stuck[:5]]
        ready = "ready" if self._shop.server.is_ready() else "not ready"
        return "\n".join([f"{len(stuck)} are stuck, and the server is {ready}:", *shown])

    # -- and ended well ----------------------------------------------------------------------------

    def ends_of(self, plans: list[Plan]) -> Counter[str]:
        """Judges this round's checkouts; how many came to which end."""
        ended = in_parallel(self._end, plans)
        in_parallel(self._assert_key_gives_the_same, plans)
        Balance(self._shop).assert_holds(ended)  # with `makegood verify`
        folded = self._shop.server.command("replay", "--all", "--data", self._shop.server.data)
        assert folded.exit_code == 0, f"makegood replay --all: {folded}"
        return Counter(each["status"] for each in ended)

    def _end(self, plan: Plan) -> Json:
        assert len(plan.checkout_ids) == 1, f"one key, several checkouts: {plan}"
        checkout = self._checkouts.read(plan.checkout_id)
        if checkout["status"] not in plan.kind.ends:
            went = way(self._checkouts.journal(plan.checkout_id))
            raise AssertionError(f"{plan} came to {checkout}: {went}")
        return checkout

    def _assert_key_gives_the_same(self, plan: Plan) -> None:
        again = self._checkouts.start(plan.body, plan.key)
        assert again.status == 200 and again.replayed, f"{plan}: {again}"
        assert again.body["id"] == plan.checkout_id, f"{plan} is now {again.body['id']}"

    def assert_only_these(self, accepted: set[str]) -> None:
        """The store holds what was answered for, no less and no more."""
        stored = {each["id"] for each in self._checkouts.listed()}
        lost, unasked = accepted - stored, stored - accepted
        assert not lost, f"accepted, and not there any more: {sorted(lost)[:5]}"
        assert not unasked, f"nobody was told of them: {sorted(unasked)[:5]}"

    # -- and the server knows ----------------------------------------------------------------------

    def assert_server_sees_it_so(self) -> None:
        """/readyz and /metrics against what the list says."""
        wait_until("the server is ready", self._shop.server.is_ready)
        stored = Counter(
            (saga, each["status"]) for saga in SAGAS for each in self._checkouts.listed(saga=saga))
        differences: list[str] = []

        def agrees() -> bool:
            differences[:] = self._differences(stored)
            return not differences

        try:
            wait_until("the metrics agree with the store", agrees, pause=0.1)
        except NotInTime as late:
            raise NotInTime(f"{late}: {differences}") from None

    def _differences(self, stored: Counter[tuple[str, str]]) -> list[str]:
        found: list[str] = []
        text = self._shop.server.endpoint.call("GET", "/metrics").text
        for name, labels, value in METRIC.findall(text):
            if name == "makegood_sagas":
                of = dict(re.findall(r'(\w+)="([^"]*)"', labels))
                should = stored[of["saga"], of["status"]]
            elif name in AT_REST:
                should = AT_REST[name]
            else:
                continue
            if float(value) != should:
                found.append(f"{name}{{{labels}}} is {value}, not {should}")
        return found
