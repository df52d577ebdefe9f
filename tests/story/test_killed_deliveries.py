"""A worker or its horse killed with signal 9, wherever a delivery stands or while a letter is drawn: nothing is lost.

A worker killed while a sweep of alarms runs: tests/cases/test_time_travel.py. VICTIMS=worker,horse in the environment
kills horses too. `make test` kills the drawing of a letter; deliveries are killed in `make faults` and `make deep`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from app.core.clock import utc_now
from app.core.jobs import JobName, QueueName
from jobs.registry import queue
from tests.story.held_mail import PLACES, TAKEN
from tests.story.live import LiveProgram, live_program, wait_until
from tests.story.rest_office import RestOffice, forget_abandoned, letters, wait_until_idle, wait_until_sent

KILLED_WORK = timedelta(seconds=60)
"""How long killed work may rest, counted from when a worker is there again."""

VICTIMS = os.environ.get("VICTIMS", "worker").split(",")
HOUSE = "dpuprperkim"
AGENCY = tuple(f"{who}.{HOUSE}" for who in ("admin", "kepala", "sekretaris"))
TOLD = dict(zip(PLACES, ("kasi", "kabid", "kadis", *AGENCY), strict=True))


@dataclass(frozen=True)
class Fate:
    """What became of a message whose delivery was killed."""

    state: str
    goes_on_after: timedelta
    recipients: tuple[str, ...]


@pytest.fixture(scope="module")
def program(session_app: Flask, worker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveProgram]:
    """The web process; each drama starts the workers that it needs."""
    with live_program("killed", worker, tmp_path_factory.mktemp("live") / "home") as started:
        started.start("web")
        started.wait_until_served()
        yield started
        assert started.tracebacks() == []


def kill_workers(program: LiveProgram) -> tuple[RestOffice, dict[str, datetime]]:
    """A worker at each place, all of them killed with their horses; one takes their part, as the launcher starts it."""
    office = RestOffice(program)
    names = {place: f"worker-{place}" for place in PLACES}
    for name in names.values():
        program.start("worker", name)
    program.mail.hold_at(*PLACES)
    for place, act in zip(PLACES, office.steps_to_draft(), strict=True):
        act()
        wait_until(lambda place=place: place in program.mail.holding, f"a delivery stands at {place}")
    killed = {place: program.kill(name) for place, name in names.items()}
    program.mail.let_go()
    program.start("scheduler")
    program.start("worker", "worker-after")
    working_at = program.wait_until_working("worker-after")
    return office, {place: max(killed_at, working_at) for place, killed_at in killed.items()}


def kill_horses(program: LiveProgram) -> tuple[RestOffice, dict[str, datetime]]:
    """One worker that loses its horse at each place, one message after the other, and lives on."""
    office = RestOffice(program)
    for act in office.steps_to_draft():
        act()
    program.mail.hold_at(*PLACES)
    program.start("worker", "worker-1")
    program.start("scheduler")
    killed = {}
    for place in PLACES:
        wait_until(lambda place=place: place in program.mail.holding, f"a delivery stands at {place}")
        killed[place] = program.kill_horse("worker-1")
    program.mail.let_go()
    return office, killed


KILL = {"worker": kill_workers, "horse": kill_horses}


@pytest.fixture(scope="module", params=VICTIMS)
def fates(program: LiveProgram, request: pytest.FixtureRequest) -> dict[str, Fate]:
    """How it ended for the message that was at each place, and what RQ brings back later finds nothing to do."""
    with program.cleared_after():
        return fates_of(program, *KILL[request.param](program))


def fates_of(program: LiveProgram, office: RestOffice, killed: dict[str, datetime]) -> dict[str, Fate]:
    wait_until_sent(program, office)
    rows = deliveries(program, office)
    with program.queue() as connection:
        for delivery, _, _ in rows:
            queue(QueueName.NOTICES, connection).enqueue_call(JobName.DELIVER, (delivery,))
    forget_abandoned(program)
    wait_until_idle(program)
    return {place: fate(program, row, killed[place]) for place, row in zip(PLACES, rows, strict=True)}


def deliveries(program: LiveProgram, office: RestOffice) -> list[tuple[Any, ...]]:
    """The messages in the order in which they were written."""
    statement = (
        "SELECT DISTINCT delivery.id, state, sent_at FROM delivery JOIN delivery_item ON delivery_id = delivery.id"
        " JOIN notice ON notice.id = notice_id WHERE notice.complaint_id = %s ORDER BY delivery.id"
    )
    return program.query(statement, office.case["id"])


def fate(program: LiveProgram, row: tuple[Any, ...], killed_at: datetime) -> Fate:
    delivery, state, sent_at = row
    copies = [mail for mail in program.mail.mails if mail["Message-ID"].startswith(f"<delivery-{delivery}@")]
    recipients = tuple(mail["To"].removesuffix("@balangan.example") for mail in copies)
    return Fate(state, sent_at - killed_at, recipients)


@pytest.mark.at_length
@pytest.mark.parametrize("place", PLACES)
def test_a_killed_delivery_goes_on_within_a_minute_of_a_worker_and_costs_one_more_copy_at_most(
    fates: dict[str, Fate], place: str
) -> None:
    """A sender that was killed cannot know that its message was taken; by its Message-ID the copy is known as one."""
    found = fates[place]
    assert found.state == "sent"
    assert found.recipients == (TOLD[place],) * (2 if place in TAKEN else 1)
    assert timedelta(0) < found.goes_on_after <= KILLED_WORK


HELD_LETTER = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
    " AND (state = 'idle in transaction' AND query LIKE '%%FROM paper%%FOR UPDATE SKIP LOCKED'"
    " OR wait_event_type = 'Lock' AND query LIKE 'UPDATE paper%%')"
)


def killed_drawing(program: LiveProgram, office: RestOffice, kill: Callable[[str], datetime]) -> datetime:
    """Kill a worker, or its horse, between the moment it takes the letter and the one it hands it in; when that was."""
    with program.unchanged("paper"):
        program.start("worker", "worker-1")
        wait_until(lambda: program.query(HELD_LETTER), "the letter is being drawn")
        killed_at = kill("worker-1")
    assert letters(program, office) == [("queued",)]
    return killed_at


def with_a_signed_letter(program: LiveProgram) -> RestOffice:
    office = RestOffice(program)
    for act in office.steps_to_draft():
        act()
    office.act(f"sekretaris.{HOUSE}", "submit_draft", subject="Tanggapan", body="Sudah ditangani.")
    office.act(f"kepala.{HOUSE}", "sign")
    return office


@pytest.mark.parametrize("victim", VICTIMS)
def test_a_letter_is_drawn_though_its_drawing_was_killed(program: LiveProgram, victim: str) -> None:
    with program.cleared_after():
        office = with_a_signed_letter(program)
        killed_at = killed_drawing(program, office, program.kill if victim == "worker" else program.kill_horse)
        program.start("scheduler")
        if victim == "worker":
            program.start("worker", "worker-2")
            killed_at = max(killed_at, program.wait_until_working("worker-2"))
        wait_until(lambda: letters(program, office) == [("ready",)], "the letter is drawn after all")
        assert utc_now() - killed_at <= KILLED_WORK
        forget_abandoned(program)
        wait_until_idle(program)
    ((path, told),) = program.query("SELECT path, file_hash FROM paper WHERE complaint_id = %s", office.case["id"])
    assert hashlib.sha256((program.home / "storage" / path).read_bytes()).hexdigest() == told
