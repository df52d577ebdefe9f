"""Citizens who look their case up, and the counter that takes new ones in: so many a second, however long it takes."""

from __future__ import annotations

import itertools
import json
import re
import threading
import time
from random import Random
from urllib.parse import urlencode

from tests.bench.filling.words import TOPICS, tell
from tests.bench.living import a_case
from tests.bench.visits import ApiUser, Tell, Visitor

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
LONGEST_BACKLOG = 2.0
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_SERIAL = itertools.count(1)


class Pace:
    """So many turns a second for all who share it; turns that nobody could take for too long are dropped."""

    def __init__(self, per_second: float) -> None:
        self._step, self._next, self._guard = 1 / per_second, time.monotonic(), threading.Lock()

    def turn(self) -> float:
        """Seconds until the turn that was taken."""
        with self._guard:
            now = time.monotonic()
            self._next = max(self._next + self._step, now - LONGEST_BACKLOG)
            return max(0.0, self._next - now)


class Reader(Visitor):
    """A citizen with number and code, each time another one from another address."""

    def __init__(
        self,
        port: int,
        over: threading.Event,
        tell: Tell,
        random: Random,
        pace: Pace,
        tracked: list[tuple[str, str]],
    ) -> None:
        super().__init__(port, over, tell, random)
        self.pace, self.tracked = pace, tracked

    def work(self) -> None:
        """The form, number and code, the case."""
        if self.over.wait(self.pace.turn()):
            return
        serial, (number, code) = next(_SERIAL), self.random.choice(self.tracked)
        source = {"X-Forwarded-For": f"10.{serial >> 16 & 255}.{serial >> 8 & 255}.{serial & 255}"}
        form = self.asked("tracking form", "/lacak", source)
        found = _TOKEN.search(form.content.decode()) if form else None
        if form is None or found is None:
            return
        body = urlencode({"number": number, "code": code, "csrf_token": found[1]})
        headers = source | FORM | {"Cookie": form.headers["cookie"]}
        proof = self.asked("tracking code", "/lacak", headers, body, good=(303,))
        if proof is not None:
            self.asked("tracking page", "/lacak/kasus", source | {"Cookie": proof.headers["cookie"]})


class Creator(ApiUser):
    """The office's own program, which takes in what came by letter and at the counter."""

    def __init__(self, port: int, over: threading.Event, tell: Tell, random: Random, pace: Pace) -> None:
        super().__init__(port, over, tell, random)
        self.pace = pace

    def work(self) -> None:
        """One new case."""
        if self.over.wait(self.pace.turn()):
            return
        token, serial = self.token(), next(_SERIAL)
        topic = self.random.choice(TOPICS)
        told = tell(topic, "Riwa", self.random)
        body = a_case(told.title, serial) | {"body": told.body, "category": topic.category}
        body["reporter"]["email"] = f"warga{serial}@pelapor.example"
        if token is not None:
            self.asked("create", "/api/v1/complaint/", token, json.dumps(body), good=(201,))
