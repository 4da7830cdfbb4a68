#!/usr/bin/env python3
"""A view of the shop's orders that is made from the events alone, and can be thrown away.

Whatever the engine does is on the topic `checkout.events`, as CloudEvents. Here two readers make the
same view of it: the storefront and this script (kcat, and a fold of ten lines). Both must say what the
engine says. Then the storefront's view is deleted, and the topic brings it back. Starts all that it needs,
with what script/bootstrap installs for the system's Python. Usage: rebuild_a_view.py [BUILD_FOLDER]
"""

import contextlib
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "process"))

from makegood_process import Binaries, Broker, Json, NoBroker, Shop, wait_until  # noqa: E402
from makegood_process.event_schemas import EventSchemas  # noqa: E402

BUILD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/release")
TOKENS = ("tok_visa", "tok_declined", "tok_mastercard", "tok_visa")  # every fourth customer has no luck
CHECKOUTS = 12


def read_topic(broker: Broker) -> list[Json]:
    """Every event, from the first on: each partition in its order, so each checkout in its order."""
    done = subprocess.run(
        ["kcat", "-C", "-b", broker.bootstrap, "-t", "checkout.events", "-o", "beginning", "-e", "-q"],
        capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def once_each(events: list[Json]) -> list[Json]:
    """A producer that was cut off sends again, under the same id: what is known is dropped."""
    known: dict[tuple[str, str], Json] = {}
    for event in events:
        known.setdefault((event["source"], event["id"]), event)
    return list(known.values())


def checkout_columns(said: Json) -> Json:
    """What the data of an event and the checkout API both say of a checkout."""
    return {"status": said["status"], "order_id": said.get("order_id"), "total": said.get("total"),
            "reason_code": said.get("reason", {}).get("code")}


def fold(events: list[Json]) -> dict[str, Json]:
    """The view: how each checkout stands. The data of an event says all of it, so the latest counts."""
    view: dict[str, Json] = {}
    for event in events:
        row = view.setdefault(event["data"]["checkout_id"], {"fulfilment": None})
        saga, happened = event["type"].split(".")
        if saga == "checkout":
            row |= checkout_columns(event["data"])
        else:
            row["fulfilment"] = happened  # "payment_captured", "shipment_requested", …
    return view


def storefronts(shop: Shop, view: dict[str, Json]) -> dict[str, Json]:
    """The same rows and columns, as the storefront has them."""
    rows = {each: shop.storefront.services["views"].get(f"/v1/order-views/{each}") for each in view}
    return {each: {column: rows[each].get(column) for column in view[each]} for each in view}


def seen(shop: Shop) -> list[int]:
    """How many events the storefront's two readers know."""
    return [shop.storefront.services[each].get("/v1/feed")["events"] for each in ("views", "notifications")]


def play(broker: Broker, shop: Shop) -> None:
    for number in range(CHECKOUTS):
        shop.checkouts.complete(shop.order(TOKENS[number % len(TOKENS)]), shop.key())
    shop.checkouts.wait_for_fulfilments()
    server = shop.server.endpoint
    wait_until("all is on the topic", lambda: server.get("/v1/statistics")["events_waiting"] == 0)

    events = once_each(read_topic(broker))
    schemas = EventSchemas()
    problems = [problem for event in events for problem in schemas.problems(event)]
    assert not problems, problems
    print(f"{len(events)} events of {CHECKOUTS} checkouts, each as adapters/kafka/schemas describes it")

    view = fold(events)
    wait_until("the storefront has seen them", lambda: seen(shop) == [len(events)] * 2)
    assert storefronts(shop, view) == view, (storefronts(shop, view), view)
    listed = json.loads(shop.server.command("list", "--all", "--json").out)["items"]
    assert {each["id"]: {**view[each["id"]], **checkout_columns(each)} for each in listed} == view, listed
    print("this script, the storefront and `makegood list` say the same of every checkout")

    told = shop.storefront.ledger("notifications")["by_kind"]
    shop.storefront.process.kill()
    for file in (shop.folder / "storefront").glob("views.db*"):
        file.unlink()
    print("the storefront was killed, and the file of its view deleted")
    shop.storefront.start()  # a new file reads the topic from its start, as a group of its own
    wait_until("it has seen them again", lambda: seen(shop) == [len(events)] * 2)
    assert storefronts(shop, view) == view
    assert shop.storefront.ledger("notifications")["by_kind"] == told
    print(f"the view is back, the same as before, and nobody was told anything twice: {told}")


def main() -> None:
    try:
        with (tempfile.TemporaryDirectory(prefix="rebuild-a-view-") as folder,
              contextlib.closing(Broker(pathlib.Path(folder))) as broker):
            broker.start()
            with Shop(Binaries.of(BUILD), settings=f'[kafka]\nbrokers = "{broker.bootstrap}"\n',
                      storefront_options=("--skus", "100", "--kafka", broker.bootstrap)) as shop:
                play(broker, shop)
    except NoBroker as why:
        print(f"skipped: no broker: {why}")


if __name__ == "__main__":
    main()
