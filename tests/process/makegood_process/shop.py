"""A whole shop in a temporary folder: the storefront, the server, and orders to send."""

import itertools
import pathlib
import shutil
import sys
import tempfile
import threading
from collections.abc import Sequence
from types import TracebackType

from .binaries import Binaries
from .checkouts import Checkouts
from .server import Server
from .storefront import Storefront
from .wire import Json

# Retries and breakers that come back quickly, so that a test sees in seconds what takes minutes in
# production; and room for a whole load under way at once.
QUICK_RETRIES = """
[retry.forward]
delay_max = "500ms"
[retry.persistent]
delay_max = "500ms"
parks_after = 200
""" + "".join(f"""
[backends.{name}]
connections = 256
[backends.{name}.breaker]
open_time = "200ms"
open_time_max = "400ms"
""" for name in (
    "cart", "catalog", "inventory", "payment", "order", "fulfillment", "notification"))


class Shop:
    """Owns both processes and the folder. When its block fails, it prints the ends of the logs and
    keeps the folder."""

    def __init__(
        self, binaries: Binaries, *, settings: str = "", storefront_options: Sequence[str] = (),
        folder: pathlib.Path | None = None, data: pathlib.Path | None = None,
    ) -> None:
        self._own_folder = folder is None
        self.folder = folder or pathlib.Path(tempfile.mkdtemp(prefix="makegood-shop-"))
        self.binaries = binaries
        self.storefront = Storefront(binaries, self.folder, storefront_options)
        self.server = self.make_server(settings, data)
        self.checkouts = Checkouts(self.server.endpoint)
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def make_server(self, settings: str, data: pathlib.Path | None) -> Server:
        return Server(
            self.binaries, self.folder, self.storefront.backend_flags(), settings, data)

    def __enter__(self) -> "Shop":
        try:
            self.storefront.start()
            self.server.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if kind is not None and issubclass(kind, Exception):
            print(f"{self.tails()}\n--- kept: {self.folder}", file=sys.stderr)
            self._own_folder = False
        self.close()

    def tails(self) -> str:
        parts = [
            f"--- the end of {process.log.name}\n{process.tail()}"
            for process in (self.storefront.process, self.server.process)]
        return "\n".join(parts)

    def close(self) -> None:
        self.server.close()
        self.storefront.close()
        if self._own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def number(self) -> int:
        """A fresh one, for names that nobody else uses."""
        with self._lock:
            return next(self._numbers)

    def order(
        self, token: str = "tok_visa", *, sku: str = "SKU-1", quantity: int = 1,
        customer: str | None = None, **more: object,
    ) -> Json:
        """A start request; `more` are further members of its body."""
        return {
            "customer_id": customer or f"cus_{self.number()}",
            "items": [{"sku": sku, "quantity": quantity}],
            "currency": "USD",
            "payment": {"method": "card", "token": token},
            "shipping_address": {"name": "Ada", "city": "Turin"},
            **more,
        }

    def key(self) -> str:
        return f"key-{self.number()}"
