"""From an act at the web's door to the officer's mail box: once each, also when a worker is killed or Redis forgets."""

import json
import urllib.request
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from rq import Queue
from rq.registry import StartedJobRegistry

from app.demo.accounts import PASSWORD
from app.job_names import JobName, QueueName
from jobs.listed_job import queue
from tests.factories import a_report
from tests.story.live import PATIENCE_SECONDS, LiveProgram, live_program, wait_until

HOUSES = ("dpuprperkim", "dishub", "dplh")
NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@pytest.fixture(scope="module")
def served(session_app: Flask, worker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveProgram]:
    """The web process alone; each test starts the workers that it needs."""
    with live_program("queue", worker, tmp_path_factory.mktemp("live") / "home") as program:
        program.start("web")
        program.wait_until_served()
        yield program
        assert program.tracebacks() == []


@pytest.fixture
def program(served: LiveProgram) -> Iterator[LiveProgram]:
    """Nothing runs behind the web process, and no message was taken yet."""
    served.mail.mails.clear()
    yield served
    served.mail.let_go()
    served.stop_all_but("web")
    with served.queue() as connection:
        connection.flushdb()


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
        direction = {"instruction": "Tindak lanjuti.", "urgency": "normal", "field_visit": False, "route": "fast"}
        self.act("kadis", "direct", agencies=list(HOUSES), lead=HOUSES[0], **direction)

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
        " JOIN notice ON notice.id = notice_id WHERE complaint_id = %s"
    )
    return Counter(str(state) for _, state in program.query(statement, office.case["id"]))


def wait_until_sent(program: LiveProgram, office: RestOffice) -> int:
    """Every row has left the outbox; how many rows there are."""
    wait_until(lambda: set(states(program, office)) == {"sent"}, "every message is sent")
    return states(program, office).total()


def wait_until_idle(program: LiveProgram) -> None:
    """No job waits or runs."""
    with program.queue() as connection:
        wait_until(lambda: all(is_idle(queue(name, connection)) for name in QueueName), "the queues run dry")


def is_idle(jobs: Queue) -> bool:
    return not jobs.count and not StartedJobRegistry(queue=jobs).get_job_ids(cleanup=False)


def letters(program: LiveProgram, office: RestOffice) -> list[tuple[Any, ...]]:
    return program.query("SELECT pdf_state FROM letter WHERE complaint_id = %s", office.case["id"])


def take_abandoned_job(program: LiveProgram) -> tuple[Any, ...]:
    """What the job of a killed worker was about; RQ's own maintenance brings it back a minute and a half later."""
    with program.queue() as connection:
        notices = queue(QueueName.NOTICES, connection)
        registry = StartedJobRegistry(queue=notices)
        (job,) = (notices.fetch_job(job_id) for job_id in registry.get_job_ids(cleanup=False))
        connection.delete(registry.key)
        assert job is not None
        assert job.func_name == JobName.DELIVER
        return tuple(job.args)


def killed_at(program: LiveProgram, command: str) -> tuple[RestOffice, tuple[Any, ...]]:
    """An act whose notice was on its way when its worker was killed, at that command to the mail server."""
    program.mail.hold_at(command)
    program.start("worker", "worker-1")
    office = RestOffice(program)
    office.act("admin.aduan", "register")
    assert program.mail.holding.wait(PATIENCE_SECONDS)
    program.kill("worker-1")
    program.mail.let_go()
    assert states(program, office) == {"queued": 1}
    return office, take_abandoned_job(program)


def carried_on(program: LiveProgram, office: RestOffice, abandoned: tuple[Any, ...]) -> int:
    """Another worker and a sweep finish the work, and what RQ revives later finds nothing to do; the rows sent."""
    program.start("worker", "worker-2")
    program.start("scheduler")
    rows = wait_until_sent(program, office)
    with program.queue() as connection:
        queue(QueueName.NOTICES, connection).enqueue_call(JobName.DELIVER, abandoned)
    wait_until_idle(program)
    return rows


def test_every_officer_is_told_once_by_two_workers_and_a_sweep(program: LiveProgram) -> None:
    for name in ("worker-1", "worker-2"):
        program.start("worker", name)
    program.start("scheduler")
    office = RestOffice(program)
    office.to_three_agencies()
    rows = wait_until_sent(program, office)
    wait_until_idle(program)

    recipients = ["kasi", "kabid", "kadis", *(f"admin.{house}" for house in HOUSES)]
    assert recipients_of(program, office) == Counter(recipients)
    assert rows == len(recipients)


def test_a_worker_killed_before_the_mail_was_taken_costs_nobody_the_notice(program: LiveProgram) -> None:
    office, abandoned = killed_at(program, "RCPT")
    assert recipients_of(program, office) == Counter()
    assert carried_on(program, office, abandoned) == 1
    assert recipients_of(program, office) == {"kasi": 1}


def test_a_worker_killed_after_the_mail_was_taken_sends_one_more_copy_of_the_same_message(
    program: LiveProgram,
) -> None:
    """Its sender cannot know that it was taken; by its Message-ID a mail program knows the copy."""
    office, abandoned = killed_at(program, "DATA")
    assert recipients_of(program, office) == {"kasi": 1}
    assert carried_on(program, office, abandoned) == 1
    first, second = program.mail.about(office.case["number"])
    assert (first["Message-ID"], first["To"]) == (second["Message-ID"], second["To"])


def test_what_redis_forgets_is_found_in_the_database(program: LiveProgram) -> None:
    office = RestOffice(program)
    office.to_three_agencies()
    office.signed("dishub")
    with program.queue() as connection:
        assert queue(QueueName.NOTICES, connection).count == 8
        assert queue(QueueName.DOCUMENTS, connection).count == 1
        connection.flushdb()
    program.start("worker", "worker-1")
    program.start("scheduler")
    rows = wait_until_sent(program, office)
    wait_until(lambda: letters(program, office) == [("ready",)], "the letter is drawn")
    wait_until_idle(program)

    agency = ["kepala.dishub", "sekretaris.dishub"]
    recipients = ["kasi", "kabid", "kadis", *(f"admin.{house}" for house in HOUSES), *agency]
    assert recipients_of(program, office) == Counter(recipients)
    assert rows == len(recipients)
