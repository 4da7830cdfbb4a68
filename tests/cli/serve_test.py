#!/usr/bin/env python3
"""`makegood serve` and the commands around it, as processes, against backends that this test plays.

Usage: serve_test.py PATH_OF_MAKEGOOD
"""

import http.client
import json
import queue
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

BINARY = str(Path(sys.argv.pop(1)).resolve())
PATIENCE = 60


class Backends:
    """Inventory, payment and order behind one port. `refusals` maps a path's pattern to (status, body)."""

    def __init__(self):
        self.refusals = {}
        backends = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
                status, answer = backends.answer(self.path, body)
                text = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *arguments):
                pass

        class Quiet(ThreadingHTTPServer):
            def handle_error(self, request, client_address):
                """A server that stops cuts its connections; that is no news."""

        self.server = Quiet(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, path, body):
        for pattern, refusal in list(self.refusals.items()):
            if re.search(pattern, path):
                return refusal
        if path.endswith("/reservations"):
            return 201, {"reservation_id": body["reservation_id"], "status": "reserved",
                         "expires_at": "2099-01-01T00:00:00Z"}
        if path.endswith("/authorizations"):
            return 201, {"authorization_id": body["authorization_id"], "status": "authorized"}
        if path.endswith("/orders"):
            return 201, {"order_id": body["order_id"]}
        words = {"confirm": "confirmed", "release": "released", "void": "voided", "capture": "captured",
                 "cancel": "cancelled", "refund": "refunded"}
        return 200, {"status": words.get(path.rsplit("/", 1)[-1], "done")}

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def run(*arguments):
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=PATIENCE)


class Server:
    """A `makegood serve` process; `url` is known once it has said that it is ready."""

    def __init__(self, data, backends, *more):
        self.process = subprocess.Popen(
            [BINARY, "serve", "--listen", "127.0.0.1:0", "--data", str(data), "--inventory", backends.url,
             "--payment", backends.url, "--order", backends.url, "--drain-patience", "2s", *more],
            stderr=subprocess.PIPE, text=True)
        self.lines = queue.Queue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.ready_line = self._wait_for(" is ready")
        self.url = re.search(r"http://\S+", self.ready_line).group(0)

    def _read(self):
        for line in self.process.stderr:
            self.lines.put(line)
        self.lines.put(None)

    def _wait_for(self, part):
        seen = []
        while (line := self.lines.get(timeout=PATIENCE)) is not None:
            seen.append(line)
            if part in line:
                return line
        raise AssertionError("the server ended: " + "".join(seen))

    def start_checkout(self, key):
        where = urlsplit(self.url)
        connection = http.client.HTTPConnection(where.hostname, where.port, timeout=PATIENCE)
        body = {"customer_id": "cus_1", "currency": "USD", "payment": {"method": "card", "token": "tok_visa"},
                "items": [{"sku": "SKU-1", "quantity": 2, "unit_price": 500}]}
        connection.request("POST", "/v1/checkouts", json.dumps(body),
                           {"Content-Type": "application/json", "Idempotency-Key": f'"{key}"'})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        assert answer.status in (200, 202), text
        return json.loads(text)["id"]

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=PATIENCE)
        self.reader.join(timeout=PATIENCE)
        self.process.stderr.close()
        return code


