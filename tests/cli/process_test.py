#!/usr/bin/env python3
"""What a shell sees of `makegood`: exit codes, stdout and stderr of the real binary, without a server.

Usage: process_test.py PATH_OF_MAKEGOOD
"""

import json
import os
import pty
import socket
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

BINARY = str(Path(sys.argv.pop(1)).resolve())
ROOT = Path(__file__).resolve().parents[2]
BACKENDS = ["--inventory", "http://i:1", "--payment", "http://p:1", "--order", "http://o:1"]


def run(*arguments, cwd=None, **environment):
    variables = {key: value for key, value in os.environ.items() if key != "MAKEGOOD_SERVER"}
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=60,
                          cwd=cwd, env={**variables, **environment})


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def expect(self, code, *arguments, **options):
        done = run(*arguments, cwd=self.folder, **options)
        self.assertEqual(done.returncode, code, (arguments, done.stdout, done.stderr))
        return done

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return str(path)


class Usage(Process):
    def test_help_and_version_are_data_and_succeed(self):
        self.assertIn("serve", self.expect(0, "--help").stdout)
        self.assertRegex(self.expect(0, "--version").stdout, r"makegood \d+\.\d+")

    def test_every_command_has_help(self):
        for command in ("serve list show journal events watch stats retry cancel park resume compensate resolve "
                        "replay verify backup restore diagram explain").split():
            with self.subTest(command):
                self.assertIn("--help", self.expect(0, command, "--help").stdout)

    def test_a_wrong_command_is_a_usage_error_that_suggests(self):
        done = self.expect(2, "lsit")
        self.assertEqual(done.stdout, "")
        self.assertIn('did you mean "list"?', done.stderr)
        self.assertIn('did you mean "check"?', self.expect(2, "config", "chek").stderr)

    def test_what_is_missing_or_wrong_is_a_usage_error(self):
        for arguments in ([], ["config"], ["show"], ["list", "--limit", "0"], ["list", "--nonsense"],
                          ["list", "--status", "nonsense"], ["resolve", "chk_1"], ["cancel"],
                          ["cancel", "chk_1", "--where", "status=parked"], ["retry", "--where", "status"],
                          ["resolve", "chk_1", "--call", "a", "--outcome", "maybe"],
                          ["watch", "--interval", "soon"], ["events", "--interval", "1ms"], ["events", "--limit", "0"], ["replay", "chk_1"], ["replay", "--data", "x"],
                          ["verify"], ["backup", "t"], ["list", "--server", "ftp://x"],
                          ["list", "--server", "http://127.0.0.1:1", "--data", "x"]):
            with self.subTest(arguments):
                done = self.expect(2, *arguments)
                self.assertEqual(done.stdout, "")
                self.assertNotEqual(done.stderr, "")

    def test_a_folder_is_read_where_the_environment_names_a_server(self):
        done = self.expect(5, "list", "--data", "nowhere", MAKEGOOD_SERVER="http://127.0.0.1:1")
        self.assertIn("nowhere", done.stderr)

    def test_replay_says_that_it_needs_a_folder(self):
        self.assertIn("--data DIR", self.expect(2, "replay", "chk_1").stderr)

    def test_the_number_of_an_entry_is_told_as_one(self):
        for wrong in ("0", "x", "-1"):
            with self.subTest(wrong):
                done = self.expect(2, "replay", "chk_1", "--data", "d", f"--until={wrong}")
                self.assertIn("is not the number of an entry: 1 or more", done.stderr)

    def test_restore_says_that_it_makes_a_folder(self):
        self.assertIn("restore makes a data folder and needs --data DIR", self.expect(2, "restore", "b").stderr)

    def test_help_of_a_command_that_there_is_not_is_a_usage_error(self):
        done = self.expect(2, "lsit", "--help")
        self.assertEqual(done.stdout, "")
        self.assertIn('did you mean "list"?', done.stderr)


class Unreachable(Process):
    def test_no_server_is_told_with_what_to_do(self):
        url = f"http://127.0.0.1:{unused_port()}"
        for arguments in (["list"], ["show", "chk_1"], ["journal", "chk_1"], ["stats"], ["watch"],
                          ["events"], ["events", "--follow"],
                          ["watch", "chk_1"], ["cancel", "chk_1"],
                          ["retry", "--where", "status=parked", "--yes"]):
            with self.subTest(arguments):
                done = self.expect(5, *arguments, "--server", url)
                self.assertIn(url, done.stderr)
                self.assertIn("makegood serve", done.stderr)

    def test_the_server_comes_from_the_environment_too(self):
        url = f"http://127.0.0.1:{unused_port()}"
        self.assertIn(url, self.expect(5, "list", MAKEGOOD_SERVER=url).stderr)

    def test_no_data_folder_is_a_store_that_cannot_be_reached(self):
        missing = str(self.folder / "missing")
        for arguments in (["list"], ["stats"], ["replay", "--all"], ["verify"], ["backup", "target"]):
            with self.subTest(arguments):
                self.assertIn(missing, self.expect(5, *arguments, "--data", missing).stderr)
        done = self.expect(5, "restore", missing, "--data", "new")
        self.assertTrue(done.stderr.startswith(f"makegood: {missing} is not a data folder"), done.stderr)

    def test_an_address_of_another_machine_is_told_once_and_with_what_helps(self):
        done = self.expect(1, "serve", "--listen", "192.0.2.1:80", "--data", "d", *BACKENDS)
        self.assertEqual(done.stderr.count("cannot listen on"), 1, done.stderr)
        self.assertIn("choose an address of this machine", done.stderr)

    def test_a_folder_whose_manifest_is_damaged_fails_verification(self):
        self.write("makegood.json", "{")
        self.assertIn("store-corrupt", self.expect(6, "verify", "--data", ".").stderr)


