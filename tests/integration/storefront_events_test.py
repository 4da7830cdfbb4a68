"""What the storefront makes of the events is what the engine says, whoever is killed meanwhile."""

import collections
import contextlib
import json
import threading
import unittest
from typing import Any

from makegood_process import Shop, wait_until
from makegood_process.announced import COMPLETED
from makegood_process.event_test import EventTest
from makegood_process.load import in_parallel
from makegood_process.locked_store import locked_store
from makegood_process.shop_test import QUICK_STOREFRONT
from makegood_process.wire import Answer, Json

CHECKOUTS = 200
KILLS = ("storefront", "broker", "storefront", "storefront")
FED = ("views", "notifications")
ALL_OF_A_COMPLETED = tuple(sorted(COMPLETED))
KIND_OF_END = {
    "completed": "checkout_completed", "failed": "checkout_not_completed", "compensated": "checkout_not_completed"}


class StorefrontEvents(EventTest):
    def open_shop(self, **options: Any) -> Shop:
        self.storefront_options = (
            *QUICK_STOREFRONT, "--kafka", self.broker.bootstrap, "--events-topic", self.topic, "--group", self.topic)
        return super().open_shop(**options)

    # -- what the storefront says ------------------------------------------------------------------

    def get(self, service: str, path: str) -> Json:
        return self.shop.storefront.services[service].get(path)

    def feed(self, service: str) -> Json:
        return self.get(service, "/v1/feed")

    def view(self, checkout_id: str) -> Json:
        return self.get("views", f"/v1/order-views/{checkout_id}")

    def views(self, checkouts: list[Json]) -> list[Json]:
        return [self.view(each["id"]) for each in checkouts]

    def notifications(self, **of: str) -> list[Json]:
        query = "&".join(f"{name}={value}" for name, value in of.items())
        return self.get("notifications", f"/v1/notifications?{query}")["items"]

    def wait_until_fed(self) -> None:
        """Both have dealt with all that the topic holds."""
        self.wait_until_all_is_sent()
        names = {(event["source"], event["id"]) for _, event in self.read()}
        for service in FED:
            wait_until(
                f"{service} knows {len(names)} events",
                lambda: self.feed(service)["events"] == len(names) and self.feed(service)["unfinished"] == 0)

    def restart(self) -> None:
        self.shop.storefront.process.kill()
        self.shop.storefront.start()

    # -- whether it is right -----------------------------------------------------------------------

    def assert_view(self, checkout: Json) -> None:
        view = self.view(checkout["id"])
        engine = {
            "checkout_id": checkout["id"], "customer_id": checkout["customer_id"], "status": checkout["status"],
            "order_id": checkout.get("order_id"), "total": checkout.get("total"),
            "reason_code": checkout.get("reason", {}).get("code"), "fulfilment_id": checkout.get("fulfilment_id"),
            "fulfilment": "completed" if checkout["status"] == "completed" else None}
        self.assertEqual({name: view.get(name) for name in engine}, engine)
        self.assertEqual(view["times"]["checkout.accepted"], checkout["created_at"])
        self.assertIn(f"checkout.{checkout['status']}", view["times"])

    def assert_told_once(self, checkout: Json) -> None:
        told = self.notifications(checkout_id=checkout["id"])
        self.assertEqual([each["kind"] for each in told], [KIND_OF_END[checkout["status"]]], told)
        self.assertEqual(told[0]["customer_id"], checkout["customer_id"])

    def assert_as_the_engine_says(self, checkouts: list[Json]) -> None:
        for each in checkouts:
            self.assert_view(each)
            self.assert_told_once(each)
        self.assertEqual(self.get("views", "/v1/ledger")["views"], len(checkouts))
        self.assertEqual(self.get("notifications", "/v1/ledger")["notifications"], len(checkouts))
        for customer in {each["customer_id"] for each in checkouts}:
            listed = self.get("views", f"/v1/order-views?customer_id={customer}&limit=500")["items"]
            self.assertEqual(
                sorted(each["checkout_id"] for each in listed),
                sorted(each["id"] for each in checkouts if each["customer_id"] == customer))

    def some(self, count: int) -> list[Json]:
        """Checkouts that have ended, and all that follows from them."""
        ended = in_parallel(self.drive, range(count))
        self.shop.checkouts.wait_for_fulfilments()
        self.wait_until_fed()
        return [self.shop.checkouts.read(each["id"]) for each in ended]

    # -- the tests ---------------------------------------------------------------------------------

    def test_nothing_is_lost_or_doubled_while_storefront_and_broker_are_killed(self) -> None:
        ended: list[Json] = []
        load = threading.Thread(target=lambda: in_parallel(
            lambda number: ended.append(self.drive(number)), range(CHECKOUTS)))
        load.start()
        for done, what in enumerate(KILLS, 1):
            wait_until("some of the load is over", lambda: len(ended) > CHECKOUTS * done // (len(KILLS) + 1))
            if what == "storefront":
                self.restart()
            else:
                self.broker.kill()
                self.broker.start()
        load.join()
        self.assertEqual(len(ended), CHECKOUTS)
        self.shop.checkouts.wait_for_fulfilments()
        self.wait_until_fed()
        checkouts = [self.shop.checkouts.read(each["id"]) for each in ended]
        self.assert_as_the_engine_says(checkouts)
        print(collections.Counter(each["status"] for each in checkouts),
              {service: self.feed(service) for service in FED}, flush=True)
        self.assert_balance()

    def test_an_event_is_finished_when_its_transaction_is_and_not_before(self) -> None:
        with self.locked_views():
            tried = self.drive(1)
            self.wait_until_given_up(times=1)
        wait_until("it was tried again", lambda: self.is_shown(tried["id"], *ALL_OF_A_COMPLETED))
        self.shop.checkouts.wait_for_fulfilments()
        self.wait_until_fed()  # so that it is the next checkout that waits for the lock
        with self.locked_views():
            cut_off = self.drive(2)
            self.wait_until_given_up(times=2)
            self.shop.storefront.process.kill()
        self.shop.storefront.start()
        wait_until("it came again", lambda: self.is_shown(cut_off["id"], *ALL_OF_A_COMPLETED))

    def wait_until_given_up(self, times: int) -> None:
        """So often has a transaction that could not be written been rolled back."""
        said = self.shop.storefront.process.said
        wait_until("the store gives up", lambda: said().count("were rolled back") >= times)

    def locked_views(self) -> contextlib.AbstractContextManager[None]:
        return locked_store(self.shop.folder / "storefront" / "views.db")

    def is_shown(self, checkout_id: str, *kinds: str) -> bool:
        """Whether these events of it, and no others of the checkout itself, have come."""
        shown = self.shop.storefront.services["views"].call("GET", f"/v1/order-views/{checkout_id}")
        return shown.status == 200 and kinds == tuple(
            sorted(kind for kind in shown.body["times"] if kind.startswith("checkout.")))

    def test_events_that_come_again_change_nothing(self) -> None:
        checkouts = self.some(20)
        before = self.views(checkouts)
        messages = self.messages(self.topic)
        self.send(self.topic, messages)
        for service in FED:
            wait_until("all came again", lambda: self.feed(service)["repeated"] >= len(messages))
        self.assertEqual(self.views(checkouts), before)
        self.assert_as_the_engine_says(checkouts)

    def test_views_whose_file_is_gone_are_made_anew_and_nobody_is_told_again(self) -> None:
        checkouts = self.some(20)
        before = self.views(checkouts)
        self.shop.storefront.process.kill()
        for service in FED:
            for file in (self.shop.folder / "storefront").glob(f"{service}.db*"):
                file.unlink()
        self.shop.storefront.start()
        wait_until("the views are there again",
                   lambda: self.feed("views")["events"] == len({event["id"] for _, event in self.read()}))
        self.assertEqual(self.views(checkouts), before)
        later = self.drive(20)
        wait_until("what comes is told", lambda: self.notifications(checkout_id=later["id"]))
        self.assertEqual(self.get("notifications", "/v1/ledger")["notifications"], 1)

    def test_what_is_no_event_of_a_checkout_is_told_and_passed(self) -> None:
        strange = [
            "no event", "{}",
            json.dumps(event(3, "checkout.completed", id="chk_1:late:checkout.completed")),
            json.dumps(event(3, "checkout.completed", data={"checkout_id": "chk_1"})),
            json.dumps(event(3, "checkout.completed", data=[]))]
        self.send_all(*strange)
        for service in FED:
            wait_until("these are passed", lambda: self.feed(service)["skipped"] == len(strange))
        checkout = self.drive(1)
        wait_until("what comes is told", lambda: self.notifications(checkout_id=checkout["id"]))
        self.shop.checkouts.wait_for_fulfilments()
        wait_until("what comes is shown", lambda: self.views_of(checkout) == [(checkout["id"], "completed")])
        said = self.shop.storefront.process.said()
        self.assertIn(f"views skipped a message of {self.topic} that is no event of a checkout: ", said)
        self.assertIn("its id is not `saga:sequence:type`: chk_1:late:checkout.completed", said)
        self.assert_as_the_engine_says([self.shop.checkouts.read(checkout["id"])])

    def test_the_latest_of_a_journal_counts_in_whatever_order_events_come(self) -> None:
        money = {"amount": 500, "currency": "USD"}
        self.send_all(*(json.dumps(each) for each in (
            event(7, "checkout.completed", status="completed", total=money, order_id="ord_1"),
            event(3, "checkout.inventory_reserved", status="running", total=money),
            event(5, "fulfilment.delivered", status="completed", fulfilment_id="ful_1"),
            event(4, "fulfilment.shipped", status="running", fulfilment_id="ful_1"),
            event(2, "return.accepted", status="running"))))
        wait_until("all have come", lambda: self.feed("views")["events"] == 5)
        self.assertEqual(self.view("chk_1"), {
            "checkout_id": "chk_1", "customer_id": "cus_1", "status": "completed", "sequence": 7, "total": money,
            "order_id": "ord_1", "fulfilment": "delivered", "fulfilment_id": "ful_1", "fulfilment_sequence": 5,
            "updated_at": "2030-01-01T00:00:07.000Z",
            "times": {
                "return.accepted": "2030-01-01T00:00:02.000Z",
                "checkout.inventory_reserved": "2030-01-01T00:00:03.000Z",
                "fulfilment.shipped": "2030-01-01T00:00:04.000Z",
                "fulfilment.delivered": "2030-01-01T00:00:05.000Z",
                "checkout.completed": "2030-01-01T00:00:07.000Z"}})

    def test_a_customer_is_told_once_whichever_of_call_and_event_comes_first(self) -> None:
        customer = {"customer_id": "cus_1"}
        by_call = self.ask_to_notify({**customer, "checkout_id": "chk_2"})
        self.send_all(
            json.dumps(event(5, "checkout.completed", data={**customer, "checkout_id": "chk_2"})),
            json.dumps(event(6, "checkout.completed")))
        told = wait_until("the event is told", lambda: self.notifications(checkout_id="chk_1"))
        by_event = self.ask_to_notify({**customer, "checkout_id": "chk_1"})
        self.assertEqual((by_call.status, by_event.status), (201, 200))
        self.assertEqual(by_event.body["notification_id"], told[0]["notification_id"])
        self.assertEqual(
            [(each["checkout_id"], each["kind"], each["source"]) for each in self.notifications(**customer)],
            [("chk_1", "checkout_completed", "event"), ("chk_2", "checkout_completed", "call")])

    def ask_to_notify(self, body: Json) -> Answer:
        """As the engine does at the end of a fulfilment."""
        return self.shop.storefront.services["notifications"].call(
            "POST", "/v1/notifications", {"kind": "checkout_completed", **body},
            headers={"Idempotency-Key": f"{body['checkout_id']}:notify"})

    def test_the_staff_is_told_of_what_is_parked_and_the_customer_is_not(self) -> None:
        parked = self.start(self.shop.order("tok_unauthorized"))
        told = wait_until("somebody is told", lambda: self.notifications(checkout_id=parked))
        self.assertEqual([(each["recipient"], each["kind"]) for each in told], [("staff", "checkout_parked")])
        self.assertEqual(told[0]["data"]["parked"]["open"], ["authorize_payment"])
        wait_until("it is shown", lambda: self.is_shown(
            parked, "checkout.accepted", "checkout.inventory_reserved", "checkout.parked"))
        self.assertEqual(self.view(parked)["status"], "parked")

    # -- events of another producer's --------------------------------------------------------------

    def send_all(self, *values: str) -> None:
        self.send(self.topic, [("cus_1", value) for value in values])

    def views_of(self, checkout: Json) -> list[tuple[str, str | None]]:
        path = f"/v1/order-views?customer_id={checkout['customer_id']}"
        return [(each["checkout_id"], each.get("fulfilment")) for each in self.get("views", path)["items"]]


def event(sequence: int, kind: str, *, id: str = "", data: object = None, **members: object) -> Json:
    """One of a checkout that the engine does not have; `members` are its data's."""
    saga = "chk_1" if kind.startswith("checkout.") else "ful_1"
    return {
        "specversion": "1.0", "id": id or f"{saga}:{sequence}:{kind}", "source": "/elsewhere", "type": kind,
        "time": f"2030-01-01T00:00:0{sequence}.000Z", "datacontenttype": "application/json",
        "data": {"checkout_id": "chk_1", "customer_id": "cus_1", **members} if data is None else data}


if __name__ == "__main__":
    unittest.main()
