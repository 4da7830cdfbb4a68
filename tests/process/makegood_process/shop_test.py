"""What every test that runs a shop shares."""

import unittest
from collections.abc import Sequence
from typing import Any

from .balance import Balance
from .binaries import Binaries
from .shop import QUICK_RETRIES, Shop
from .wire import Json

# The tests kill processes, not the machine: what the operating system has is safe from that.
QUICK_STOREFRONT = ("--skus", "50", "--durability", "off")


class ShopTest(unittest.TestCase):
    """Each test has a shop of its own, so that its ledgers are its own."""

    settings = QUICK_RETRIES
    storefront_options: Sequence[str] = QUICK_STOREFRONT
    shop: Shop

    def setUp(self) -> None:
        self.shop = self.open_shop(settings=self.settings)

    def open_shop(self, **options: Any) -> Shop:
        shop = Shop(
            Binaries.from_environment(),
            **{"storefront_options": self.storefront_options, **options})
        self.addCleanup(shop.close)
        self.addCleanup(self._keep_tails, shop)
        return shop.__enter__()

    def run(self, result: unittest.TestResult | None = None) -> unittest.TestResult | None:
        """Prints the ends of the logs after a test that failed."""
        self._tails: list[str] = []
        before = _failures(result)
        outcome = super().run(result)
        if _failures(result) > before:
            print("\n".join([f"\n=== {self.id()}", *self._tails]), flush=True)
        return outcome

    def _keep_tails(self, shop: Shop) -> None:
        self._tails.append(shop.tails())

    # -- what most tests do ----------------------------------------------------------------------

    def start(self, body: Json) -> str:
        """Starts a checkout under a fresh key; its id."""
        answer = self.shop.checkouts.start(body, self.shop.key())
        self.assertEqual(answer.status, 202, answer)
        return str(answer.body["id"])

    def complete(self, body: Json) -> Json:
        """The checkout as it ended, whichever way."""
        return self.shop.checkouts.wait_for_end(self.start(body))

    def states(self, checkout_id: str) -> list[str]:
        """Those that the checkout went through, in order."""
        states: list[str] = []
        for entry in self.shop.checkouts.journal(checkout_id):
            if not states or entry["to"] != states[-1]:
                states.append(entry["to"])
        return states

    def effects(self, service: str, checkout: Json | str) -> list[str]:
        checkout_id = checkout if isinstance(checkout, str) else checkout["id"]
        answer = self.shop.storefront.effects(service, checkout_id)
        return [each["effect"] for each in answer["effects"]]

    def assert_ends(self, checkout: Json, status: str, reason: str | None = None) -> None:
        self.assertEqual(checkout["status"], status, checkout)
        if reason is not None:
            self.assertEqual(checkout["reason"]["code"], reason, checkout)

    def assert_balance(self) -> None:
        """P9 over everything that this test's shop did."""
        self.shop.checkouts.wait_for_fulfilments()
        Balance(self.shop).assert_holds()


def _failures(result: unittest.TestResult | None) -> int:
    return 0 if result is None else len(result.failures) + len(result.errors)
