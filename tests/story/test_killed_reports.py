"""A worker or its horse killed with signal 9 in the middle of a report: another makes it, and it is there once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import psycopg
import pytest
from flask import Flask

from tests.story.live import LiveProgram, live_program, wait_until
from tests.story.rest_office import RestOffice
from tests.story.test_killed_deliveries import VICTIMS

FIRST_ATTEMPT_READS = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    " AND query LIKE '%%FROM complaint%%'"
)
ASK = (
    "INSERT INTO report_job (user_id, wanted, format, scope, state, attempts, percent, rows, asked_at, handed_at)"
    " SELECT id, '{\"columns\": [\"nomor\", \"kategori\"]}', 'xlsx', 'every', 'queued', 0, 0, 0, now(),"
    " now() - interval '5 minutes' FROM ab_user WHERE username = 'kasi' RETURNING id"
)
AS_IF_TWO_MINUTES_WENT_BY = (
    "UPDATE report_job SET alive_at = alive_at - interval '2 minutes' WHERE id = %s RETURNING id"
)


@pytest.fixture(scope="module")
def program(session_app: Flask, worker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveProgram]:
    """The web process and a case to report; each test starts the workers that it needs."""
    with live_program("reports", worker, tmp_path_factory.mktemp("live") / "home") as started:
        started.start("web")
        started.wait_until_served()
        RestOffice(started)
        yield started
        assert started.tracebacks() == []


def killed_at_work(program: LiveProgram, kill: Callable[[str], datetime]) -> int:
    """Ask for a report whose rows nobody may read for a while, and kill who waits for them."""
    with psycopg.connect(program.database_url.replace("postgresql+psycopg", "postgresql")) as guard:
        guard.execute("LOCK TABLE category IN ACCESS EXCLUSIVE MODE")
        ((job,),) = program.query(ASK)
        program.start("scheduler")
        program.start("worker", "worker-1")
        wait_until(lambda: program.query(FIRST_ATTEMPT_READS), "the report reads its rows")
        kill("worker-1")
    return int(job)


def state_of(program: LiveProgram, job: int) -> tuple[Any, ...]:
    statement = "SELECT state, attempts, rows, path, file_hash FROM report_job WHERE id = %s"
    (found,) = program.query(statement, job)
    return found


@pytest.mark.at_length
@pytest.mark.parametrize("victim", VICTIMS)
def test_a_report_is_made_though_its_making_was_killed(program: LiveProgram, victim: str) -> None:
    with program.cleared_after():
        job = killed_at_work(program, program.kill if victim == "worker" else program.kill_horse)
        assert state_of(program, job)[:2] == ("running", 1)
        program.query(AS_IF_TWO_MINUTES_WENT_BY, job)
        if victim == "worker":
            program.start("worker", "worker-2")
        wait_until(lambda: state_of(program, job)[0] == "done", "the report is made after all")
    state, attempts, rows, path, told = state_of(program, job)
    assert (state, attempts, rows) == ("done", 2, 1)
    assert hashlib.sha256((program.home / "storage" / path).read_bytes()).hexdigest() == told
    assert list((program.home / "drafts").iterdir()) == []
    told_at_bell = program.query("SELECT kind FROM notice WHERE report_job_id = %s", job)
    assert told_at_bell == [("report_ready",)]
