"""Counts a process's fsync() and fdatasync() calls, through perf's tracepoints; where perf may not, says so."""

import os
import shutil
import signal
import subprocess

EVENTS = "syscalls:sys_enter_fdatasync,syscalls:sys_enter_fsync"


class FsyncCount:
    """Attached at once; counts between begin() and end()."""

    def __init__(self, pid: int):
        self._perf: subprocess.Popen | None = None
        if not shutil.which("perf"):
            return
        listen, self._command = os.pipe()
        self._answer, answer = os.pipe()
        self._perf = subprocess.Popen(
            ["perf", "stat", "-x", ",", "-D", "-1", "--control", f"fd:{listen},{answer}", "-e", EVENTS,
             "-p", str(pid)],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, pass_fds=(listen, answer))
        os.close(listen)
        os.close(answer)

    def begin(self) -> None:
        self._say("enable")

    def end(self) -> int | None:
        """How many; nothing when perf does not work here."""
        if self._perf is None:
            return None
        self._say("disable")
        self._perf.send_signal(signal.SIGINT)
        said = self._perf.communicate(timeout=20)[1]
        os.close(self._command)
        os.close(self._answer)
        counts = [line.split(",")[0] for line in said.splitlines() if "sys_enter" in line]
        if len(counts) != len(EVENTS.split(",")) or not all(each.isdigit() for each in counts):
            return None
        return sum(map(int, counts))

    def _say(self, word: str) -> None:
        """Returns when perf has done it, or has ended."""
        if self._perf is None:
            return
        try:
            os.write(self._command, f"{word}\n".encode())
            os.read(self._answer, 16)
        except OSError:
            pass
