"""HTTP with kept connections, one a thread. Sends once: who wants a retry says so."""

import http.client
import json
import select
import socket
import threading
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

ANSWER_SECONDS_MAX = 30.0


class NoAnswer(Exception):
    """The connection ended, or the time was over, before an answer came."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def body(self) -> Json:
        return json.loads(self.text)

    @property
    def code(self) -> str:
        """Of a problem; empty when the answer has none."""
        try:
            return str(self.body.get("code", ""))
        except (ValueError, AttributeError):
            return ""

    @property
    def replayed(self) -> bool:
        return self.headers.get("Idempotent-Replayed") == "true"

    def __str__(self) -> str:
        return f"{self.status} {self.text}"


class Endpoint:
    """One base URL. May be used by every thread."""

    def __init__(self, url: str) -> None:
        self.url = url
        where = urllib.parse.urlsplit(url)
        self._host, self._port = where.hostname or "127.0.0.1", where.port or 80
        self._of_thread = threading.local()
        self._all: list[http.client.HTTPConnection] = []

    def call(
        self, method: str, path: str, body: Json | str | None = None, *,
        headers: Mapping[str, str] | None = None, timeout: float = ANSWER_SECONDS_MAX,
    ) -> Answer:
        """`body` is an object, or text that is sent as it is. Raises NoAnswer."""
        text = body if isinstance(body, str) or body is None else json.dumps(body)
        sent = {} if text is None else {"Content-Type": "application/json"}
        sent.update(headers or {})
        connection = self._connection(timeout)
        try:
            connection.request(method, path, text, sent)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read().decode())
        except (OSError, http.client.HTTPException) as failure:
            connection.close()
            raise NoAnswer(f"{method} {self.url}{path}: {failure!r}") from failure

    def get(self, path: str) -> Json:
        """The body of a 200; anything else is an AssertionError."""
        answer = self.call("GET", path)
        if answer.status != 200:
            raise AssertionError(f"GET {self.url}{path}: {answer}")
        return answer.body

    def close(self) -> None:
        while self._all:
            self._all.pop().close()

    def _connection(self, timeout: float) -> http.client.HTTPConnection:
        kept: http.client.HTTPConnection | None = getattr(self._of_thread, "connection", None)
        if kept is None:
            kept = http.client.HTTPConnection(self._host, self._port)
            self._of_thread.connection = kept
            self._all.append(kept)
        if kept.sock is not None and _has_ended(kept.sock):
            kept.close()
        kept.timeout = timeout
        if kept.sock is not None:
            kept.sock.settimeout(timeout)
        return kept


def _has_ended(sock: socket.socket) -> bool:
    """Whether the peer of an idle connection has hung up: nothing else makes it readable."""
    watched = select.poll()
    watched.register(sock, select.POLLIN)
    return bool(watched.poll(0))
