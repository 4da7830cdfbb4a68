"""One program under our care: started, signalled by its own pid, its words kept in a file."""

import os
import pathlib
import signal
import subprocess
from collections.abc import Mapping, Sequence

from .deadline import PATIENCE_SECONDS

TAIL_LINES = 40


class ChildProcess:
    """Starts again under the same command; its log goes on in the same file."""

    def __init__(
        self, command: Sequence[str | pathlib.Path], log: pathlib.Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """`environment` is added to ours."""
        self.command = [str(word) for word in command]
        self.log = log
        self._environment = {**os.environ, **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None, "it was started"
        return self._process.pid

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        return None if self._process is None else self._process.poll()

    def start(self) -> None:
        assert not self.runs, "one process at a time"
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=self._environment)

    def kill(self) -> None:
        """SIGKILL: no last words, no tidying up."""
        assert self._process is not None, "it was started"
        self._process.kill()
        self._process.wait()

    def suspend(self) -> None:
        """SIGSTOP: it hangs, its connections stay open."""
        assert self._process is not None, "it was started"
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self._process is not None, "it was started"
        self._process.send_signal(signal.SIGCONT)

    def ask_to_stop(self) -> None:
        assert self._process is not None, "it was started"
        self._process.send_signal(signal.SIGTERM)

    def stop(self, patience: float = PATIENCE_SECONDS) -> int:
        """SIGTERM, and the exit code."""
        self.ask_to_stop()
        return self.wait(patience)

    def wait(self, patience: float = PATIENCE_SECONDS) -> int:
        assert self._process is not None, "it was started"
        return self._process.wait(patience)

    def lives_for(self, seconds: float) -> bool:
        """Watches for an exit of its own: False as soon as it ends, True when it did not in time."""
        assert self._process is not None, "it was started"
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return True
        return False

    def said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def tail(self) -> str:
        return "\n".join(self.said().splitlines()[-TAIL_LINES:])
