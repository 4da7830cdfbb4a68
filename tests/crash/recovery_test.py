"""A server killed again and again in its first moments, with hundreds of sagas half done."""

import os
import random
import unittest

from makegood_process import Binaries, in_parallel

from judge import Judge
from mixed_orders import Plan, fill_carts, make_plans
from torture_shop import TortureShop

SEED = random.SystemRandom().randrange(2**32)
CHECKOUTS = 300
HALF_DONE_MIN = 200  # the others had nothing to wait for
WRITES_MAX = 12
SHORT_LIVES = 12
SHORT_LIFE_SECONDS_MAX = 0.25
WRITE_SECONDS_MAX = 30.0  # the last ones come when attempts that got no answer are journalled


class KilledWhileItRecovers(unittest.TestCase):
    def setUp(self) -> None:
        print(f"seed {SEED}", flush=True)
        self.chance = random.Random(SEED)
        self.shop = TortureShop(
            Binaries.from_environment(), seed=str(SEED), lanes=2, proxied=[], on_small_disk=False)

    def test_every_saga_survives_deaths_at_each_of_the_first_writes(self) -> None:
        with self.shop as shop:
            plans = self.leave_half_done()
            for write in range(1, WRITES_MAX + 1):
                shop.disk.told(kill_in=write)
                shop.server.launch()
                lived = shop.server.process.lives_for(WRITE_SECONDS_MAX)
                self.assertFalse(lived, f"nothing was written for a {write}th time")
                shop.disk.told(kill_in=0)
            self.assert_all_end(plans)

    def test_every_saga_survives_short_lives(self) -> None:
        with self.shop as shop:
            plans = self.leave_half_done()
            for _ in range(SHORT_LIVES):
                shop.server.launch()
                seconds = self.chance.uniform(0, SHORT_LIFE_SECONDS_MAX)
                self.assertTrue(shop.server.process.lives_for(seconds), shop.tails())
                shop.server.process.kill()
            self.assert_all_end(plans)

    def leave_half_done(self) -> list[Plan]:
        """The backends hang while orders come in, and then the server is killed."""
        plans = make_plans("r", CHECKOUTS, self.chance)
        fill_carts(plans, self.shop.storefront, self.chance)
        self.shop.storefront.process.suspend()
        in_parallel(self.place, plans)
        self.shop.server.process.kill()
        return plans

    def place(self, plan: Plan) -> None:
        answer = self.shop.checkouts.start_until_answered(plan.body, plan.key)
        self.assertEqual(answer.status, 202, answer)
        plan.checkout_ids.add(answer.body["id"])

    def assert_all_end(self, plans: list[Plan]) -> None:
        self.shop.server.start()
        self.assertGreater(self.shop.server.resumed()[-1], HALF_DONE_MIN)
        self.shop.storefront.process.go_on()
        judge = Judge(self.shop)
        judge.wait_until_all_ended()
        judge.ends_of(plans)
        judge.assert_only_these({plan.checkout_id for plan in plans})
        judge.assert_server_sees_it_so()


if __name__ == "__main__":
    unittest.main()
