"""People and programs at work while things break; each writes down what it was promised, and asks again where it was
told nothing.

A call ends `ok` with an answer, or unknown (cut, timed out, 5xx); an unknown one is sent again with the same
Idempotency-Key until it is answered, as a careful client does.
"""

from __future__ import annotations

import base64
import hashlib
import io
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import requests
from PIL import Image

from app.demo.accounts import PASSWORD
from tests.factories import a_report
from tests.faults.house import House
from tests.sp4n.reports import a_revision
from tests.story.live import wait_until

PATIENCE = 10
TO_THE_END, BACK_AT_WORK = 120, 180
WITH_FILE = 5
HOUSES = ("dishub", "dplh")
ASK_AGAIN = frozenset({409, 423, 429, 500, 502, 503, 504})


@dataclass
class Promises:
    """What the clients were told: cases made by title, acts by case, revisions and files taken, changes read."""

    made: dict[str, str] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    acts: dict[int, list[str]] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    changes: list[tuple[str, int]] = field(default_factory=list)
    unanswered: Counter[str] = field(default_factory=Counter)
    ok: int = 0
    refused: list[str] = field(default_factory=list)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def note_answer(self) -> None:
        with self.guard:
            self.ok += 1

    def note_silence(self, why: str) -> None:
        """A call that told us nothing: the kind of its failure, or the status that says to ask again."""
        with self.guard:
            self.unanswered[why] += 1


class Pace:
    """How a scenario lets time pass: by seconds, or until work goes on, so that what it breaks is in use."""

    def __init__(self, promises: Promises) -> None:
        self._promises, self._never = promises, threading.Event()

    def __call__(self, seconds: float) -> None:
        self._never.wait(seconds)

    def unanswered(self, why: str) -> int:
        """How many calls have got no answer so far for this reason: a status, or the kind of a failure."""
        return self._promises.unanswered[why]

    def until_work_goes_on(self, answers: int = 10) -> None:
        """Return once so many more wishes were answered."""
        wanted = self._promises.ok + answers
        wait_until(lambda: self._promises.ok >= wanted, f"{answers} more answers", BACK_AT_WORK)


class Client:
    """One that talks to the program over HTTP for as long as the run lasts."""

    def __init__(self, house: House, promises: Promises, over: threading.Event, name: str) -> None:
        self.house, self.promises, self.over, self.name = house, promises, over, name
        self.session, self._tokens, self._serial = requests.Session(), dict[str, str](), 0
        self.session.trust_env = False

    def until_answered(self, method: str, path: str, body: Any, username: str = "") -> requests.Response:
        """The answer to one wish, however often it has to be sent; a refusal is an answer too."""
        self._serial += 1
        key, answer = f"{self.name}-{self._serial}", None
        while answer is None:
            answer = self._once(method, path, body, username, key)
            if answer is None and self.over.wait(0.2) and self._is_late():
                raise TimeoutError(f"{self.name}: no answer to {method} {path}")
        self.promises.note_answer()
        return answer

    def _is_late(self) -> bool:
        """Whether the run is over since a long time; a wish that began within it is still asked for."""
        self._late_at = getattr(self, "_late_at", time.monotonic() + 120)
        return time.monotonic() > self._late_at

    def _once(self, method: str, path: str, body: Any, username: str, key: str) -> requests.Response | None:
        try:
            headers = {"Authorization": f"Bearer {self._token(username)}", "Idempotency-Key": key}
            answer = self.session.request(
                method, f"{self.house.url}/api/v1/{path}", json=body, headers=headers, timeout=PATIENCE
            )
        except (requests.RequestException, KeyError, ValueError) as failure:
            self.promises.note_silence(type(failure).__name__)
            return None
        if answer.status_code == 401:
            self._tokens.pop(username, None)
        if answer.status_code in (ASK_AGAIN | {401}) - self._final(answer):
            self.promises.note_silence(str(answer.status_code))
            return None
        return answer

    def _final(self, answer: requests.Response) -> set[int]:
        """A 409 that says the form is stale is an answer; one that says the first is still at work, or that a worker
        still draws the letter, is none.
        """
        waits = any(reason in answer.text for reason in ("request_in_progress", "letter_not_ready"))
        return {409} if answer.status_code == 409 and not waits else set()

    def _token(self, username: str) -> str:
        if not username:
            return self.house.key
        if username not in self._tokens:
            body = {"username": username, "password": PASSWORD, "provider": "db"}
            url = f"{self.house.url}/api/v1/security/login"
            self._tokens[username] = self.session.post(url, json=body, timeout=PATIENCE).json()["access_token"]
        return self._tokens[username]

    def run(self) -> None:
        """Work until the run is over."""
        raise NotImplementedError


