"""SP4N at the door of a running program: many deliveries at once, and a server killed in the middle of one."""

from __future__ import annotations

import http.client
import json
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
import redis
from flask import Flask

from app.demo.accounts import make_key
from app.servers.processes import Supervisor
from app.servers.sockets import new_socket_folder, remove_socket_folder
from app.servers.valkey import EmbeddedValkey
from tests.sp4n.reports import a_revision
from tests.story.live import LiveProgram, live_program, wait_until
from tests.story.served import served_beside

AT_ONCE = 100
WAITS = "SELECT pid FROM pg_locks WHERE NOT granted AND relation = 'sync_change'::regclass"
KEPT = "SELECT body FROM idempotency_key WHERE key = %s"


@pytest.fixture(scope="module")
def own_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A queue server of this module's own: holding up the shared one would hold up every other test."""
    folder, home, supervisor = new_socket_folder(), tmp_path_factory.mktemp("redis"), Supervisor()
    server = EmbeddedValkey(home / "valkey", folder, home / "valkey.log")
    server.wait_until_ready(supervisor.start(server.program()))
    yield server.url
    supervisor.stop_all()
    remove_socket_folder(str(folder))


@pytest.fixture(scope="module")
def program(
    session_app: Flask, worker: str, tmp_path_factory: pytest.TempPathFactory, own_redis: str
) -> Iterator[LiveProgram]:
    with live_program("inbound", worker, tmp_path_factory.mktemp("live") / "home", own_redis) as started:
        started.environ = {}
        with served_beside(started) as twin, twin.app_context():
            started.key = make_key()  # type: ignore[attr-defined]
            yield started


def put(program: LiveProgram, tracking_id: str, key: str = "", **more: Any) -> tuple[int, bytes]:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {program.key}"}  # type: ignore[attr-defined]
    headers |= {"Idempotency-Key": key} if key else {}
    connection = http.client.HTTPConnection("127.0.0.1", program.port, timeout=90)
    try:
        connection.request("PUT", f"/api/v1/sp4n/reports/{tracking_id}", json.dumps(a_revision(**more)), headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def counted(program: LiveProgram, tracking_id: str) -> tuple[int, ...]:
    """Rows, events and lines of the feed of one report."""
    statement = (
        "SELECT count(DISTINCT complaint.id), count(DISTINCT complaint_event.id), count(DISTINCT sync_change.id)"
        " FROM complaint LEFT JOIN complaint_event ON complaint_event.complaint_id = complaint.id"
        " LEFT JOIN sync_change ON sync_change.complaint_id = complaint.id WHERE sp4n_tracking_id = %s"
    )
    return tuple(program.query(statement, tracking_id)[0])


def test_a_hundred_deliveries_at_once_make_one_row_and_one_event(program: LiveProgram) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = Counter(status for status, _ in pool.map(lambda _: put(program, "900100"), range(AT_ONCE)))
    assert told == {201: 1, 200: AT_ONCE - 1}
    assert counted(program, "900100") == (1, 1, 1)


def test_a_server_killed_before_the_commit_has_done_nothing_and_the_repeat_is_the_first(program: LiveProgram) -> None:
    lost: list[Any] = []

    def send() -> None:
        try:
            lost.append(put(program, "900101", "satu"))
        except (OSError, http.client.HTTPException) as error:
            lost.append(error)

    with program.unchanged("sync_change"):
        sender = threading.Thread(target=send)
        sender.start()
        wait_until(lambda: program.query(WAITS), "the report is about to be written")
        program.kill_family("web")
    sender.join(timeout=30)
    assert isinstance(lost[0], Exception)
    wait_until(lambda: not program.query(WAITS), "the database has let go of it")
    assert counted(program, "900101") == (0, 0, 0)
    program.start("web")
    program.wait_until_served()
    first, again = put(program, "900101", "satu"), put(program, "900101", "satu")
    assert first == again
    assert (first[0], json.loads(first[1])["outcome"]) == (201, "created")
    assert counted(program, "900101") == (1, 1, 1)


def test_a_server_killed_after_the_commit_gives_the_answer_that_it_had_kept(program: LiveProgram) -> None:
    """Redis is held up, so that the process is still busy with its hint when the report is in the database."""
    with program.queue() as connection:
        pause(connection, 30_000)
        sender = threading.Thread(target=lambda: _try(program, "900102", "dua"))
        sender.start()
        wait_until(lambda: program.query(KEPT, "dua"), "the report is written")
        program.kill_family("web")
        connection.execute_command("CLIENT", "UNPAUSE")
    sender.join(timeout=30)
    program.start("web")
    program.wait_until_served()
    ((kept,),) = program.query(KEPT, "dua")
    assert put(program, "900102", "dua") == (201, kept.encode())
    assert counted(program, "900102") == (1, 1, 1)


def pause(connection: redis.Redis, milliseconds: int) -> None:
    connection.execute_command("CLIENT", "PAUSE", milliseconds, "WRITE")


def _try(program: LiveProgram, tracking_id: str, key: str) -> None:
    try:
        put(program, tracking_id, key)
    except (OSError, http.client.HTTPException, psycopg.Error):
        return
