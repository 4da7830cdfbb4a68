"""The connections of server, backends and customers, through unruly_proxy.py."""

import json
import pathlib
import socket
import sys
import urllib.parse
from collections.abc import Iterable, Mapping

from makegood_process import Json, wait_until
from makegood_process.child_process import ChildProcess
from makegood_process.ports import lease_ports

PROGRAM = pathlib.Path(__file__).with_name("unruly_proxy.py")
CONTROL_SECONDS_MAX = 30.0


class Network:
    """Owns the proxy. Its routes are known by name, and their ports from the beginning."""

    def __init__(self, folder: pathlib.Path, seed: str, routes: Iterable[str]) -> None:
        names = sorted(routes)
        self._folder = folder
        self._seed = seed
        self._control, *ports = lease_ports(len(names) + 1)
        self._ports = dict(zip(names, ports))
        self._process: ChildProcess | None = None
        self._line: socket.socket | None = None

    @property
    def routes(self) -> list[str]:
        return list(self._ports)

    def url(self, route: str) -> str:
        return f"http://127.0.0.1:{self._ports[route]}"

    def start(self, urls: Mapping[str, str]) -> None:
        """`urls`: where each route leads to."""
        words = [sys.executable, "-B", str(PROGRAM), self._seed, str(self._control)]
        for name, port in self._ports.items():
            words.append(f"{name}:{port}:{urllib.parse.urlsplit(urls[name]).port}")
        self._process = ChildProcess(words, self._folder / "proxy.log")
        self._process.start()
        wait_until("the proxy listens", self._listens)

    def _listens(self) -> bool:
        self._assert_runs()
        try:
            self._line = socket.create_connection(
                ("127.0.0.1", self._control), CONTROL_SECONDS_MAX)
        except OSError:
            return False
        return True

    def _assert_runs(self) -> None:
        assert self._process is not None, "it was started"
        assert self._process.runs, f"the proxy died:\n{self._process.tail()}"

    def obey(self, routes: Iterable[str], **rule: object) -> None:
        """From now on these routes follow that rule; what the one before it held goes on."""
        self._ask({"rules": {route: rule for route in routes}})

    def calm(self, routes: Iterable[str]) -> None:
        self.obey(routes)

    def wait_until_calm(self) -> None:
        """Every rule ends, and nothing is held any more."""
        self.calm(self.routes)
        wait_until("the proxy holds nothing", lambda: self._ask({})["held"] == 0)

    def struck(self) -> dict[str, int]:
        """How many exchanges came to which fate so far."""
        return self._ask({})["struck"]

    def _ask(self, command: Json) -> Json:
        assert self._line is not None, "it was started"
        self._assert_runs()
        self._line.sendall(json.dumps(command).encode() + b"\n")
        answer = b""
        while not answer.endswith(b"\n"):
            part = self._line.recv(65536)
            assert part, "the proxy hung up"
            answer += part
        return json.loads(answer)

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
        if self._process is not None and self._process.runs:
            self._process.kill()
