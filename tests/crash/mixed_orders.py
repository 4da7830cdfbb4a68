"""What customers order while things break: every kind of payment, cart and change of mind."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from makegood_process import Json, Storefront

SKUS = 1_100  # more than 999: the storefront has nothing of SKU-999
OUT_OF_STOCK = "SKU-999"
REPEATS = (0, 0, 0, 1, 2)
WAITS = (None, 1, 2, 5)


@dataclass(frozen=True)
class Kind:
    """One way to order. `ends` are those that it may come to, whatever breaks."""

    name: str
    weight: int
    token: str = "tok_visa"
    from_cart: bool = False
    gift_amount: int = 0
    customer: str = ""  # what the customer of a 3-D Secure payment does; empty: nothing
    ends: tuple[str, ...] = ("completed", "compensated", "failed")


UNDONE = ("compensated", "failed")
NOT_STARTED = ("failed", "compensated")  # compensated when a cancel came while it was reserving

KINDS = (
    Kind("card", 24),
    Kind("card, from a cart", 12, from_cart=True),
    Kind("slow card", 8, token="tok_slow"),
    Kind("answer lost", 8, token="tok_lost_answer"),
    Kind("answer lost twice", 4, token="tok_lost_twice"),
    Kind("payment down once", 8, token="tok_error_once"),
    Kind("gift card and card", 6, gift_amount=150),
    Kind("gift card and declined card", 4, token="tok_declined", gift_amount=150, ends=UNDONE),
    Kind("declined", 6, token="tok_declined", ends=UNDONE),
    Kind("insufficient funds", 4, token="tok_insufficient_funds", ends=UNDONE),
    Kind("3-D Secure, confirmed", 6, token="tok_3ds", customer="authorized"),
    Kind("3-D Secure, declined", 3, token="tok_3ds", customer="refused", ends=UNDONE),
    Kind("3-D Secure, left alone", 3, token="tok_3ds", ends=UNDONE),
    Kind("out of stock", 2, ends=UNDONE),
    Kind("unknown goods", 1, ends=NOT_STARTED),
    Kind("another price", 1, ends=NOT_STARTED),
)


@dataclass
class Plan:
    """One customer's order, how it is sent, and what came of it."""

    number: str
    kind: Kind
    body: Json
    cancels: bool
    is_parked: bool  # by an operator, for no good reason
    twins: int  # requests with its key at the same time, beside the first
    repeats: int  # of each of them, once it was answered
    wait: int | None  # the preference that is sent along
    checkout_ids: set[str] = field(default_factory=set)  # one, if all is well
    acted: bool = field(default=False, repr=False)

    @property
    def key(self) -> str:
        return f"order-{self.number}"

    @property
    def checkout_id(self) -> str:
        (only,) = self.checkout_ids
        return only

    @property
    def cart_id(self) -> str:
        return f"cart_{self.number}"


def make_plans(name: str, count: int, chance: random.Random) -> list[Plan]:
    return [_plan(f"{name}-{position}", chance) for position in range(count)]


def fill_carts(plans: list[Plan], storefront: Storefront, chance: random.Random) -> None:
    for plan in plans:
        if plan.kind.from_cart:
            items = list(_items(chance))
            storefront.fill_cart(plan.cart_id, plan.body["customer_id"], items)


def _plan(number: str, chance: random.Random) -> Plan:
    (kind,) = chance.choices(KINDS, [each.weight for each in KINDS])
    plan = Plan(
        number, kind, {}, cancels=chance.random() < 0.06, is_parked=chance.random() < 0.08,
        twins=int(chance.random() < 0.15), repeats=chance.choice(REPEATS),
        wait=chance.choice(WAITS))
    plan.body = {
        "customer_id": f"cus_{number}", "currency": "USD", **_goods(plan, chance), **_money(kind),
        "shipping_address": {"city": "Turin"}, "metadata": {"kind": kind.name}}
    return plan


def _goods(plan: Plan, chance: random.Random) -> Json:
    if plan.kind.from_cart:
        return {"cart_id": plan.cart_id}
    items = list(_items(chance))
    if plan.kind.name == "out of stock":
        items.append({"sku": OUT_OF_STOCK, "quantity": 1})
    if plan.kind.name == "unknown goods":
        items.append({"sku": "SKU-0", "quantity": 1})
    return {"items": items}


def _items(chance: random.Random) -> Iterator[Json]:
    for sku in chance.sample(range(1, 900), chance.randint(1, 3)):
        yield {"sku": f"SKU-{sku}", "quantity": chance.randint(1, 3)}


def _money(kind: Kind) -> Json:
    rest = {"method": "card", "token": kind.token}
    if kind.gift_amount:
        gift = {"method": "gift_card", "token": "tok_gift_50", "amount": kind.gift_amount}
        return {"payments": [gift, rest]}
    if kind.name == "another price":
        return {"payment": rest, "expected_total": 1}
    return {"payment": rest}
