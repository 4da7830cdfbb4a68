"""Promise P9, audited from outside: nothing accepted is lost, nothing is done twice.

Compares what the engine says of its checkouts with what the backends really did. Call it when every
checkout and every fulfilment has ended.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .load import in_parallel
from .shop import Shop
from .storefront import SERVICES
from .wire import Json

PROBLEMS_SHOWN_MAX = 20


@dataclass(frozen=True)
class Trace:
    """What one checkout left behind: service -> id of what changed -> its effects, in order."""

    checkout: Json
    effects: dict[str, dict[str, list[str]]]
    repeated_keys: list[str]

    def of(self, service: str) -> dict[str, list[str]]:
        return self.effects[service]

    def confirmations(self) -> list[str]:
        """The messages that said to the customer that it was completed."""
        return [what for what, had in self.of("notifications").items()
                if "notified_checkout_completed" in had]

    def live(self, service: str, ends: Iterable[str]) -> list[str]:
        """What was made at the service and not unmade since."""
        gone = {*ends, "barred"}
        return [what for what, had in self.of(service).items() if not gone & set(had)]


class Balance:
    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._store = shop.storefront

    def assert_holds(self, checkouts: list[Json] | None = None) -> None:
        """`checkouts`: whose effects are looked at one by one; every one when not given."""
        found = self.problems(checkouts)
        shown = "\n  ".join(found[:PROBLEMS_SHOWN_MAX])
        assert not found, f"{len(found)} things do not add up:\n  {shown}"

    def problems(self, checkouts: list[Json] | None = None) -> list[str]:
        everything = list(self._shop.checkouts.listed())
        audited = everything if checkouts is None else checkouts
        found = [problem for each in in_parallel(self._of_checkout, audited) for problem in each]
        found += self._of_sums(everything)
        verified = self._shop.server.verify()
        if verified.exit_code != 0:
            found.append(f"makegood verify: {verified}")
        return found

    # -- the sums ------------------------------------------------------------------------------

    def _of_sums(self, everything: list[Json]) -> Iterator[str]:
        completed = [each for each in everything if each["status"] == "completed"]
        totals = sum(each["total"]["amount"] for each in completed)
        ledgers = {service: self._store.ledger(service)
                   for service in SERVICES if service != "catalog"}
        stock, money, orders = ledgers["inventory"], ledgers["payments"], ledgers["orders"]
        shipments, messages = ledgers["fulfillment"], ledgers["notifications"]
        expected = [
            ("stock is balanced", stock["balanced"], True),
            ("available + reserved + sold", stock["available"] + stock["reserved"] + stock["sold"],
             stock["stock_total"]),
            ("stock still reserved", stock["reserved"], 0),
            ("confirmed reservations", stock["reservations"]["confirmed"], len(completed)),
            ("money is balanced", money["balanced"], True),
            ("captured + voided + pending", money["captured"] + money["voided"] + money["pending"],
             money["authorized_total"]),
            ("money still held", money["pending"] + money["awaiting_customer"], 0),
            ("captured", money["captured"] - money["refunded"], totals),
            ("live orders", orders["orders"] - orders["cancelled"], len(completed)),
            ("total of live orders", orders["total_live"], totals),
            ("live shipments", shipments["shipments"] - shipments["cancelled"], len(completed)),
            ("confirmations sent", messages["by_kind"].get("checkout_completed", 0), len(completed)),
        ]
        for what, is_now, should in expected:
            if is_now != should:
                yield f"{what}: {is_now}, not {should}"
        for what, count in stock["violations"].items():
            if count != 0:
                yield f"inventory, {what}: {count}"
        for service, ledger in ledgers.items():
            for what in ("duplicates", "effects_repeated"):
                if ledger.get(what, 0) != 0:
                    yield f"{service}, {what}: {ledger[what]}"

    # -- one checkout ----------------------------------------------------------------------------

    def _of_checkout(self, checkout: Json) -> list[str]:
        trace = self._trace(checkout)
        rule = {
            "completed": self._all_was_done_once, "compensated": self._nothing_is_left,
            "failed": self._nothing_was_done,
        }.get(checkout["status"])
        found = ["has not ended"] if rule is None else list(rule(trace))
        found += [f"had more than one effect: {key}" for key in trace.repeated_keys]
        for service in SERVICES:
            for subject, had in trace.of(service).items():
                found += [f"{service}: {subject} was {effect} {count} times"
                          for effect, count in Counter(had).items() if count > 1]
        return [f"{checkout['id']} ({checkout['status']}): {each}" for each in found]

    def _trace(self, checkout: Json) -> Trace:
        effects: dict[str, dict[str, list[str]]] = {}
        repeated: list[str] = []
        for service in SERVICES:
            answer = self._store.effects(service, checkout["id"])
            of_service = effects.setdefault(service, {})
            for each in answer["effects"]:
                of_service.setdefault(each["subject"], []).append(each["effect"])
            repeated += [key for key, count in answer["count_by_key"].items() if count > 1]
        return Trace(checkout, effects, repeated)

    def _all_was_done_once(self, trace: Trace) -> Iterator[str]:
        if list(trace.of("inventory").values()) != [["reserved", "confirmed"]]:
            yield f"inventory has {trace.of('inventory')}"
        if list(trace.of("orders").values()) != [["order_created"]]:
            yield f"orders has {trace.of('orders')}"
        if list(trace.of("fulfillment").values()) != [["shipment_requested"]]:
            yield f"fulfillment has {trace.of('fulfillment')}"
        if len(trace.confirmations()) != 1:
            yield f"notifications has {trace.of('notifications')}"
        if "order_id" not in trace.checkout or "total" not in trace.checkout:
            yield "has no order_id or no total"
            return
        total = trace.checkout["total"]["amount"]
        order = self._store.services["orders"].get(f"/v1/orders/{trace.checkout['order_id']}")
        if order["total"] != total:
            yield f"its order says {order['total']}, not {total}"
        yield from self._paid(trace, total)

    def _paid(self, trace: Trace, total: int) -> Iterator[str]:
        captured = 0
        for authorization, had in trace.of("payments").items():
            if [each for each in had if each != "customer_asked"] != ["authorized", "captured"]:
                yield f"{authorization} was {had}"
            path = f"/v1/authorizations/{authorization}"
            captured += self._store.services["payments"].get(path)["amount"]
        if captured != total:
            yield f"{captured} was captured, not {total}"

    def _nothing_is_left(self, trace: Trace) -> Iterator[str]:
        live = {
            "inventory": trace.live("inventory", ("released", "expired")),
            "payments": trace.live("payments", ("voided", "declined", "refunded")),
            "orders": trace.live("orders", ("order_cancelled",)),
            "fulfillment": trace.live("fulfillment", ("shipment_cancelled",)),
        }
        for service, left in live.items():
            if left:
                yield f"{service} still has {left}: {trace.of(service)}"
        if trace.confirmations():
            yield f"its customer was told {trace.of('notifications')}"

    def _nothing_was_done(self, trace: Trace) -> Iterator[str]:
        if trace.confirmations():
            yield f"its customer was told {trace.of('notifications')}"
        for service in SERVICES:
            # That nothing was done is told as well, where the shop listens to the events.
            if service != "notifications" and trace.of(service):
                yield f"{service} did {trace.of(service)}"
