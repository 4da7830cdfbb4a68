"""A shop whose disk, connections and processes can be broken one by one."""

import pathlib
import shutil
from collections.abc import Sequence

from makegood_process import Binaries, Checkouts, Endpoint, Server, Shop
from makegood_process.shop import QUICK_RETRIES
from makegood_process.small_disk import SmallDisk

from mixed_orders import SKUS
from network import Network
from unruly_disk import UnrulyDisk

CUSTOMERS = "customers"
SMALL_DISK_SIZE = "64m"
# Impatient, so that a fault of seconds is worth hours: attempts give up, calls park, stock expires.
SETTINGS = "lanes = {lanes}\n" + QUICK_RETRIES.replace(
    "[retry.forward]", '[retry.forward]\nbudget = "8s"').replace(
    "parks_after = 200", 'parks_after = 8\nparks_after_time = "3s"').replace(
    "connections = 256", 'connections = 256\ncall_timeout = "1s"'
) + '[checkout]\nreservation_ttl = "4s"\n'
STOREFRONT_OPTIONS = ("--skus", str(SKUS), "--slow-ms", "400", "--durability", "normal")
# Calls take so long that whatever breaks finds many of them half done.
SLOW_CALLS = {
    "payments": {"call": "POST /v1/authorizations", "match": "tok_visa", "delay_ms": 300},
    "orders": {"call": "POST /v1/orders", "delay_ms": 150},
    "inventory": {"call": "POST /v1/reservations/{id}/confirm", "delay_ms": 150},
}


class TortureShop(Shop):
    """`proxied`: the services that the server reaches through the unruly network. With
    `on_small_disk`, the data folder has a disk of its own that can be filled."""

    def __init__(
        self, binaries: Binaries, *, seed: str, lanes: int, proxied: Sequence[str],
        on_small_disk: bool,
    ) -> None:
        self._seed = seed
        self._proxied = proxied
        self.small_disk = SmallDisk(SMALL_DISK_SIZE) if on_small_disk else None
        data = self.small_disk.path / "makegood" if self.small_disk else None
        try:
            super().__init__(
                binaries, settings=SETTINGS.format(lanes=lanes), data=data,
                storefront_options=STOREFRONT_OPTIONS)
        except BaseException:
            if self.small_disk:
                self.small_disk.remove()
            raise
        self.customers = Checkouts(Endpoint(self.network.url(CUSTOMERS)))

    def make_server(self, settings: str, data: pathlib.Path | None) -> Server:
        data = data or self.folder / "makegood"
        self.disk = UnrulyDisk(self.binaries, self.folder / "disk-control", data)
        self.network = Network(self.folder, self._seed, [CUSTOMERS, *self._proxied])
        elsewhere = {name: self.network.url(name) for name in self._proxied}
        return Server(
            self.binaries, self.folder, self.storefront.backend_flags(elsewhere), settings, data,
            self.disk.environment)

    def __enter__(self) -> "TortureShop":
        services = {name: each.url for name, each in self.storefront.services.items()}
        self.network.start({CUSTOMERS: self.server.url, **services})
        super().__enter__()
        return self

    def close(self) -> None:
        super().close()
        self.network.close()
        self.disk.close()
        if self.small_disk:
            self._keep_small_disk()
            self.small_disk.remove()

    def _keep_small_disk(self) -> None:
        """What is on it would be gone, although somebody wants to look at it."""
        if self.folder.exists() and self.server.data.exists():
            shutil.copytree(self.server.data, self.folder / "makegood")

    def slow_calls(self) -> None:
        """Rules of the storefront, which forgets them when it restarts."""
        for service, rule in SLOW_CALLS.items():
            self.storefront.misbehave(service, {"mode": "slow", **rule})

    def deny(self, service: str, call: str) -> None:
        """Until slow_calls(): whoever makes that call is told that the credential is wrong."""
        self.storefront.misbehave(service, {"call": call, "mode": "unauthorized"})

    def wait_until_sound(self) -> None:
        """Nothing is broken from here on, and what was held back has arrived."""
        self.disk.sound()
        self.network.wait_until_calm()
