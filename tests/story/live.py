"""The whole program as it is served: web, worker and scheduler as processes of their own, with a mail server to hear
them.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from random import randrange
from typing import Any, TypeVar

import psutil
import psycopg
import redis
from psycopg.sql import SQL, Identifier
from rq import Worker

from app.core.clock import utc_now
from app.launch.ready import wait_until_ready
from app.servers.processes import Supervisor
from app.servers.program import Program, last_lines
from tests.output_search import OUTPUTS
from tests.servers import database_url_for, redis_url_for
from tests.story.held_mail import MailServer

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60.0
# Queue databases above those of the run's workers, which count from 0.
QUEUES = {"story": 20, "pages": 26, "manners": 31, "keys": 36, "queue": 40, "twostep": 46}
QUEUES |= {"silent": 16, "killed": 50, "reports": 55, "inbound": 60}
Found = TypeVar("Found")


def wait_until(condition: Callable[[], Found], what: str, seconds: float = PATIENCE_SECONDS) -> Found:
    """What the condition finds, once it finds something; fails with `what` when that takes too long."""
    pause, deadline = threading.Event(), time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s in vain: {what}"
        pause.wait(0.05)
    return found


def free_port() -> int:
    """A port on which nobody listens now, below those that the system gives to servers of other tests meanwhile."""
    while True:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", randrange(20_000, 32_000)))
            return int(probe.getsockname()[1])


class LiveProgram:
    """The program's processes on a database, a queue and a data folder of their own, with its default settings."""

    def __init__(self, name: str, worker: str, home: Path, redis_url: str = "") -> None:
        self.home, self.port, self.mail = home, free_port(), MailServer(free_port())
        self.environ: dict[str, str] = {}
        self.database_url = database_url_for(f"{name}_{worker}")
        number = int("".join(filter(str.isdigit, worker)) or 0)
        self.redis_url = redis_url or redis_url_for(f"gw{QUEUES[name] + number}")
        self._supervisor = Supervisor()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        # Whatever the hour at which the test runs, nobody wishes to wait for the morning.
        self.query(
            "INSERT INTO notice_preference (user_id, by_email, only_digest, quiet, limit_at_any_hour, morning_digest)"
            " SELECT id, true, false, false, true, false FROM ab_user RETURNING user_id"
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, command: str = "", name: str = "") -> None:
        """Start one more process of `run.py`; without a command it is all of them, and a launcher that minds them."""
        name = name or command or "all"
        program = Program(
            name=name,
            command=[sys.executable, str(PROJECT / "run.py"), *filter(None, [command])],
            environ=self._environ(),
            log=self._log(name),
        )
        self._processes[name] = self._supervisor.start(program)

    def _environ(self) -> dict[str, str]:
        named = {
            "LAPOR_HOME": str(self.home),
            "PORT": str(self.port),
            "WEB_CONCURRENCY": "2",
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "SMTP_URL": self.mail.url,
            "PYTHONUNBUFFERED": "1",
        }
        # What a recording for `make mutants` sets, so that other processes are measured too.
        measured = {name: text for name, text in os.environ.items() if name.startswith(("COVERAGE_", "MUTATION_"))}
        return {"PATH": os.environ["PATH"], "HOME": str(self.home.parent)} | measured | named | self.environ

    def log(self, name: str) -> str:
        """All that a process has said."""
        return self._log(name).read_text()

    def _log(self, name: str) -> Path:
        return self.home / f"{name}.log"

    def wait_until_served(self) -> None:
        """Return once `/readyz` is green."""
        assert wait_until_ready(self.url, PATIENCE_SECONDS), last_lines(self._log("web"), 40)

    def wait_until_working(self, name: str) -> datetime:
        """Return when this worker serves its queues: a busy machine needs long to start it."""
        pid = self._processes[name].pid
        with self.queue() as connection:
            wait_until(lambda: pid in {worker.pid for worker in Worker.all(connection)}, f"{name} serves its queues")
        return utc_now()

    def kill(self, name: str) -> datetime:
        """Kill one process with signal 9, and see that nothing it forked is left behind; when that was."""
        process = self._processes[name]
        family = psutil.Process(process.pid).children(recursive=True)
        killed_at = utc_now()
        process.kill()
        self._wait_for_end(name)
        _, alive = psutil.wait_procs(family, timeout=20)
        assert alive == []
        return killed_at

    def kill_family(self, name: str) -> None:
        """The same for a process and all that it forked: a web worker in the middle of a request outlives its parent
        until the request is done.
        """
        family = psutil.Process(self._processes[name].pid).children(recursive=True)
        for member in (self._processes[name], *family):
            member.kill()
        self._wait_for_end(name)
        _, alive = psutil.wait_procs(family, timeout=20)
        assert alive == []

    def kill_horse(self, name: str) -> datetime:
        """Kill the process in which a worker does its job (it alone leads a group of its own); when that was."""
        (horse,) = (p for p in psutil.Process(self._processes[name].pid).children() if os.getpgid(p.pid) == p.pid)
        killed_at = utc_now()
        horse.kill()
        psutil.wait_procs([horse], timeout=20)
        return killed_at

    def stop_all_but(self, kept: str) -> None:
        """Ask every other process to stop, and wait for it."""
        others = [name for name in self._processes if name != kept]
        for name in others:
            self._processes[name].terminate()
        for name in others:
            self._wait_for_end(name)

    @contextmanager
    def cleared_after(self) -> Iterator[None]:
        """For as long as one test, however it ends, the workers that it starts."""
        try:
            yield
        finally:
            self.clear()

    def clear(self) -> None:
        """Leave nothing but the web process: no message, no job."""
        self.mail.let_go()
        self.stop_all_but("web")
        self.mail.mails.clear()
        with self.queue() as connection:
            connection.flushdb()

    def _wait_for_end(self, name: str) -> None:
        self._processes.pop(name).wait(timeout=20)
        self._supervisor.forget(name)

    def stop(self) -> None:
        self._supervisor.stop_all()
        self.mail.stop()
        for log in self.home.glob("*.log"):
            OUTPUTS.search("log", "", log.name, log.read_bytes())

    def query(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the program's database, as they stand now."""
        with psycopg.connect(self._database_address, autocommit=True) as connection:
            return connection.execute(statement.encode(), values).fetchall()

    @property
    def _database_address(self) -> str:
        return self.database_url.replace("postgresql+psycopg", "postgresql")

    @contextmanager
    def unchanged(self, table: str) -> Iterator[None]:
        """Whoever would change a row of this table waits meanwhile; reading and locking rows goes on."""
        with psycopg.connect(self._database_address) as guard:
            guard.execute(SQL("LOCK TABLE {} IN SHARE MODE").format(Identifier(table)))
            yield

    @contextmanager
    def queue(self) -> Iterator[redis.Redis]:
        """The program's queue server."""
        with redis.Redis.from_url(self.redis_url) as connection:
            yield connection

    def tracebacks(self) -> list[str]:
        """The logs in which an error was told."""
        return [log.read_text() for log in self.home.glob("*.log") if "Traceback" in log.read_text()]


@contextmanager
def live_program(name: str, worker: str, home: Path, redis_url: str = "") -> Iterator[LiveProgram]:
    """A program without processes; whatever the test starts ends with it."""
    home.mkdir()
    program = LiveProgram(name, worker, home, redis_url)
    program.mail.start()
    with program.queue() as connection:
        connection.flushdb()
    try:
        yield program
    finally:
        program.stop()
