"""A reader of server-sent events that comes back where it was, as browsers do."""

import http.client
import json
import threading
import urllib.parse
from typing import Self

from .wire import Json

ANSWER_SECONDS_MAX = 60.0  # a silent stream says so four times in it
RETRY_SECONDS = 0.05


class EventStream:
    """GET /v1/events in a thread of its own, from `query` on, until it is closed."""

    def __init__(self, url: str, query: str = "") -> None:
        self._where = urllib.parse.urlsplit(url)
        self._path = "/v1/events" + (f"?{query}" if query else "")
        self.events: list[Json] = []  # as they came
        self.gaps: list[Json] = []
        self.connections = 0
        self.last_id: str | None = None  # after the first answer it is known from where on we read
        self.refused: str | None = None
        self._closed = threading.Event()
        self._connection: http.client.HTTPConnection | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()

    def _run(self) -> None:
        while not self._closed.is_set() and self.refused is None:
            try:
                self._read()
            except (OSError, http.client.HTTPException, ValueError):
                pass
            self._closed.wait(RETRY_SECONDS)

    def _read(self) -> None:
        connection = http.client.HTTPConnection(
            self._where.hostname or "127.0.0.1", self._where.port, timeout=ANSWER_SECONDS_MAX)
        try:
            headers = {"Accept": "text/event-stream"}
            if self.last_id is not None:
                headers["Last-Event-ID"] = self.last_id
            connection.request("GET", self._path, headers=headers)
            answer = connection.getresponse()
            if answer.status not in (200, 503):
                self.refused = f"{answer.status} {answer.read().decode()}"
            if answer.status == 200:
                self.connections += 1
                self._read_blocks(answer)
        finally:
            connection.close()

    def _read_blocks(self, answer: http.client.HTTPResponse) -> None:
        block: dict[str, str] = {}
        while not self._closed.is_set() and (line := answer.readline()):
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name:
                block[name] = value
            elif block:
                self._take(block)
                block = {}

    def _take(self, block: dict[str, str]) -> None:
        if "event" in block:
            told = json.loads(block["data"])
            (self.gaps if block["event"] == "makegood.gap" else self.events).append(told)
        # Only what is whole counts as seen.
        self.last_id = block.get("id", self.last_id)
