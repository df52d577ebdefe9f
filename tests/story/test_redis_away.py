"""The whole program while its Redis is away: it goes on, loses no notice, sends none twice, and recovers by itself.

How long Redis is away is REDIS_AWAY_SECONDS; ten minutes were tried, a test has no patience for them.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from app.servers.processes import Supervisor
from app.servers.sockets import new_socket_folder, remove_socket_folder
from app.servers.valkey import EmbeddedValkey
from tests.story.live import LiveProgram, live_program, wait_until
from tests.story.rest_office import NO_PROXY, RestOffice

AWAY_SECONDS = float(os.environ.get("REDIS_AWAY_SECONDS", "8"))
ROUNDS = 4 + int(AWAY_SECONDS / 10)
MOST_SECONDS = 2.0
BACK_WITHIN_SECONDS = 60.0

pytestmark = pytest.mark.timeout(180 + 2 * AWAY_SECONDS)


@dataclass
class OwnRedis:
    """A queue server that comes and goes; what it holds is on its disk, as in an office."""

    server: EmbeddedValkey
    supervisor: Supervisor
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = self.supervisor.start(self.server.program())
        self.server.wait_until_ready(self.process)

    def end(self) -> None:
        """Nobody listens any more."""
        assert self.process is not None
        self.process.kill()
        self.supervisor.forget("valkey")

    def freeze(self) -> None:
        """Calls are taken by the kernel, and never answered."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)


@pytest.fixture(scope="module")
def own_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnRedis]:
    folder, home, supervisor = new_socket_folder(), tmp_path_factory.mktemp("redis"), Supervisor()
    redis = OwnRedis(EmbeddedValkey(home / "valkey", folder, home / "valkey.log"), supervisor)
    redis.start()
    yield redis
    redis.thaw()
    supervisor.stop_all()
    remove_socket_folder(str(folder))


@pytest.fixture(scope="module")
def program(
    session_app: Flask, worker: str, tmp_path_factory: pytest.TempPathFactory, own_redis: OwnRedis
) -> Iterator[LiveProgram]:
    """All of it by one command, so that the launcher starts again what ends."""
    home = tmp_path_factory.mktemp("live") / "home"
    with live_program("away", worker, home, own_redis.server.url) as started:
        started.start()
        started.wait_until_served()
        yield started


class TimedOffice(RestOffice):
    """Remembers how long the longest answer took."""

    slowest = 0.0

    def ask(self, path: str, body: dict[str, Any], username: str = "") -> dict[str, Any]:
        if username:
            self._token(username)
        began = time.monotonic()
        try:
            return super().ask(path, body, username)
        finally:
            self.slowest = max(self.slowest, time.monotonic() - began)


def work_on(program: LiveProgram, seconds: float) -> list[TimedOffice]:
    """Complaints come in and reach three agencies each, spread over the time."""
    offices, pace, began = [], threading.Event(), time.monotonic()
    for number in range(1, ROUNDS + 1):
        office = TimedOffice(program)
        office.to_three_agencies()
        offices.append(office)
        pace.wait(max(0.0, began + seconds * number / ROUNDS - time.monotonic()))
    return offices


def held_delivery(program: LiveProgram) -> TimedOffice:
    """A message that is on its way to the mail server."""
    program.mail.hold_at("RCPT")
    office = TimedOffice(program)
    office.act("admin.aduan", "register")
    wait_until(lambda: program.mail.holding, "a message is on its way")
    return office


def unsent(program: LiveProgram) -> list[tuple[Any, ...]]:
    """Notices that have not left the house."""
    return program.query(
        "SELECT notice.id FROM notice LEFT JOIN delivery_item ON notice_id = notice.id"
        " LEFT JOIN delivery ON delivery.id = delivery_id WHERE state IS DISTINCT FROM 'sent'"
    )


def complaints_of(program: LiveProgram) -> list[str]:
    """What `/readyz` says is wrong."""
    try:
        with NO_PROXY.open(f"{program.url}/readyz", timeout=10) as answer:
            return list(json.load(answer)["warnings"])
    except urllib.request.HTTPError as problem:  # type: ignore[attr-defined]
        return [str(problem)]


FROZEN = pytest.param(OwnRedis.freeze, OwnRedis.thaw, marks=pytest.mark.at_length)


@pytest.mark.parametrize(("goes", "comes"), [(OwnRedis.end, OwnRedis.start), FROZEN])
def test_an_office_works_through_the_absence_of_redis_and_nobody_is_told_twice(
    program: LiveProgram,
    own_redis: OwnRedis,
    goes: Callable[[OwnRedis], None],
    comes: Callable[[OwnRedis], None],
    record_property: Callable[[str, object], None],
) -> None:
    before = held_delivery(program)
    goes(own_redis)
    program.mail.let_go()
    offices = work_on(program, AWAY_SECONDS)
    comes(own_redis)
    back = time.monotonic()
    wait_until(lambda: not unsent(program), "every notice is sent", BACK_WITHIN_SECONDS)
    record_property("all sent after", time.monotonic() - back)
    wait_until(lambda: complaints_of(program) == [], "scheduler and workers are alive", BACK_WITHIN_SECONDS)
    record_property("no warning after", time.monotonic() - back)

    slowest = max(office.slowest for office in offices)
    record_property("slowest answer", slowest)
    assert slowest < MOST_SECONDS
    copies = Counter(mail["Message-ID"] for mail in program.mail.mails)
    assert set(copies.values()) == {1}
    assert len(copies) == program.query("SELECT count(*) FROM delivery")[0][0]
    assert all(program.log("all").count(f"worker-{n} ended") <= 2 for n in (1, 2)), "no worker is started in vain"
    for office in (before, *offices):
        assert program.mail.about(office.case["number"])
