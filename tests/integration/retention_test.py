"""What ended longer ago than its retention is archived while the server works; nothing is lost."""

import json
import pathlib
import re
import subprocess
import tempfile
import unittest

from makegood_process import wait_until
from makegood_process.binaries import Binaries
from makegood_process.shop import QUICK_RETRIES
from makegood_process.shop_test import ShopTest

HOUR = 3_600
OUTDATED = 10_000
RECENT = 50


class Retention(ShopTest):
    # No saga goes before its key, which is kept for a day at least.
    settings = QUICK_RETRIES + '[retention]\nended = "1h"\n'

    def setUp(self) -> None:
        self.binaries = Binaries.from_environment()
        folder = tempfile.TemporaryDirectory(prefix="makegood-retention-")
        self.addCleanup(folder.cleanup)
        self.data = pathlib.Path(folder.name) / "makegood"
        self.fill(OUTDATED, "--mixed", first_age=50 * HOUR, last_age=30 * HOUR)
        self.fill(RECENT, first_age=20 * HOUR, last_age=10 * HOUR)
        # Only outdated ones have failed.
        self.outdated = self.listed("failed")[::25]
        self.recent = self.listed("completed")[:5]
        self.shop = self.open_shop(settings=self.settings, data=self.data)

    def fill(self, sagas: int, *flags: str, first_age: int, last_age: int) -> None:
        subprocess.run(
            [self.binaries.makegood.parent / "store_fill", "--data", self.data,
             "--sagas", str(sagas), "--seed", str(sagas), "--first-age", str(first_age),
             "--last-age", str(last_age), *flags],
            check=True, stdout=subprocess.DEVNULL)

    def listed(self, status: str) -> list[str]:
        said = subprocess.run(
            [self.binaries.makegood, "list", "--data", self.data, "--json", "--limit", "500",
             "--status", status],
            check=True, stdout=subprocess.PIPE, text=True)
        return [each["id"] for each in json.loads(said.stdout)["items"]]

    def metric(self, name: str, labels: str = "") -> float:
        text = self.shop.server.endpoint.call("GET", "/metrics").text
        pattern = rf"^{name}{re.escape(labels)} (\S+)$"
        return sum(float(value) for value in re.findall(pattern, text, re.MULTILINE))

    def stored(self) -> int:
        statistics = self.shop.server.endpoint.get("/v1/statistics")
        return sum(statistics["sagas"]["checkout"].values())

    def verified_sagas(self) -> int:
        verified = self.shop.server.command("verify", "--data", self.data, "--json")
        self.assertEqual(verified.exit_code, 0, verified)
        return int(json.loads(verified.out)["sagas"])

    def archives(self) -> list[pathlib.Path]:
        return sorted((self.data / "archive").glob("lane-0-????-??.db"))

    def assert_archived(self, checkout_id: str) -> None:
        answer = self.shop.server.endpoint.call("GET", f"/v1/checkouts/{checkout_id}")
        self.assertEqual((answer.status, answer.code), (404, "not-found"))
        for command in ("show", "journal", "replay"):
            found = self.shop.server.command(command, checkout_id, "--data", self.data)
            self.assertEqual(found.exit_code, 0, found)
            self.assertNotEqual(found.out, "")

    def test_the_outdated_are_archived_beside_the_work_and_the_others_stay(self) -> None:
        ours = [self.complete(self.shop.order()) for _ in range(5)]
        wait_until("the outdated are archived", lambda: self.stored() == RECENT + len(ours))
        for checkout in ours:
            self.assert_ends(checkout, "completed")
        for checkout_id in self.recent:
            self.assertEqual(self.shop.checkouts.read(checkout_id)["status"], "completed")
        for checkout_id in self.outdated:
            self.assert_archived(checkout_id)
        late = self.shop.checkouts.act(self.outdated[0], "cancel", actor="ann", reason="late")
        self.assertEqual((late.status, late.code), (404, "not-found"))

        self.assertEqual(self.metric("makegood_sagas_pruned_total"), OUTDATED)
        self.assertEqual(self.metric("makegood_keys_forgotten_total"), OUTDATED)
        completed = '{saga="checkout",status="completed"}'
        self.assertEqual(self.metric("makegood_sagas", completed), RECENT + len(ours))
        wait_until("the log says so", lambda: f"{OUTDATED} keys, {OUTDATED} sagas and 0 events were dropped"
                   in self.shop.server.process.said())

        self.assertTrue(self.archives())
        self.shop.checkouts.wait_for_fulfilments()
        self.assertEqual(self.shop.server.process.stop(), 0)
        self.assertEqual(self.verified_sagas(), OUTDATED + RECENT + 2 * len(ours))

    def test_a_kill_in_the_middle_loses_nothing(self) -> None:
        wait_until("some are archived", lambda: self.metric("makegood_sagas_pruned_total") > 0)
        self.shop.server.process.kill()
        # What was on its way is in both places.
        self.assertGreaterEqual(self.verified_sagas(), OUTDATED + RECENT)
        for checkout_id in self.outdated:
            found = self.shop.server.command("show", checkout_id, "--data", self.data)
            self.assertEqual(found.exit_code, 0, found)

        self.shop.server.start()
        wait_until("the rest is archived", lambda: self.stored() == RECENT)
        for checkout_id in self.outdated:
            self.assert_archived(checkout_id)
        self.assertEqual(self.shop.server.process.stop(), 0)
        self.assertEqual(self.verified_sagas(), OUTDATED + RECENT)

    def test_archives_go_into_a_backup(self) -> None:
        wait_until("the outdated are archived", lambda: self.stored() == RECENT)
        copy, restored = self.shop.folder / "copy", self.shop.folder / "restored"
        copied = self.shop.server.command("backup", copy, "--data", self.data)
        self.assertEqual(copied.exit_code, 0, copied)
        done = self.shop.server.command("restore", copy, "--data", restored)
        self.assertEqual(done.exit_code, 0, done)
        self.assertEqual(self.shop.server.command("verify", "--data", restored).exit_code, 0)
        found = self.shop.server.command("show", self.outdated[0], "--data", restored)
        self.assertEqual(found.exit_code, 0, found)


if __name__ == "__main__":
    unittest.main()
