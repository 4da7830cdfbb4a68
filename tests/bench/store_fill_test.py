#!/usr/bin/env python3
"""A store that store_fill made is true: `makegood verify` replays all of it and finds nothing wrong."""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

BUILD = Path(os.environ.get("MAKEGOOD_BUILD", "build/release")).resolve()
SAGAS = 1_500  # more than one batch of one store


def run(*words) -> str:
    done = subprocess.run([str(each) for each in words], stdout=subprocess.PIPE, text=True, check=True, timeout=120)
    return done.stdout


class StoreFillTest(unittest.TestCase):
    def test_every_fate_makes_a_true_store(self):
        with tempfile.TemporaryDirectory(prefix="makegood-fill-") as folder:
            data = Path(folder) / "data"
            for seed, fate in enumerate(("completed", "failed", "compensated", "waiting"), 1):
                run(BUILD / "store_fill", "--data", data, "--lanes", 2, "--fate", fate, "--sagas", SAGAS,
                    "--seed", seed)
            verified = run(BUILD / "makegood", "verify", "--data", data)
            self.assertIn(" 0 differences", verified)
            self.assertIn(f"{4 * SAGAS} sagas", verified)
            sagas = json.loads(run(BUILD / "makegood", "stats", "--data", data, "--json"))["sagas"]["checkout"]
            self.assertEqual(sagas, {status: SAGAS for status in
                                     ("completed", "failed", "compensated", "awaiting_customer")})


if __name__ == "__main__":
    unittest.main()
