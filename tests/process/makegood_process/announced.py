"""What is announced of checkouts that end in these ways, in order (sagas/README.md)."""

from .wire import Json

COMPLETED = [
    "checkout.accepted", "checkout.inventory_reserved", "checkout.payment_authorized", "checkout.order_created",
    "checkout.completed"]
FULFILLED = [
    "fulfilment.accepted", "fulfilment.payment_captured", "fulfilment.shipment_requested", "fulfilment.completed"]
DECLINED = ["checkout.accepted", "checkout.inventory_reserved", "checkout.compensated"]


def types_in_order(events: list[Json]) -> list[str]:
    """Of one saga's events; an AssertionError when they are not in the order of its journal."""
    numbers = [int(each["id"].split(":")[1]) for each in events]
    assert numbers == sorted(numbers), events
    return [each["type"] for each in events]
