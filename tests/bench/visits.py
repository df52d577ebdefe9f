"""An officer at work as the screens and the API let them be: looks, reads, seeks, acts, and thinks."""

from __future__ import annotations

import http.client
import json
import re
import threading
import time
from collections.abc import Callable, Collection, Mapping
from random import Random
from typing import Any

from app.demo.accounts import PASSWORD
from tests.bench.rest import Answer, Doors
from tests.bench.visitors import JSON, officer

Tell = Callable[..., None]
TOKEN_LASTS = 600.0
"""Seconds; a token of the API is good for fifteen minutes."""

ARRIVE_WITHIN = 60.0
"""Seconds; an office does not sign in at one stroke."""

LISTS, SEARCHES, ACTS = 0.15, 0.1, 0.2
"""How often a visit goes on to a list, a search, an act."""

WORDS = ("selokan", "jembatan", "lampu jalan", "sampah", "antrean", "banjir", "pupuk")
_CASE = re.compile(r'href="/aduan/(\d+)[#"]')
AT_STEP: dict[str, tuple[str, dict[str, Any]]] = {
    "register": ("register", {"incomplete_reason": "Data menyusul."}),
    "check": ("approve_check", {}),
    "report": ("report", {}),
    "relay": ("relay", {}),
    "agency_receive": ("accept", {}),
    "agency_dispose": ("dispose", {"instruction": "Siapkan tanggapan."}),
    "draft_answer": ("submit_draft", {"subject": "Tanggapan", "body": "Sudah ditangani."}),
    "sign_answer": ("sign", {}),
    "send_answer": ("send", {"without_scan_reason": "Asli dikirim dengan kurir"}),
    "dispose_answer": ("dispose_answer", {"instruction": "Sampaikan."}),
    "reply": ("reply", {"text": "Sudah ditangani.", "proof": "Dicatat."}),
}
DIRECTION = {"agencies": ["dishub"], "lead": "dishub", "instruction": "Tindak lanjuti.", "urgency": "normal"}
DIRECTION |= {"field_visit": False, "route": "via_admin"}


class Visitor(threading.Thread):
    """Somebody who asks the program and tells how it went."""

    def __init__(self, port: int, over: threading.Event, tell: Tell, random: Random) -> None:
        super().__init__()
        self.port, self.over, self.tell, self.random = port, over, tell, random
        self.doors = Doors([port])

    def run(self) -> None:
        """Work until it is over; a fault of one's own is told like any other."""
        while not self.over.is_set():
            try:
                self.work()
            except Exception as fault:
                self.tell(kind="client", seconds=0.0, status=0, wrong=repr(fault)[:300])
                self.over.wait(1)

    def work(self) -> None:
        """One visit."""
        raise NotImplementedError

    def asked(
        self,
        kind: str,
        path: str,
        headers: Mapping[str, str],
        body: str | None = None,
        good: Collection[int] = (200,),
    ) -> Answer | None:
        """One question, told by its kind; None where the answer is not a good one."""
        began = time.perf_counter()
        try:
            answer = self.doors.ask("POST" if body is not None else "GET", path, body, headers)
        except (OSError, http.client.HTTPException) as cut:
            self.tell(kind=kind, seconds=time.perf_counter() - began, status=0, wrong=f"{path}: {cut!r}")
            return None
        wrong = "" if answer.status in good else f"{path}: {answer.told}"
        self.tell(kind=kind, seconds=time.perf_counter() - began, status=answer.status, wrong=wrong)
        return None if wrong else answer


class ApiUser(Visitor):
    """Somebody whose program signs in again before its token ends."""

    username = "admin.aduan"
    _token: Mapping[str, str] | None = None
    _until = 0.0

    def token(self) -> Mapping[str, str] | None:
        """The headers by which the API knows this officer."""
        if self._token is None or time.monotonic() > self._until:
            body = json.dumps({"username": self.username, "password": PASSWORD, "provider": "db"})
            answer = self.asked("api sign-in", "/api/v1/security/login", JSON, body)
            token = json.loads(answer.content)["access_token"] if answer else ""
            self._token = {"Authorization": f"Bearer {token}"} | JSON if token else None
            self._until = time.monotonic() + TOKEN_LASTS * self.random.uniform(0.8, 1)
        return self._token


class Officer(ApiUser):
    """One at a desk: the inbox, a case, sometimes a list or a search, sometimes what is theirs to do."""

    def __init__(
        self, port: int, over: threading.Event, tell: Tell, random: Random, username: str, think: float
    ) -> None:
        super().__init__(port, over, tell, random)
        self.username, self.think = username, think
        self.cookie: Mapping[str, str] = {}

    def work(self) -> None:
        """One visit and the thinking after it."""
        if not self.cookie:
            self.over.wait(self.random.uniform(0, ARRIVE_WITHIN))
            self.cookie = officer(self.port, self.username)
        self._look()
        if self.random.random() < ACTS:
            self._act()
        self.over.wait(self.think)

    def _look(self) -> None:
        inbox = self.asked("inbox", "/", self.cookie)
        cases = _CASE.findall(inbox.content.decode()) if inbox else []
        if cases:
            self.asked("case", f"/aduan/{self.random.choice(cases)}", self.cookie)
        if self.random.random() < LISTS:
            self.asked("list", f"/aduan/?hal={self.random.randrange(1, 5)}", self.cookie)
        if self.random.random() < SEARCHES:
            self.asked("search", f"/aduan/?q={self.random.choice(WORDS).replace(' ', '+')}", self.cookie)

    def _act(self) -> None:
        """Something of the worklist; another officer may have been quicker, which is no fault."""
        token = self.token()
        work = self.asked("worklist", "/api/v1/worklist/?page_size=25", token) if token else None
        if token is None or work is None or not work.result:
            return
        item = self.random.choice(work.result)
        wish = _wish_for(item)
        if wish is not None:
            path = f"/api/v1/complaint/{item['complaint']['id']}/actions"
            self.asked("act", path, token, json.dumps(wish), good=(200, 404, 409, 412))


def _wish_for(item: dict[str, Any]) -> dict[str, Any] | None:
    """The act that ends a step; a direction asked for again for one agency waits for somebody who thinks longer."""
    if item["step"] == "direct":
        action, params = ("direct", DIRECTION) if not item["agency"] else ("", {})
    else:
        action, params = AT_STEP.get(item["step"], ("", {}))
    wish = {"action": action, "params": params, "expected_version": item["complaint"]["version"]}
    return wish | ({"agency": item["agency"]} if item["agency"] else {}) if action else None
