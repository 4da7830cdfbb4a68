"""`makegood conformance` against the storefront, for the tests beside this file."""

import json
import os
import pathlib
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from makegood_process import Binaries, CommandResult, Json, Storefront

BINARIES = Binaries.from_environment()
RUN_SECONDS_MAX = 240

CUSTOMER = "cus_conformance"
CART = "cart_conformance"
SCARCE_SKU = "SKU-998"  # the storefront has a single piece of it
SCARCE_STOCK = 1


def makegood(*words: str) -> CommandResult:
    done = subprocess.run(
        [str(BINARIES.makegood), *words], capture_output=True, text=True, timeout=RUN_SECONDS_MAX,
        stdin=subprocess.DEVNULL, env={**os.environ, "NO_COLOR": "1"})
    return CommandResult(done.returncode, done.stdout, done.stderr)


def listed_cases() -> list[Json]:
    return json.loads(makegood("conformance", "--list", "--json").out)


def everything(storefront: Storefront) -> list[str]:
    """The options with which no case is skipped."""
    return [
        *storefront.backend_flags(), "--sku", "SKU-1", "--token", "tok_visa",
        "--scarce-sku", SCARCE_SKU, "--scarce-stock", str(SCARCE_STOCK),
        "--declined-token", "tok_declined", "--action-token", "tok_3ds",
        "--cart-id", CART, "--expiry-grace", "4s"]


def judge(storefront: Storefront, *more: str) -> CommandResult:
    storefront.fill_cart(CART, CUSTOMER, [{"sku": "SKU-1", "quantity": 2}])
    return makegood("conformance", *everything(storefront), *more)


def verdicts(result: CommandResult) -> dict[str, str]:
    """By case id, of a run with --json."""
    return {each["id"]: each["verdict"] for each in json.loads(result.out)["cases"]}


@contextmanager
def running_storefront(*options: str, durability: str = "off") -> Iterator[Storefront]:
    with tempfile.TemporaryDirectory(prefix="makegood-conformance-") as folder:
        storefront = Storefront(
            BINARIES, pathlib.Path(folder), ("--skus", "1000", "--durability", durability, *options))
        try:
            storefront.start()
            yield storefront
        finally:
            storefront.close()
