"""The program itself: how it starts, stops and refuses."""

import pathlib
import socket
import subprocess
import tempfile
import threading
import unittest

from running_storefront import BINARY, NoAnswer, Storefront, poll


def run(*arguments):
    command = [BINARY, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=30)


class Process(unittest.TestCase):
    def start(self, *options):
        store = Storefront("--skus", "20", *options)
        self.addCleanup(store.remove)
        return store

    def test_a_folder_belongs_to_one_process(self):
        store = self.start()
        second = run("--data", store.folder / "data")
        self.assertEqual(second.returncode, 1)
        self.assertIn("another storefront uses", second.stderr)

    def test_a_port_that_is_taken_is_named(self):
        with socket.create_server(("127.0.0.1", 0)) as taken, tempfile.TemporaryDirectory() as data:
            port = taken.getsockname()[1]
            failed = run("--data", data, "--skus", 1, "--orders-port", port)
        self.assertEqual(failed.returncode, 1)
        self.assertIn(str(port), failed.stderr)

    def test_a_wrong_option_is_a_usage_error(self):
        for wrong in (["--data"], ["--nonsense"], ["--data", "/tmp", "--durability", "perhaps"],
                      ["--data", "/tmp", "--group", "without-kafka"]):
            with self.subTest(wrong):
                self.assertEqual(run(*wrong).returncode, 2)

    def test_the_services_and_their_urls_are_printed(self):
        with tempfile.TemporaryDirectory() as folder:
            process = subprocess.Popen(
                [BINARY, "--data", pathlib.Path(folder) / "data", "--skus", "1"],
                stdout=subprocess.PIPE, text=True)
            printed = [process.stdout.readline().split() for _ in range(8)]
            process.terminate()
            process.communicate()
        self.assertEqual(
            [name for name, _ in printed],
            ["cart", "catalog", "inventory", "payments", "orders", "fulfillment", "notifications",
             "views"])
        self.assertEqual(len({url for _, url in printed}), 8)
        self.assertEqual(process.returncode, 0)

    def test_a_call_that_hangs_does_not_keep_the_program_from_stopping(self):
        store = self.start("--hang-ms", "600000")
        body = {"authorization_id": "aut_1", "checkout_id": "chk_1", "customer_id": "cus",
                "amount": 1, "currency": "USD",
                "payment": {"method": "card", "token": "tok_never_answers"}}

        def hang():
            with self.assertRaises(NoAnswer):
                store.call("payments", "POST", "/v1/authorizations", body, "chk_1:authorize")

        hanging = threading.Thread(target=hang)
        hanging.start()
        poll("the payment is held", lambda: store.call(
            "payments", "GET", "/v1/authorizations/aut_1").status == 200)
        self.assertEqual(store.stop(), 0)
        hanging.join()

    def test_brokers_that_are_away_keep_nobody_from_starting_selling_or_stopping(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            nobody = f"127.0.0.1:{taken.getsockname()[1]}"
        store = self.start("--kafka", nobody)
        for service, group in (("notifications", "storefront-notifications"), ("views", "storefront-views-")):
            feed = store.call(service, "GET", "/v1/feed").body
            self.assertEqual((feed["topic"], feed["partitions"], feed["events"]), ("checkout.events", 0, 0))
            self.assertTrue(feed["group"].startswith(group), feed)
        unseen = store.call("views", "GET", "/v1/order-views/chk_1")
        self.assertEqual((unseen.status, unseen.code), (404, "unknown_order_view"))
        self.assertEqual(store.call("inventory", "GET", "/v1/stock/SKU-1").status, 200)
        self.assertEqual(store.stop(), 0)

    def test_settings_for_the_brokers_are_taken_from_a_file_and_refused_by_name(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "kafka.properties"
            words = ["--data", pathlib.Path(folder) / "data", "--skus", 1,
                     "--kafka", "127.0.0.1:1", "--kafka-settings", file]
            for line, said in (("security.protokol = ssl", "security.protokol"),
                               ("group.id = mine", "group.id: remove it"),
                               ("security.protocol = ssl\nssl.ca.location = /nowhere.pem", "ssl.ca.location failed")):
                with self.subTest(line):
                    file.write_text(line + "\n")
                    refused = run(*words)
                    self.assertEqual(refused.returncode, 1)
                    self.assertIn(said, refused.stderr)
            file.unlink()
            self.assertIn("kafka.properties", run(*words).stderr)

    def test_without_brokers_there_is_no_feed_and_the_views_are_empty(self):
        store = self.start()
        self.assertEqual(store.call("views", "GET", "/v1/feed").status, 404)
        listed = store.call("views", "GET", "/v1/order-views?customer_id=cus_1")
        self.assertEqual((listed.status, listed.body), (200, {"items": []}))
        for wrong in ("/v1/order-views", "/v1/order-views?customer_id=cus_1&limit=0"):
            refused = store.call("views", "GET", wrong)
            self.assertEqual((refused.status, refused.code), (422, "invalid_field"))

    def test_goods_and_changed_prices_are_there_after_a_restart(self):
        store = self.start()
        store.call("catalog", "PUT", "/v1/skus/SKU-1/price", {"currency": "USD", "unit_price": 1})
        before = store.call("catalog", "GET", "/v1/skus").body
        store.kill()
        store.options = ("--skus", "500", "--seed", "77")
        store.start()
        self.assertEqual(store.call("catalog", "GET", "/v1/skus").body, before)

    def test_the_same_seed_makes_the_same_goods(self):
        listed = [
            self.start("--seed", seed).call("catalog", "GET", "/v1/skus").text
            for seed in ("5", "5", "6")]
        self.assertEqual(listed[0], listed[1])
        self.assertNotEqual(listed[0], listed[2])

    def test_ids_that_are_no_text_are_refused(self):
        store = self.start()
        for path in ("/v1/reservations/%FF/release", "/v1/reservations/a%00b/release"):
            for _ in range(2):
                answer = store.call("inventory", "POST", path, {}, "key")
                self.assertEqual((answer.status, answer.code), (400, "invalid_id"))


if __name__ == "__main__":
    unittest.main()
