"""`makegood serve` as a process, always on the same port and data folder."""

import os
import pathlib
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .binaries import Binaries
from .child_process import ChildProcess
from .deadline import wait_until
from .ports import lease_ports
from .wire import Endpoint, NoAnswer

COMMAND_SECONDS_MAX = 120


@dataclass(frozen=True)
class CommandResult:
    exit_code: int
    out: str
    talk: str

    def __str__(self) -> str:
        return f"exit {self.exit_code}\n{self.out}{self.talk}"


class Server:
    """`settings` is TOML; addresses and folders are given by flags."""

    def __init__(
        self, binaries: Binaries, folder: pathlib.Path, backend_flags: Sequence[str],
        settings: str = "", data: pathlib.Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._program = binaries.makegood
        self.data = data or folder / "makegood"
        (port,) = lease_ports(1)
        self.listen = f"127.0.0.1:{port}"
        self.endpoint = Endpoint(f"http://{self.listen}")
        configuration = folder / f"makegood-{port}.toml"
        configuration.write_text(settings)
        self.process = ChildProcess(
            [self._program, "serve", "--config", configuration, "--listen", self.listen,
             "--data", self.data, *backend_flags],
            folder / "makegood.log", environment)

    @property
    def url(self) -> str:
        return self.endpoint.url

    def start(self) -> None:
        starts_before = len(self.resumed())
        self.launch()
        wait_until("the server is ready", self._ready_or_dead)
        # Said by another thread than the one that answers /readyz.
        wait_until("the server says so", lambda: len(self.resumed()) > starts_before)

    def launch(self) -> None:
        """Without waiting for anything."""
        self.process.start()

    def is_ready(self) -> bool:
        try:
            return self.endpoint.call("GET", "/readyz").status == 200
        except NoAnswer:
            return False

    def _ready_or_dead(self) -> bool:
        if not self.process.runs:
            raise AssertionError(f"the server did not stay up:\n{self.process.tail()}")
        return self.is_ready()

    def resumed(self) -> list[int]:
        """How many checkouts each start so far has found half done."""
        return [int(count) for count in re.findall(r"(\d+) sagas? resumed", self.process.said())]

    def command(
        self, *words: str | pathlib.Path, environment: Mapping[str, str] | None = None
    ) -> CommandResult:
        """Any `makegood` command; reading and acting ones find this server by themselves."""
        done = subprocess.run(
            [str(self._program), *map(str, words)], capture_output=True, text=True,
            timeout=COMMAND_SECONDS_MAX, stdin=subprocess.DEVNULL,
            env={**os.environ, "MAKEGOOD_SERVER": self.url, "NO_COLOR": "1", **(environment or {})})
        return CommandResult(done.returncode, done.stdout, done.stderr)

    def verify(self) -> CommandResult:
        return self.command("verify", "--data", self.data)

    def close(self) -> None:
        if self.process.runs:
            self.process.kill()
        self.endpoint.close()