class Office(Client):
    """Takes complaints in and leads each through its steps, one act after the other."""

    def run(self) -> None:
        number = 0
        while not self.over.is_set():
            number += 1
            self._lead(f"Laporan {self.name} {number}")

    def _lead(self, title: str) -> None:
        self.promises.asked.add(title)
        answer = self.until_answered("POST", "complaint/", a_report(title=title), "admin.aduan")
        if answer.status_code != 201:
            self.promises.refused.append(f"{title}: {answer.status_code} {answer.text[:200]}")
            return
        case = answer.json()["result"]
        self.promises.made[title] = case["number"]
        for username, action, params in _steps():
            if self.over.is_set():
                return
            case = self._act(case, username, action, params)

    def _act(self, case: dict[str, Any], username: str, action: str, params: dict[str, Any]) -> dict[str, Any]:
        wish = {"action": action, "params": params, "expected_version": case["version"]}
        agency = username.partition(".")[2]
        wish |= {"agency": agency} if agency in HOUSES else {}
        answer = self.until_answered("POST", f"complaint/{case['id']}/actions", wish, username)
        if answer.status_code != 200:
            self.promises.refused.append(f"{case['number']} {action}: {answer.status_code} {answer.text[:200]}")
            return case
        self.promises.acts.setdefault(case["id"], []).append(action)
        return dict(answer.json()["result"])


def _steps() -> list[tuple[str, str, dict[str, Any]]]:
    """Every act of a case from its first step to its reply, with the officer whose it is."""
    direct = {"agencies": list(HOUSES), "lead": HOUSES[0], "instruction": "Tindak lanjuti.", "urgency": "normal"}
    direct |= {"field_visit": False, "route": "fast"}
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("admin.aduan", "register", {}),
        ("kasi", "approve_check", {}),
        ("kabid", "report", {}),
        ("kadis", "direct", direct),
    ]
    draft = {"subject": "Tanggapan", "body": "Sudah ditangani."}
    for house in HOUSES:
        steps += [(f"admin.{house}", "accept", {}), (f"kepala.{house}", "dispose", {"instruction": "Siapkan."})]
        steps += [(f"sekretaris.{house}", "submit_draft", draft), (f"kepala.{house}", "sign", {})]
        steps += [(f"admin.{house}", "send", {"without_scan_reason": "Asli dikirim dengan kurir"})]
    steps += [("kadis", "dispose_answer", {"instruction": "Jawab."})]
    return [*steps, ("admin.aduan", "reply", {"text": "Sudah ditangani.", "proof": "Dicatat."})]


class Sp4n(Client):
    """Sends revisions of reports, some of them with a file."""

    def run(self) -> None:
        number = 0
        while not self.over.wait(0.3):
            number += 1
            tracking_id, revision = str(9_000_000 + number % 20), 1 + number // 20
            self._send(tracking_id, revision, a_picture(number) if number % WITH_FILE == 0 else None)

    def _send(self, tracking_id: str, revision: int, file: bytes | None) -> None:
        body = a_revision(revision, title=f"Laporan SP4N {tracking_id}")
        if file is not None:
            body["attachments"] = [{"filename": "foto.png", "content_base64": base64.b64encode(file).decode()}]
        answer = self.until_answered("PUT", f"sp4n/reports/{tracking_id}", body)
        if answer.status_code not in (200, 201):
            self.promises.refused.append(f"{tracking_id}: {answer.status_code} {answer.text[:200]}")
            return
        self.promises.revisions[tracking_id] = revision
        if file is not None:
            self.promises.files[tracking_id] = hashlib.sha256(file).hexdigest()


def a_picture(number: int) -> bytes:
    """A small picture that is like no other."""
    file = io.BytesIO()
    Image.new("RGB", (40, 40), (number % 256, number // 256, 0)).save(file, "png")
    return file.getvalue()


class FeedReader(Client):
    """Reads the feed from its beginning, page by page, and starts again from its cursor after each fault."""

    after = ""

    def run(self) -> None:
        while not self.over.wait(0.3):
            self.read_on()

    def read_on(self) -> bool:
        """One page; whether it held anything."""
        answer = self._once("GET", f"sp4n/changes?after={self.after}&limit=100", None, "", "")
        if answer is None or answer.status_code != 200:
            return True
        page = answer.json()["result"]
        self.promises.changes += [(change["tracking_id"], change["version"]) for change in page["changes"]]
        self.after = page["next"]
        return bool(page["changes"])


Worker = TypeVar("Worker", bound=Client)


class Load:
    """All of them at once; leaving the block ends their wishes in order and waits for the last answers."""

    def __init__(self, house: House, offices: int = 3) -> None:
        self.promises, self._over = Promises(), threading.Event()
        self._told, self._threads = (house, self.promises, self._over), list[threading.Thread]()
        for number in range(offices):
            self.add(Office, f"kantor-{number}")
        self.add(Sp4n, "sp4n")
        self.reader = self.add(FeedReader, "feed")

    def add(self, kind: type[Worker], name: str) -> Worker:
        """One more client, before they start."""
        client = kind(*self._told, name)
        self._threads.append(threading.Thread(target=_kept(client.run, self.promises)))
        return client

    def __enter__(self) -> Promises:
        for thread in self._threads:
            thread.start()
        return self.promises

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(180)

    def read_to_the_end(self) -> None:
        """The reader catches up; a reader that is refused for minutes fails the run."""
        wait_until(lambda: not self.reader.read_on(), "the feed is read to its end", TO_THE_END)


def _kept(work: Callable[[], None], promises: Promises) -> Callable[[], None]:
    def run() -> None:
        try:
            work()
        except Exception as failure:
            promises.refused.append(f"a client gave up: {failure!r}")

    return run
