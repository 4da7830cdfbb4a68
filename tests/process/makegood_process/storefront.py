"""The reference backends as a process, always on the same ports."""

import pathlib
import re
from collections.abc import Mapping, Sequence

from .binaries import Binaries
from .child_process import ChildProcess
from .deadline import wait_until
from .ports import lease_ports
from .wire import Endpoint, Json, NoAnswer

# The backends as the engine calls them, and the storefront's names for them.
SERVICE_OF_BACKEND = {
    "cart": "cart", "catalog": "catalog", "inventory": "inventory", "payment": "payments",
    "order": "orders", "fulfillment": "fulfillment", "notification": "notifications",
}
SERVICES = tuple(SERVICE_OF_BACKEND.values())
VIEWS = "views"  # what the storefront makes of the events; nobody's backend


class Storefront:
    def __init__(
        self, binaries: Binaries, folder: pathlib.Path, options: Sequence[str] = ()
    ) -> None:
        listening = (*SERVICES, VIEWS)
        ports = dict(zip(listening, lease_ports(len(listening))))
        self._ports_file = folder / "storefront-ports.json"
        words: list[str | pathlib.Path] = [
            binaries.storefront, "--data", folder / "storefront",
            "--ports-file", self._ports_file, *options]
        for service, port in ports.items():
            words += [f"--{service}-port", str(port)]
        self.process = ChildProcess(words, folder / "storefront.log")
        self.services = {
            service: Endpoint(f"http://127.0.0.1:{port}") for service, port in ports.items()}

    def start(self) -> None:
        self._ports_file.unlink(missing_ok=True)
        self.process.start()
        wait_until("the storefront listens", self._listens)

    def _listens(self) -> bool:
        if not self.process.runs:
            raise AssertionError(f"the storefront did not start:\n{self.process.tail()}")
        return self._ports_file.exists()

    def backend_flags(self, urls: Mapping[str, str] | None = None) -> list[str]:
        """What `makegood serve` needs to find the services; `urls` of those that are elsewhere."""
        flags: list[str] = []
        for backend, service in SERVICE_OF_BACKEND.items():
            flags += [f"--{backend}", (urls or {}).get(service, self.services[service].url)]
        return flags

    def close(self) -> None:
        if self.process.runs:
            self.process.kill()
        for endpoint in self.services.values():
            endpoint.close()

    # -- how it behaves --------------------------------------------------------------------------

    def misbehave(self, service: str, *rules: Json) -> None:
        """Replaces the service's rules; they are gone after a restart."""
        answer = self.services[service].call("PUT", "/v1/behaviour", {"rules": list(rules)})
        assert answer.status == 200, answer

    def behave(self) -> None:
        for endpoint in self.services.values():
            endpoint.call("DELETE", "/v1/behaviour")

    def times_used(self, service: str) -> int:
        """How often the service's rules have struck."""
        rules = self.services[service].get("/v1/behaviour")["rules"]
        return sum(rule["times_used"] for rule in rules)

    # -- what customers do -----------------------------------------------------------------------

    def fill_cart(self, cart_id: str, customer_id: str, items: list[Json]) -> None:
        body = {"customer_id": customer_id, "items": items, "currency": "USD"}
        answer = self.services["cart"].call("PUT", f"/v1/carts/{cart_id}", body)
        assert answer.status in (200, 201), answer

    def customer_acts(self, checkout: Json, result: str) -> bool:
        """The customer of a 3-D Secure payment confirms or declines; False when it is too late."""
        authorization = re.sub(r".*/", "", checkout["next_action"]["url"])
        try:
            answer = self.services["payments"].call(
                "POST", f"/v1/authorizations/{authorization}/customer_action", {"result": result})
        except NoAnswer:
            return False
        assert answer.status in (200, 404, 409), answer
        return answer.status == 200

    # -- what it has done ------------------------------------------------------------------------

    def ledger(self, service: str) -> Json:
        return self.services[service].get("/v1/ledger")

    def effects(self, service: str, checkout_id: str) -> Json:
        return self.services[service].get(f"/v1/effects?checkout_id={checkout_id}")
