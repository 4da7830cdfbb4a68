"""Fulfilments that wait for their parcel: what whoever ships says of it, through kills, and what a person does."""

import json
import unittest

from makegood_process import Json
from makegood_process.shop import QUICK_RETRIES
from makegood_process.shop_test import ShopTest

TRACKING = QUICK_RETRIES + "[checkout]\ntrack_shipments = true\n"


class Shipments(ShopTest):
    settings = TRACKING

    def awaiting(self) -> tuple[str, str]:
        """A completed checkout, and its fulfilment that waits for its parcel; their ids."""
        checkout = self.complete(self.shop.order())
        fulfilment = checkout["fulfilment_id"]
        self.shop.checkouts.wait_for_state(fulfilment, "awaiting_shipment")
        return checkout["id"], fulfilment

    def tell(self, saga_id: str, status: str, **more: str) -> Json:
        answer = self.shop.checkouts.signal_shipment(saga_id, status, **more)
        self.assertEqual(answer.status, 202, answer)
        return answer.body

    def command(self, *words: str) -> str:
        result = self.shop.server.command(*words)
        self.assertEqual(result.exit_code, 0, f"{words}: {result}")
        return result.out

    def kill_and_restart(self) -> None:
        self.shop.server.process.kill()
        self.shop.server.start()

    def test_a_parcel_that_is_under_way_arrives_although_the_server_was_killed(self) -> None:
        checkout, fulfilment = self.awaiting()
        self.assertEqual(self.tell(checkout, "shipped", tracking="1Z 999")["id"], fulfilment)
        self.kill_and_restart()
        shown = self.shop.checkouts.read(fulfilment)
        self.assertEqual((shown["status"], shown["state"]), ("running", "in_transit"))
        self.assertEqual(shown["shipment"], {"status": "shipped", "tracking": "1Z 999"})
        ended = self.tell(fulfilment, "delivered", at="2026-11-22T10:05:12Z", detail="by the door")
        self.assert_ends(ended, "completed")
        self.tell(fulfilment, "shipped")  # the carrier repeats itself
        self.assert_balance()

    def test_a_lost_parcel_parks_its_fulfilment_until_a_person_resolves_it(self) -> None:
        checkout, fulfilment = self.awaiting()
        self.tell(checkout, "lost", detail="fell into the sea")
        self.kill_and_restart()
        self.assertIn(fulfilment, self.command("list", "--saga", "fulfilment", "--status", "parked"))
        shown = self.command("show", fulfilment)
        for words in ("parked: shipment_lost: settle_loss: the parcel is lost", "fell into the sea", "shipment",
                      f"makegood resolve {fulfilment} --call settle_loss --outcome done"):
            self.assertIn(words, shown)
        self.assertNotIn("makegood retry", shown)
        self.assertEqual(self.shop.server.command("retry", fulfilment).exit_code, 4)
        self.command("resolve", fulfilment, "--call", "settle_loss", "--outcome", "done", "--reason", "sent again",
                     "--actor", "ada")
        self.assert_ends(self.shop.checkouts.read(fulfilment), "completed")
        journal = json.loads(self.command("journal", fulfilment, "--json"))["items"]
        told = [(each["event"], each["to"], each["actor"]) for each in journal if "actor" in each]
        self.assertEqual(told[0], ("lost", "settling_loss", "signal"))
        self.assertEqual(told[-1], ("shipment_settled", "completed", "ada"))
        folder = ("--data", str(self.shop.server.data))
        self.assertIn("told by signal: fell into the sea", self.command("replay", fulfilment, *folder))
        self.assert_balance()

    def test_a_parcel_of_which_nobody_hears_is_handed_to_a_person(self) -> None:
        overdue = TRACKING + 'delivery_deadline = "1s"\n'
        shop = self.open_shop(settings=overdue)
        checkout = shop.checkouts.complete(shop.order(), shop.key())
        parked = shop.checkouts.wait_for_status(checkout["fulfilment_id"], "parked")
        self.assertEqual(parked["parked"]["code"], "shipment_overdue")
        self.assertEqual(parked["parked"]["open"], ["settle_delay"])
        self.assert_ends(
            shop.checkouts.signal_shipment(checkout["id"], "delivered").body, "completed")


if __name__ == "__main__":
    unittest.main()
