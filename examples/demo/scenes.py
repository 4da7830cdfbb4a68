"""What the demo shows: one scene a method, each ending in something that is checked."""

import threading
import time

from makegood_process import Balance, Json, NoAnswer, Shop, in_parallel, way

from stage import Stage

CROWD = 200
SOLD_OUT = "SKU-999"  # the storefront has none of it
SLOW_PAYMENT = {"call": "POST /v1/authorizations", "mode": "slow", "delay_ms": 300}


def money(amount: int) -> str:
    return f"{amount / 100:,.2f} USD"


def with_gift_card(order: Json, amount: int) -> Json:
    """The order, paid with that much of a gift card and the rest as it was."""
    rest = order.pop("payment")
    gift = {"method": "gift_card", "token": "tok_gift_50", "amount": amount}
    return {**order, "payments": [gift, rest]}


class Scenes:
    """Plays them in order; `told` are the checkouts of the single ones."""

    def __init__(self, shop: Shop, stage: Stage) -> None:
        self.shop = shop
        self.stage = stage
        self.told: list[Json] = []
        self.lost: Json = {}

    def play(self) -> None:
        self.stage.line("storefront", "seven backends, such as inventory at "
                        + self.shop.storefront.services["inventory"].url)
        self.stage.line("makegood", f"{self.shop.server.url}, its store in {self.shop.server.data}")
        self.completes()
        self.is_declined()
        self.is_out_of_stock()
        self.asks_the_customer()
        self.loses_an_answer()
        self.pays_with_two()
        self.survives_a_kill()
        self.adds_up()

    # -- one checkout at a time ------------------------------------------------------------------

    def completes(self) -> None:
        self.stage.scene("A checkout that completes: from the cart to the shipment")
        self.shop.storefront.fill_cart("cart_ada", "ada", [
            {"sku": "SKU-7", "quantity": 2}, {"sku": "SKU-8", "quantity": 1}])
        checkout = self.check_out(self.shop.order(customer="ada", cart_id="cart_ada"), "completed")
        self.shop.checkouts.wait_for_fulfilments()
        fulfilment = self.shop.checkouts.journal(checkout["fulfilment_id"])
        self.stage.line("then", way(fulfilment))
        self.stage.check(self.effects("payments", checkout) == ["authorized", "captured"],
                         f"{money(checkout['total']['amount'])} was captured, once")
        self.stage.check(self.effects("fulfillment", checkout) == ["shipment_requested"],
                         f"the shipment of {checkout['order_id']} was requested, once")

    def is_declined(self) -> None:
        self.stage.scene("A card that is declined: the reserved stock is given back")
        checkout = self.check_out(self.shop.order("tok_declined"), "compensated")
        self.stage.check(self.effects("inventory", checkout) == ["reserved", "released"],
                         "inventory had reserved, and has it back")

    def is_out_of_stock(self) -> None:
        self.stage.scene("Goods that are sold out: nothing happened, so nothing is undone")
        checkout = self.check_out(self.shop.order(sku=SOLD_OUT), "failed")
        changed = self.effects("inventory", checkout) + self.effects("payments", checkout)
        self.stage.check(not changed, "no backend changed anything")

    def asks_the_customer(self) -> None:
        self.stage.scene("A payment that needs its customer (3-D Secure)")
        answer = self.shop.checkouts.start_until_answered(
            self.shop.order("tok_3ds"), self.shop.key())
        waiting = self.shop.checkouts.wait_for_status(answer.body["id"], "awaiting_customer")
        self.stage.line("waits", f"until {waiting['reservation_expires_at']}, for "
                        + waiting["next_action"]["url"])
        self.shop.storefront.customer_acts(waiting, "authorized")
        signalled = self.shop.checkouts.signal_payment(waiting["id"], "authorized")
        self.stage.line("the customer", f"confirms; the signal is answered {signalled.status}")
        self.tell(self.shop.checkouts.wait_for_end(waiting["id"]), "completed")

    def loses_an_answer(self) -> None:
        self.stage.scene("A charge whose answer is lost, twice: no success, no failure, made good")
        checkout = self.check_out(self.shop.order("tok_lost_twice"), "completed")
        self.lost = checkout
        for entry in self.shop.checkouts.journal(checkout["id"]):
            if entry.get("call") == "authorize_payment":
                self.stage.line(f"attempt {entry['attempt']}",
                                f"{entry['event']}  {entry.get('detail', '')}")
        self.shop.checkouts.wait_for_fulfilments()
        self.stage.check(self.effects("payments", checkout) == ["authorized", "captured"],
                         "every try carried the same key: charged once")

    def pays_with_two(self) -> None:
        self.stage.scene("A gift card, and a card for the rest")
        order = self.shop.order(sku="SKU-7", quantity=3)
        checkout = self.check_out(with_gift_card(order, 500), "completed")
        self.shop.checkouts.wait_for_fulfilments()
        captured = [self.payment(each["subject"])["amount"]
                    for each in self.shop.storefront.effects("payments", checkout["id"])["effects"]
                    if each["effect"] == "captured"]
        self.stage.check(sum(captured) == checkout["total"]["amount"] and 500 in captured,
                         f"captured {' and '.join(map(money, sorted(captured)))}: "
                         f"together {money(checkout['total']['amount'])}")

    # -- many ------------------------------------------------------------------------------------

    def survives_a_kill(self) -> None:
        self.stage.scene(f"kill -9 in the middle of {CROWD} checkouts")
        self.shop.storefront.misbehave("payments", SLOW_PAYMENT)
        orders = {f"crowd-{number}": self.crowd_order(number) for number in range(CROWD)}
        unanswered = self.start_and_kill(orders)
        began = time.monotonic()
        self.shop.server.start()
        self.stage.line("started again", f"ready after {1000 * (time.monotonic() - began):.0f} ms, "
                        f"{self.shop.server.resumed()[-1]} were found half done and go on")
        self.stage.line("clients", f"{unanswered} had no answer; all {CROWD} send their key again")
        ids = in_parallel(
            lambda key: self.shop.checkouts.start_until_answered(orders[key], key).body["id"],
            orders)
        self.shop.checkouts.wait_until_all_ended()
        ended = in_parallel(self.shop.checkouts.read, ids)
        completed = sum(each["status"] == "completed" for each in ended)
        compensated = sum(each["status"] == "compensated" for each in ended)
        self.shop.storefront.behave()
        self.stage.check(len(set(ids)) == CROWD and completed + compensated == CROWD,
                         f"{completed} completed and {compensated} compensated: every one ended")

    def crowd_order(self, number: int) -> Json:
        """Every fifth has money on a gift card and a card that is declined: it has to be undone."""
        sku = f"SKU-{number % 50 + 1}"
        if number % 5:
            return self.shop.order(sku=sku)
        return with_gift_card(self.shop.order("tok_declined", sku=sku, quantity=5), 500)

    def start_and_kill(self, orders: dict[str, Json]) -> int:
        """Power goes when three quarters are under way; how many starts were not answered."""
        enough = threading.Event()
        answered: list[str] = []

        def place(key: str) -> None:
            try:
                self.shop.checkouts.start(orders[key], key)
            except NoAnswer:
                return
            answered.append(key)
            if len(answered) >= CROWD * 3 // 4:
                enough.set()

        def kill() -> None:
            enough.wait()
            self.shop.server.process.kill()

        killer = threading.Thread(target=kill)
        killer.start()
        in_parallel(place, orders)
        killer.join()
        return CROWD - len(answered)

    # -- the proof -------------------------------------------------------------------------------

    def adds_up(self) -> None:
        self.stage.scene("What the backends' books say")
        self.shop.checkouts.wait_for_fulfilments()
        stock, paid = (self.shop.storefront.ledger(each) for each in ("inventory", "payments"))
        pieces = {"available": stock["available"], "reserved": stock["reserved"],
                  "sold": stock["sold"]}
        self.stage.sum("Stock, in pieces", {name: f"{count:,}" for name, count in pieces.items()},
                       ("all there ever was", f"{stock['stock_total']:,}"),
                       sum(pieces.values()) == stock["stock_total"] and stock["balanced"])
        amounts = {"captured for completed checkouts": paid["captured"],
                   "voided for compensated ones": paid["voided"], "still held": paid["pending"]}
        self.stage.sum("Money", {name: money(amount) for name, amount in amounts.items()},
                       ("all that was ever authorized", money(paid["authorized_total"])),
                       sum(amounts.values()) == paid["authorized_total"] and paid["balanced"])
        problems = Balance(self.shop).problems()
        for problem in problems:
            self.stage.line("", problem)
        count = len(list(self.shop.checkouts.listed()))
        self.stage.check(not problems, f"of {count} checkouts every effect was looked at: nothing "
                         "is left over, nothing was done twice, and `makegood verify` agrees")

    # -- small parts -----------------------------------------------------------------------------

    def check_out(self, order: Json, expected: str) -> Json:
        if "cart_id" in order:
            del order["items"]
        return self.tell(self.shop.checkouts.complete(order, self.shop.key()), expected)

    def tell(self, checkout: Json, expected: str) -> Json:
        self.told.append(checkout)
        reason = checkout.get("reason", {}).get("code", "")
        self.stage.line(checkout["status"] + (":" if reason else ""), reason or checkout["id"])
        self.stage.line("its way", way(self.shop.checkouts.journal(checkout["id"])))
        if checkout["status"] != expected:
            self.stage.check(False, f"{checkout['id']} should have {expected}: {checkout}")
        return checkout

    def effects(self, service: str, checkout: Json) -> list[str]:
        answer = self.shop.storefront.effects(service, checkout["id"])
        return [each["effect"] for each in answer["effects"]]

    def payment(self, authorization: str) -> Json:
        return self.shop.storefront.services["payments"].get(f"/v1/authorizations/{authorization}")
