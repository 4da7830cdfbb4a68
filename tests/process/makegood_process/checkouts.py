"""The checkout API as a client sees it."""

import urllib.parse
from collections.abc import Iterator

from .deadline import PATIENCE_SECONDS, NotInTime, wait_until
from .wire import Answer, Endpoint, Json, NoAnswer

ENDS = ("completed", "failed", "compensated")
UNDER_WAY = ("running", "awaiting_customer", "compensating")
PAGE = 500
SOME = 5
WAIT_SECONDS = 10


def way(journal: list[Json]) -> str:
    """The states that a journal went through: `pricing → reserving → …`."""
    states: list[str] = []
    for entry in journal:
        if not states or entry["to"] != states[-1]:
            states.append(entry["to"])
    return " → ".join(states)


class Checkouts:
    """May be used by every thread."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint

    def start(self, body: Json, key: str, wait: int | None = None) -> Answer:
        """Sends once; NoAnswer when the server is away or goes away."""
        headers = {"Idempotency-Key": key}
        if wait is not None:
            headers["Prefer"] = f"wait={wait}"
        return self.endpoint.call("POST", "/v1/checkouts", body, headers=headers)

    def start_until_answered(
        self, body: Json, key: str, patience: float = PATIENCE_SECONDS
    ) -> Answer:
        """What a careful client does: the same key until there is an answer that decides."""
        def decided() -> Answer | None:
            try:
                answer = self.start(body, key)
            except NoAnswer:
                return None
            return None if answer.status in (429, 503) else answer

        return wait_until(f"an answer to the start with key {key}", decided, patience)

    def complete(self, body: Json, key: str) -> Json:
        """Starts, and returns the checkout as it ended, whichever way."""
        answer = self.start_until_answered(body, key)
        assert answer.status in (200, 202), answer
        return self.wait_for_end(answer.body["id"])

    def end_through_restarts(self, body: Json, key: str) -> Json:
        """As it ended, whichever way; asked for with the same key while the server goes away and comes back."""
        def end() -> Json | None:
            try:
                answer = self.start(body, key, wait=WAIT_SECONDS)
            except NoAnswer:
                return None
            return answer.body if answer.status == 200 else None

        return wait_until(f"the checkout of {key} has ended", end)

    def read(self, checkout_id: str, wait: int | None = None) -> Json:
        headers = {} if wait is None else {"Prefer": f"wait={wait}"}
        answer = self.endpoint.call("GET", f"/v1/checkouts/{checkout_id}", headers=headers)
        assert answer.status in (200, 202), answer
        return answer.body

    def wait_for_end(self, checkout_id: str, patience: float = PATIENCE_SECONDS) -> Json:
        def ended() -> Json | None:
            checkout = self.read(checkout_id, WAIT_SECONDS)
            return checkout if checkout["status"] in ENDS else None

        try:
            return wait_until(f"{checkout_id} has ended", ended, patience)
        except NotInTime as late:
            raise NotInTime(f"{late}; it is {self.read(checkout_id)}") from None

    def wait_for_status(self, checkout_id: str, status: str) -> Json:
        def reached() -> Json | None:
            checkout = self.read(checkout_id)
            return checkout if checkout["status"] == status else None

        return wait_until(f"{checkout_id} is {status}", reached)

    def wait_for_state(self, saga_id: str, state: str) -> Json:
        def reached() -> Json | None:
            saga = self.read(saga_id)
            return saga if saga["state"] == state else None

        return wait_until(f"{saga_id} is {state}", reached)

    def journal(self, checkout_id: str) -> list[Json]:
        return self.endpoint.get(f"/v1/checkouts/{checkout_id}/journal")["items"]

    def act(self, checkout_id: str, verb: str, **body: str) -> Answer:
        """An operator's verb, or `cancel`."""
        return self.endpoint.call("POST", f"/v1/checkouts/{checkout_id}/{verb}", dict(body))

    def signal_payment(self, checkout_id: str, result: str) -> Answer:
        path = f"/v1/checkouts/{checkout_id}/signals/payment"
        return self.endpoint.call("POST", path, {"result": result})

    def signal_shipment(self, saga_id: str, status: str, **more: str) -> Answer:
        path = f"/v1/checkouts/{saga_id}/signals/shipment"
        return self.endpoint.call("POST", path, {"status": status, **more})

    def listed(self, **query: str) -> Iterator[Json]:
        """Every page; `saga="fulfilment"` lists those."""
        cursor: str | None = ""
        while cursor is not None:
            asked = {**query, "limit": str(PAGE), **({"cursor": cursor} if cursor else {})}
            page = self.endpoint.get("/v1/checkouts?" + urllib.parse.urlencode(asked))
            yield from page["items"]
            cursor = page.get("next_cursor")

    def wait_until_all_ended(self, patience: float = PATIENCE_SECONDS) -> None:
        """Asks the list only: reading a checkout would wake one that a restart forgot."""
        def none_is_seen() -> bool:
            self._assert_none_is_parked("checkout")
            return not any(self._some("checkout", status) for status in UNDER_WAY)

        # One that has just been signalled slips through between two questions; only once, though.
        try:
            wait_until("every checkout has ended", lambda: none_is_seen() and none_is_seen(),
                       patience, pause=0.1)
        except NotInTime as late:
            left = {status: self._some("checkout", status) for status in UNDER_WAY}
            raise NotInTime(f"{late}; {left}") from None

    def wait_for_fulfilments(self) -> None:
        """Until no fulfilment is under way: then all money is captured and all goods are sent."""
        def none_is_open() -> bool:
            self._assert_none_is_parked("fulfilment")
            return not self._some("fulfilment", "running")

        wait_until("every fulfilment has ended", none_is_open, pause=0.1)

    def _some(self, saga: str, status: str) -> list[str]:
        page = self.endpoint.get(f"/v1/checkouts?saga={saga}&status={status}&limit={SOME}")
        return [f"{each['id']} in {each['state']}" for each in page["items"]]

    def _assert_none_is_parked(self, saga: str) -> None:
        parked = self._some(saga, "parked")
        assert not parked, f"parked: {parked}"
