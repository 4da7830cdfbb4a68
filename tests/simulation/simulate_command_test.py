#!/usr/bin/env python3
"""`makegood simulate` as people and scripts use it.

Usage: simulate_command_test.py MAKEGOOD
"""

import json
import subprocess
import sys
import unittest

MAKEGOOD = sys.argv.pop(1)


def simulate(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([MAKEGOOD, "simulate", *arguments], capture_output=True, text=True, check=False)


def report(*arguments: str) -> dict:
    done = simulate("--json", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


class SimulateCommand(unittest.TestCase):
    def test_one_seed_gives_one_trace_whatever_the_number_of_threads(self):
        first = report("--seed", "7", "--checkouts", "1600")
        self.assertEqual(first["checkouts"], 1600)
        self.assertEqual(first["worlds"], 4)
        self.assertEqual(report("--seed", "7", "--checkouts", "1.6e3", "--jobs", "4"), first)
        self.assertNotEqual(report("--seed", "8", "--checkouts", "1600")["trace_hash"], first["trace_hash"])

    def test_a_seed_at_random_is_told_and_can_be_repeated(self):
        done = simulate("--json", "--checkouts", "400", "--faults", "light")
        self.assertEqual(done.returncode, 0, done.stdout)
        told = json.loads(done.stdout)
        self.assertIn(f"seed {told['seed']}", done.stderr)
        self.assertEqual(report("--seed", str(told["seed"]), "--checkouts", "400", "--faults", told["faults"]), told)

    def test_one_world_can_be_looked_at_by_itself(self):
        one = report("--seed", "7", "--checkouts", "1600", "--world", "3", "--storm-steps", "500")
        self.assertEqual(one["worlds"], 1)

    def test_the_table_counts_ends_and_faults(self):
        done = simulate("--seed", "7", "--checkouts", "800", "--store", "sqlite")
        self.assertEqual(done.returncode, 0, done.stdout)
        for word in ("checkout completed", "fulfilment completed", "lost_answer", "lives of the process"):
            self.assertIn(word, done.stdout)
        self.assertIn("checkouts per second", done.stderr)

    def test_wrong_usage_says_what_would_do(self):
        for arguments, words in (
            (("--faults", "haevy"), "neither none, light, heavy"),
            (("--checkouts", "0"), "a whole number"),
            (("--checkouts", "nan"), "a whole number"),
            (("--checkouts", "1.5"), "a whole number"),
            (("--seed", "-1"), "seed"),
            (("--store", "postgres"), "store"),
            (("--checkouts", "400", "--world", "1"), "400 checkouts make 1 worlds"),
        ):
            done = simulate(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn(words, done.stderr)


if __name__ == "__main__":
    unittest.main()
