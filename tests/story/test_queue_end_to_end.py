"""From an act at the web's door to the officer's mail box: once each, also when Redis forgets."""

from collections import Counter
from collections.abc import Iterator

import pytest
from flask import Flask

from app.core.jobs import QueueName
from jobs.registry import queue
from tests.story.live import LiveProgram, live_program, wait_until
from tests.story.rest_office import HOUSES, RestOffice, letters, recipients_of, wait_until_idle, wait_until_sent


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
    with served.cleared_after():
        yield served


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
