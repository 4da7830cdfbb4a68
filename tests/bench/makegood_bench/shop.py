"""The processes that a measurement consists of: backends, and makegood or the bare server before them."""

import json
import re
import urllib.request
from pathlib import Path

from makegood_process.ports import lease_ports

from .processes import Process, wait_ready

FOUR_CALL_BACKENDS = ("inventory", "payment", "order")


class Backends(Process):
    """All seven, in one process."""

    def __init__(self, build: Path, folder: Path, delay_ms: float = 0):
        super().__init__([build / "null_backends", "--delay-ms", delay_ms], folder / "backends.log")
        self.urls: dict[str, str] = json.loads(self.line())

    def flags(self, names) -> list[str]:
        return [word for name in names for word in (f"--{name}", self.urls[name])]

    def asked(self) -> dict:
        """Stops it; how many requests and bytes it was asked."""
        return json.loads(self.stop())


class Makegood(Process):
    """`makegood serve`. `full`: with cart, catalog, fulfillment and notification."""

    def __init__(self, build: Path, folder: Path, backends: Backends, *, data: Path, full: bool = False,
                 toml: str = "", environment: dict | None = None):
        listen = f"127.0.0.1:{lease_ports(1)[0]}"
        self.url = f"http://{listen}"
        config = folder / "makegood.toml"
        fulfilment = "true" if full else "false"
        config.write_text(f'{toml}\n[checkout]\nfulfilment = {fulfilment}\n[log]\nlevel = "warning"\n')
        names = backends.urls if full else FOUR_CALL_BACKENDS
        super().__init__([build / "makegood", "serve", "--config", config, "--listen", listen, "--data", data,
                          *backends.flags(names)], folder / "makegood.log", environment)
        self.data = data
        self.ready_seconds = wait_ready(self.url, self)

    def metrics(self) -> dict[str, float]:
        """Every sample by its name and labels; the lanes' own are added up."""
        with urllib.request.urlopen(self.url + "/metrics", timeout=30) as answer:
            text = answer.read().decode()
        samples: dict[str, float] = {}
        for line in text.splitlines():
            if line.startswith("#") or " " not in line:
                continue
            name, value = line.rsplit(" ", 1)
            name = re.sub(r'lane="\d+",?', "", name).replace("{}", "")
            samples[name] = samples.get(name, 0) + float(value)
        return samples

    def get(self, path: str) -> dict:
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            return json.load(answer)


class Bare(Process):
    """The same exchanges without an engine and a store."""

    def __init__(self, build: Path, folder: Path, backends: Backends, *, loops: int, full: bool = False):
        port = lease_ports(1)[0]
        command = [build / "bare_server", "--port", port, "--loops", loops, *backends.flags(backends.urls)]
        super().__init__(command + (["--full"] if full else []), folder / "bare.log")
        self.url = self.line()
        wait_ready(self.url, self)