class Configuration(Process):
    def test_every_problem_is_told_with_its_place(self):
        file = self.write("bad.toml", 'lissten = "a:1"\nlanes = 99\n[backends.order]\nurl = 7\n')
        done = self.expect(2, "config", "check", file)
        self.assertEqual(done.stdout, "")
        self.assertIn(f'{file}:1:1: unknown key "lissten" (did you mean "listen"?)', done.stderr)
        self.assertIn(f"{file}:2:1: lanes has to be", done.stderr)
        self.assertIn(f"{file}:4:1: backends.order.url has to be", done.stderr)
        self.assertIn("payment backend is not configured", done.stderr)

    def test_what_follows_from_another_problem_is_not_told_as_one(self):
        broken = self.expect(2, "config", "check", self.write("broken.toml", "a = = b\n"))
        self.assertIn("broken.toml:1:5", broken.stderr)
        self.assertNotIn("is not configured", broken.stderr)
        wrong = self.write("wrong.toml", "[backends.order]\nurl = 7\n")
        given = self.expect(2, "config", "check", wrong, "--inventory", "ftp://i", "--payment", "http://p:1")
        self.assertEqual(given.stderr.count("has to be"), 2, given.stderr)
        self.assertNotIn("is not configured", given.stderr)

    def test_two_files_are_one_too_many(self):
        file = self.write("good.toml", "lanes = 2\n")
        self.expect(2, "config", "check", file, "--config", file, *BACKENDS)

    def test_the_effective_configuration_is_printed(self):
        file = self.write("good.toml", 'lanes = 2\n[checkout]\nreservation_ttl = "60s"\n')
        done = self.expect(0, "config", "check", file, *BACKENDS, "--lanes", "3", "--json")
        effective = json.loads(done.stdout)
        self.assertEqual(effective["lanes"], 3)
        self.assertEqual(effective["checkout"]["reservation_ttl"], "1m")
        self.assertEqual(effective["backends"]["order"]["url"], "http://o:1")
        self.assertNotIn("url", effective["backends"]["cart"])

    def test_what_is_printed_is_a_configuration_again(self):
        first = self.expect(0, "config", "check", *BACKENDS).stdout
        file = self.write("again.toml", first)
        self.assertEqual(self.expect(0, "config", "check", file).stdout, first)

    def test_makegood_toml_of_the_folder_is_taken_by_itself(self):
        self.write("makegood.toml", "lanes = 5\n")
        self.assertIn("lanes = 5\n", self.expect(0, "config", "check", *BACKENDS).stdout)

    def test_a_named_file_that_is_missing_is_not_found(self):
        self.expect(3, "config", "check", "missing.toml")
        self.expect(3, "serve", "--config", "missing.toml", *BACKENDS)

    def test_serve_refuses_what_check_refuses(self):
        file = self.write("bad.toml", "nonsense = 1\n")
        done = self.expect(2, "serve", "--config", file, *BACKENDS)
        self.assertIn(f"{file}:1:1", done.stderr)
        self.assertIn("--reservation-ttl", self.expect(2, "serve", "--reservation-ttl", "x", *BACKENDS).stderr)

    def test_the_example_is_a_good_file(self):
        self.expect(0, "config", "check", str(ROOT / "makegood.example.toml"), *BACKENDS)


class Knowing(Process):
    def test_explain_lists_pages_and_prints_them(self):
        codes = json.loads(self.expect(0, "explain", "--json").stdout)
        self.assertGreater(len(codes), 50)
        listed = self.expect(0, "explain").stdout
        for entry in codes:
            self.assertIn(entry["code"], listed)
        page = self.expect(0, "explain", "past-pivot").stdout
        self.assertEqual(page, (ROOT / "cli/explain/past-pivot.md").read_text())
        self.assertEqual(json.loads(self.expect(0, "explain", "4", "--json").stdout)["code"], "exit-4")

    def test_an_unknown_code_suggests_near_ones(self):
        done = self.expect(3, "explain", "past_pivto")
        self.assertIn('did you mean "past-pivot"?', done.stderr)

    def test_a_diagram_is_mermaid(self):
        for saga in ("checkout", "fulfilment"):
            text = self.expect(0, "diagram", saga).stdout
            self.assertTrue(text.startswith("stateDiagram-v2\n"), text[:40])
            self.assertEqual(json.loads(self.expect(0, "diagram", saga, "--json").stdout)["mermaid"], text)
        self.assertIn('did you mean "checkout"?', self.expect(3, "diagram", "chekout").stderr)
        self.assertNotIn("did you mean", self.expect(3, "diagram", "checkout", "--version", "999").stderr)


class Colour(Process):
    def on_terminal(self, *arguments, **environment):
        variables = {**os.environ, "TERM": "xterm", **environment}
        ours, theirs = pty.openpty()
        with subprocess.Popen([BINARY, *arguments], stdout=theirs, stderr=theirs, stdin=theirs,
                              env=variables) as process:
            os.close(theirs)
            text = b""
            while True:
                try:
                    part = os.read(ours, 65536)
                except OSError:  # how Linux tells that the other side has closed
                    break
                if not part:
                    break
                text += part
            process.wait(timeout=60)
        os.close(ours)
        return text

    def test_colours_are_for_terminals_without_no_color(self):
        self.assertIn(b"\x1b[", self.on_terminal("explain", "past-pivot"))
        self.assertNotIn(b"\x1b[", self.on_terminal("explain", "past-pivot", NO_COLOR="1"))
        self.assertNotIn("\x1b[", self.expect(0, "explain", "past-pivot").stdout)


if __name__ == "__main__":
    unittest.main(verbosity=1)
