"""One who asks the program over HTTP as a careful client does: at its doors in turn, again where nothing was told."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PATIENCE_SECONDS = 60.0
AGAIN_AFTER = 0.1
ASK_AGAIN = (502, 503, 504)


class NoAnswer(Exception):
    """Nothing was told within the time that a client waits."""


@dataclass(frozen=True)
class Answer:
    """What one door answered, and by which port it was reached."""

    status: int
    content: bytes
    headers: Mapping[str, str]
    port: int

    @property
    def result(self) -> Any:
        """The representation in an answer of the API."""
        return json.loads(self.content)["result"]

    @property
    def told(self) -> str:
        """The beginning of the answer, for whoever looks into a fault."""
        return f"{self.status} {self.content[:300].decode(errors='replace')}"

    @property
    def is_final(self) -> bool:
        """A 409 may say that the first of two equal requests is still at work: that is no answer yet."""
        return self.status not in ASK_AGAIN and not (self.status == 409 and b"request_in_progress" in self.content)


class Doors:
    """The ports of one program; each question goes to the next of them. For one thread."""

    def __init__(self, ports: Sequence[int], patience: float = PATIENCE_SECONDS) -> None:
        self.ports, self.patience = tuple(ports), patience
        self.again: Counter[str] = Counter()
        self._turn, self._pause = 0, threading.Event()

    def ask(self, method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None) -> Answer:
        """One question at the next door; raises OSError or HTTPException where it was cut."""
        port = self.ports[self._turn % len(self.ports)]
        self._turn += 1
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=self.patience)
        try:
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            return Answer(answer.status, answer.read(), _headers_of(answer), port)
        finally:
            connection.close()

    def until_answered(self, method: str, path: str, body: str, headers: Mapping[str, str]) -> Answer:
        """The answer to one wish, sent to one door after the other until there is one; its headers hold the
        Idempotency-Key by which it is done once.
        """
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline:
            try:
                answer = self.ask(method, path, body, headers)
            except (OSError, http.client.HTTPException) as cut:
                self.again[type(cut).__name__] += 1
            else:
                if answer.is_final:
                    return answer
                self.again[str(answer.status)] += 1
            self._pause.wait(AGAIN_AFTER)
        raise NoAnswer(f"{method} {path}: {dict(self.again)}")


def _headers_of(answer: http.client.HTTPResponse) -> dict[str, str]:
    """Names in small letters; of cookies as many as there are, as a browser would send them back."""
    found = {name.lower(): value for name, value in answer.getheaders()}
    cookies = [value.partition(";")[0] for value in answer.headers.get_all("Set-Cookie") or []]
    return found | ({"cookie": "; ".join(cookies)} if cookies else {})