class Serving(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.data = self.folder / "data"
        self.backends = Backends()
        self.addCleanup(self.backends.close)
        self.servers = []

    def serve(self, *more, data=None):
        server = Server(data or self.data, self.backends, *more)
        self.addCleanup(server.stop)
        return server

    def expect(self, code, *arguments):
        done = run(*arguments)
        self.assertEqual(done.returncode, code, (arguments, done.stdout, done.stderr))
        return done

    def parked_checkout(self, server, key):
        """One whose order was refused and whose payment cannot be voided."""
        self.backends.refusals = {r"/orders$": (422, {"code": "closed", "detail": "the shop is closed"}),
                                  r"/void$": (403, {})}
        checkout = server.start_checkout(key)
        # Ends only once it is parked: `watch` would go on, so the list is asked.
        for _ in range(2000):
            listed = json.loads(self.expect(0, "list", "--json", "--server", server.url,
                                            "--status", "parked").stdout)
            if any(item["id"] == checkout for item in listed["items"]):
                return checkout
        raise AssertionError("not parked: " + self.expect(0, "show", checkout, "--server", server.url).stdout)

    def test_a_checkout_is_read_alike_from_the_server_and_from_its_folder(self):
        server = self.serve()
        self.assertIn("0 sagas resumed", server.ready_line)
        self.assertIn(str(self.data), server.ready_line)
        checkout = server.start_checkout("a")
        followed = self.expect(0, "watch", checkout, "--server", server.url).stdout
        self.assertIn("-> completed", followed)
        for command in (["show", checkout], ["journal", checkout], ["list"], ["list", "--status", "completed"]):
            with self.subTest(command):
                from_server = self.expect(0, *command, "--json", "--server", server.url).stdout
                from_folder = self.expect(0, *command, "--json", "--data", str(self.data)).stdout
                self.assertEqual(json.loads(from_server), json.loads(from_folder))
                self.assertIn(checkout if command[0] != "journal" else "inventory_reserved", from_server)
        shown = self.expect(0, "show", checkout, "--server", server.url).stdout
        for part in ("completed", "reserving", "calls  reserve_inventory", "10.00 USD", "cus_1"):
            self.assertIn(part, shown)
        counted = json.loads(self.expect(0, "stats", "--json", "--server", server.url).stdout)
        self.assertEqual(counted["sagas"]["checkout"], {"completed": 1})
        self.expect(0, "stats", "--data", str(self.data))
        self.expect(3, "show", "chk_00000000000000000000000000", "--server", server.url)
        self.expect(3, "show", "chk_00000000000000000000000000", "--data", str(self.data))
        self.expect(3, "show", "nonsense", "--data", str(self.data))
        absent = self.expect(3, "replay", "chk_00000000000000000000000000", "--data", str(self.data))
        self.assertIn("makegood explain not-found", absent.stderr)
        for source in (["--server", server.url], ["--data", str(self.data)]):
            self.assertIn("/state", self.expect(2, "list", "--state", "nonsense", *source).stderr)
        done = self.expect(4, "cancel", checkout, "--server", server.url)
        self.assertIn("makegood explain", done.stderr)

    def test_pages_of_a_list_follow_each_other(self):
        server = self.serve()
        started = [server.start_checkout(str(number)) for number in range(5)]
        for source in (["--server", server.url], ["--data", str(self.data)]):
            with self.subTest(source):
                first = json.loads(self.expect(0, "list", "--limit", "2", "--json", *source).stdout)
                rest = json.loads(self.expect(0, "list", "--all", "--json", "--cursor", first["next_cursor"],
                                              *source).stdout)
                ids = [item["id"] for item in first["items"] + rest["items"]]
                self.assertEqual(sorted(ids), sorted(started))
                self.assertIn("--cursor", self.expect(0, "list", "--limit", "2", *source).stderr)

    def test_a_parked_checkout_says_what_to_type_and_goes_on(self):
        server = self.serve()
        checkout = self.parked_checkout(server, "a")
        shown = self.expect(0, "show", checkout, "--server", server.url).stdout
        self.assertIn("parked: call_denied", shown)
        self.assertIn(f"makegood retry {checkout}", shown)
        resolving = re.search(r"--call (\S+) --outcome done", shown).group(1)
        self.expect(4, "resolve", checkout, "--call", "create_order", "--outcome", "done", "--server", server.url)
        self.expect(0, "resolve", checkout, "--call", resolving, "--outcome", "done", "--reason", "by phone",
                    "--actor", "ann", "--server", server.url)
        self.expect(0, "watch", checkout, "--server", server.url)
        journal = self.expect(0, "journal", checkout, "--server", server.url).stdout
        self.assertIn("by ann: by phone", journal)
        self.assertIn("compensated", self.expect(0, "show", checkout, "--data", str(self.data)).stdout)

    def test_a_verb_in_bulk_is_tried_out_and_confirmed_first(self):
        server = self.serve()
        parked = {self.parked_checkout(server, str(number)) for number in range(2)}
        bulk = ["retry", "--where", "status=parked,reason=order_refused", "--server", server.url]
        self.assertEqual(set(self.expect(0, *bulk, "--dry-run").stdout.split()), parked)
        lines = self.expect(0, *bulk, "--dry-run", "--json").stdout.splitlines()
        self.assertEqual({json.loads(line)["id"] for line in lines}, parked)
        self.assertIn("--yes", self.expect(2, *bulk).stderr)
        nobody = ["retry", "--where", "status=parked,customer_id=nobody", "--server", server.url]
        self.assertIn("no checkout matches", self.expect(0, *nobody).stderr)
        self.backends.refusals = {}
        self.assertIn("2 done, 0 refused", self.expect(0, *bulk, "--yes").stderr)
        for checkout in parked:
            self.assertIn("-> compensated", self.expect(0, "watch", checkout, "--server", server.url).stdout)

    def test_holding_and_resuming_are_journalled(self):
        server = self.serve()
        checkout = self.parked_checkout(server, "a")
        self.expect(0, "park", checkout, "--reason", "audit", "--server", server.url)
        self.assertIn(f"makegood resume {checkout}", self.expect(0, "show", checkout, "--server", server.url).stdout)
        self.backends.refusals = {}
        self.expect(0, "resume", checkout, "--server", server.url)
        self.expect(0, "watch", checkout, "--server", server.url)
        self.expect(4, "resume", checkout, "--server", server.url)

    def test_replay_shows_what_was_and_what_would_have_been(self):
        server = self.serve()
        checkout = server.start_checkout("a")
        self.expect(0, "watch", checkout, "--server", server.url)
        data = ["--data", str(self.data)]
        text = self.expect(0, "replay", checkout, *data).stdout
        self.assertIn("reserving -> authorizing", text)
        answer = json.loads(self.expect(0, "replay", checkout, "--json", *data).stdout)
        self.assertTrue(answer["fold_is_record"])
        at = next(entry["seq"] for entry in answer["entries"] if entry["event"] == "payment_authorized")
        until = json.loads(self.expect(0, "replay", checkout, "--until", str(at - 1), "--json", *data).stdout)
        self.assertEqual(len(until["entries"]), at - 1)
        self.assertEqual(until["checkout"]["state"], "authorizing")
        supposed = json.loads(self.expect(0, "replay", checkout, "--assume", f"{at}=payment_refused", "--json",
                                          *data).stdout)
        self.assertFalse(supposed["same"])
        self.assertEqual(supposed["supposed"]["way"], "authorizing -> releasing")
        self.assertEqual(supposed["happened"]["event"], "payment_authorized")
        self.assertIn("HAPPENED", self.expect(0, "replay", checkout, "--assume", f"{at}=payment_refused", *data).stdout)
        self.assertIn('did you mean "payment_refused"', self.expect(
            2, "replay", checkout, "--assume", f"{at}=payment_refusd", *data).stderr)
        self.expect(2, "replay", checkout, "--until", "9999", *data)
        self.assertIn(" 0 differ", self.expect(0, "replay", "--all", *data).stdout)

    def test_a_live_folder_is_verified_backed_up_and_restored(self):
        server = self.serve()
        checkout = server.start_checkout("a")
        self.expect(0, "watch", checkout, "--server", server.url)
        self.expect(0, "verify", "--data", str(self.data))
        copy, restored = str(self.folder / "copy"), str(self.folder / "restored")
        self.expect(0, "backup", copy, "--data", str(self.data))
        self.assertIn("overwritten", self.expect(2, "backup", copy, "--data", str(self.data)).stderr)
        self.assertIn("overwritten", self.expect(2, "restore", copy, "--data", str(self.data)).stderr)
        self.expect(0, "restore", copy, "--data", restored)
        self.assertIn("0 differences", self.expect(0, "verify", "--data", restored).stdout)
        self.assertEqual(self.expect(0, "show", checkout, "--json", "--data", restored).stdout,
                         self.expect(0, "show", checkout, "--json", "--data", str(self.data)).stdout)

    def test_a_changed_store_is_found(self):
        server = self.serve()
        checkout = server.start_checkout("a")
        self.expect(0, "watch", checkout, "--server", server.url)
        self.assertEqual(server.stop(), 0)
        store = sqlite3.connect(self.data / "lane-0.db")
        with store:
            changed = store.execute("UPDATE records SET record = substr(record, 1, length(record) - 1) || x'7f'")
            self.assertGreater(changed.rowcount, 0)
        store.close()
        done = self.expect(6, "verify", "--data", str(self.data), "--json")
        report = json.loads(done.stdout)
        self.assertGreater(report["differences_count"], 0)
        self.assertNotEqual(self.expect(6, "verify", "--data", str(self.data)).stdout, "")

    def test_a_restart_resumes_what_was_open(self):
        server = self.serve()
        checkout = self.parked_checkout(server, "a")
        self.assertEqual(server.stop(), 0)
        self.assertIn("parked", self.expect(0, "show", checkout, "--data", str(self.data)).stdout)
        self.backends.refusals = {}
        again = self.serve()
        self.assertIn("1 saga resumed", again.ready_line)
        self.expect(0, "retry", checkout, "--server", again.url)
        self.assertIn("-> compensated", self.expect(0, "watch", checkout, "--server", again.url).stdout)

    def test_a_folder_or_an_address_that_is_taken_is_refused(self):
        server = self.serve()
        backends = ["--inventory", self.backends.url, "--payment", self.backends.url, "--order", self.backends.url]
        locked = self.expect(5, "serve", "--listen", "127.0.0.1:0", "--data", str(self.data), *backends)
        self.assertIn(str(server.process.pid), locked.stderr)
        address = server.url.removeprefix("http://")
        taken = self.expect(1, "serve", "--listen", address, "--data", str(self.folder / "other"), *backends)
        self.assertIn("--listen", taken.stderr)

    def test_a_folder_keeps_its_lanes(self):
        server = self.serve("--lanes", "2")
        started = {server.start_checkout(str(number)) for number in range(4)}
        self.assertEqual(server.stop(), 0)
        again = self.serve("--lanes", "1")
        listed = json.loads(self.expect(0, "list", "--json", "--server", again.url).stdout)
        self.assertEqual({item["id"] for item in listed["items"]}, started)

    def test_a_folder_of_a_later_version_is_refused(self):
        server = self.serve()
        self.assertEqual(server.stop(), 0)
        manifest = self.data / "makegood.json"
        later = re.sub(r'"format":\s*\d+', '"format":99', manifest.read_text())
        manifest.write_text(re.sub(r',"seal":"\w+"', "", later))
        done = self.expect(1, "list", "--data", str(self.data))
        self.assertIn("store-too-new", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=1)
