"""What script/kafka does: a broker for a shell."""

import os
import pathlib
import signal
import sys

from makegood_process import Broker, NoBroker, wait_until
from makegood_process.broker import installed_jars

USAGE = "usage: script/kafka start FOLDER | stop PID | install"
SKIPPED = 77


def start(folder: str) -> None:
    broker = Broker(pathlib.Path(folder).resolve(), serves_long=True)
    broker.start()
    print(f"{broker.bootstrap} {broker.process.pid}")


def stop(pid: str) -> None:
    command = pathlib.Path(f"/proc/{pid}/cmdline")
    if not command.exists() or b"kafka.Kafka" not in command.read_bytes().split(b"\0"):
        raise SystemExit(f"kafka: process {pid} is no broker")
    os.kill(int(pid), signal.SIGTERM)
    # Of a process that has ended and was not waited for, the command line is empty.
    wait_until(f"broker {pid} has ended", lambda: not command.exists() or not command.read_bytes())


def main(words: list[str]) -> None:
    try:
        match words:
            case ["start", folder]:
                start(folder)
            case ["stop", pid] if pid.isdecimal():
                stop(pid)
            case ["install"]:
                print(installed_jars())
            case _:
                print(USAGE, file=sys.stderr)
                raise SystemExit(2)
    except NoBroker as why:
        print(f"skipped: no broker: {why}")
        raise SystemExit(SKIPPED) from None


if __name__ == "__main__":
    main(sys.argv[1:])
