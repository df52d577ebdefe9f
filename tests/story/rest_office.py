"""Officers at the API of a running program, and what becomes of the messages about their complaint."""

from __future__ import annotations

import json
import urllib.request
from collections import Counter
from collections.abc import Callable
from typing import Any

from rq import Queue
from rq.registry import StartedJobRegistry

from app.core.jobs import QueueName
from app.demo.accounts import PASSWORD
from jobs.registry import queue
from tests.factories import a_report
from tests.story.live import LiveProgram, wait_until

HOUSES = ("dpuprperkim", "dishub", "dplh")
DIRECTION = {"instruction": "Tindak lanjuti.", "urgency": "normal", "field_visit": False, "route": "fast"}
NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class RestOffice:
    """Officers at the API of the running program, and one complaint on the table."""

    def __init__(self, program: LiveProgram) -> None:
        self.program = program
        self.tokens: dict[str, str] = {}
        self.case: dict[str, Any] = self.ask("complaint/", a_report(), "admin.aduan")["result"]

    def ask(self, path: str, body: dict[str, Any], username: str = "") -> dict[str, Any]:
        headers = {"Content-Type": "application/json"}
        if username:
            headers["Authorization"] = f"Bearer {self._token(username)}"
        url = f"{self.program.url}/api/v1/{path}"
        request = urllib.request.Request(url, json.dumps(body).encode(), headers)  # noqa: S310  (our own program)
        with NO_PROXY.open(request, timeout=60) as answer:
            return dict(json.load(answer))

    def _token(self, username: str) -> str:
        if username not in self.tokens:
            credentials = {"username": username, "password": PASSWORD, "provider": "db"}
            self.tokens[username] = self.ask("security/login", credentials)["access_token"]
        return self.tokens[username]

    def act(self, username: str, action: str, **params: Any) -> None:
        house = username.partition(".")[2]
        wish: dict[str, Any] = {"action": action, "params": params, "expected_version": self.case["version"]}
        wish |= {"agency": house} if house in HOUSES else {}
        self.case = self.ask(f"complaint/{self.case['id']}/actions", wish, username)["result"]

    def to_three_agencies(self) -> None:
        self.act("admin.aduan", "register")
        self.act("kasi", "approve_check")
        self.act("kabid", "report")
        self.act("kadis", "direct", agencies=list(HOUSES), lead=HOUSES[0], **DIRECTION)

    def steps_to_draft(self) -> list[Callable[[], None]]:
        """The acts from the first step until one agency drafts, each of which tells another officer."""
        house, disposed = HOUSES[0], {"instruction": "Siapkan."}
        return [
            lambda: self.act("admin.aduan", "register"),
            lambda: self.act("kasi", "approve_check"),
            lambda: self.act("kabid", "report"),
            lambda: self.act("kadis", "direct", agencies=[house], lead=house, **DIRECTION),
            lambda: self.act(f"admin.{house}", "accept"),
            lambda: self.act(f"kepala.{house}", "dispose", **disposed),
        ]

    def signed(self, house: str) -> None:
        self.act(f"admin.{house}", "accept")
        self.act(f"kepala.{house}", "dispose", instruction="Siapkan.")
        self.act(f"sekretaris.{house}", "submit_draft", subject="Tanggapan", body="Sudah ditangani.")
        self.act(f"kepala.{house}", "sign")


def recipients_of(program: LiveProgram, office: RestOffice) -> Counter[str]:
    """How many messages about this complaint each officer has got."""
    return Counter(mail["To"].removesuffix("@balangan.example") for mail in program.mail.about(office.case["number"]))


def states(program: LiveProgram, office: RestOffice) -> Counter[str]:
    """How the rows of the outbox stand."""
    statement = (
        "SELECT DISTINCT delivery.id, state FROM delivery JOIN delivery_item ON delivery_id = delivery.id"
        " JOIN notice ON notice.id = notice_id WHERE notice.complaint_id = %s"
    )
    return Counter(str(state) for _, state in program.query(statement, office.case["id"]))


def wait_until_sent(program: LiveProgram, office: RestOffice) -> int:
    """Return the number of rows once all have left the outbox; relays look for lost ones once a minute."""
    wait_until(lambda: set(states(program, office)) == {"sent"}, "every message is sent", 150)
    return states(program, office).total()


def wait_until_idle(program: LiveProgram) -> None:
    """No job waits or runs."""
    with program.queue() as connection:
        wait_until(lambda: all(is_idle(queue(name, connection)) for name in QueueName), "the queues run dry")


def forget_abandoned(program: LiveProgram) -> None:
    """Drop what RQ's books say of killed workers' jobs, which RQ itself would take up a minute later."""
    with program.queue() as connection:
        for name in QueueName:
            connection.delete(StartedJobRegistry(queue=queue(name, connection)).key)


def is_idle(jobs: Queue) -> bool:
    return not jobs.count and not StartedJobRegistry(queue=jobs).get_job_ids(cleanup=False)


def letters(program: LiveProgram, office: RestOffice) -> list[tuple[Any, ...]]:
    return program.query("SELECT state FROM paper WHERE complaint_id = %s", office.case["id"])
