"""One PostgreSQL and one Valkey for a whole test run: real servers, the product's own way of starting them.

With xdist the controlling process starts them before its workers and tells them the addresses by the environment;
without, they start at
the first use. They end with the process that started them, also when it is killed. Knows nothing of the product's
tables:

    from tests.servers import pytest_configure, pytest_unconfigure  # noqa: F401   (in conftest.py)

    prepare_template(lambda url: migrate(create_core_app(SQLALCHEMY_DATABASE_URI=url)))    # runs once for all workers
    url = database_url_for(worker_id)
"""

from __future__ import annotations

import atexit
import functools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from app.servers.postgres import EmbeddedPostgres, connect
from app.servers.processes import Supervisor
from app.servers.sockets import new_socket_folder
from app.servers.valkey import EmbeddedValkey
from tests.quick_files import QuickFiles

FOLDER_VARIABLE = "LAPOR_TEST_SERVERS"
TEMPLATE = "template_lapor"
TEMPLATE_VARIABLE = "LAPOR_TEST_TEMPLATE"
"""Names another template, for databases that are made from now on (tests/mutation)."""
TEMPLATE_LOCK = 4_217_001


@dataclass(frozen=True)
class TestServers:
    """A pair of servers whose files stand below one short folder."""

    __test__ = False
    folder: Path

    @property
    def postgres(self) -> EmbeddedPostgres:
        """The database; nothing of it outlives the run, so it need not survive a power cut."""
        return EmbeddedPostgres(
            self.folder / "postgres", self.folder / "sockets", self.folder / "postgres.log", durable=False
        )

    @property
    def valkey(self) -> EmbeddedValkey:
        """The queue server."""
        return EmbeddedValkey(self.folder / "valkey", self.folder, self.folder / "valkey.log")


class Started:
    """The servers that this process started, if any."""

    def __init__(self) -> None:
        self.supervisor: Supervisor | None = None
        self.folder: Path | None = None

    def start(self) -> TestServers:
        """Starts both and waits for them."""
        self.folder, self.supervisor = new_socket_folder(), Supervisor()
        atexit.register(self.stop)
        (self.folder / "sockets").mkdir(mode=0o700)
        # The database's account has to get through when the tests run as root.
        self.folder.chmod(0o711)
        servers = TestServers(self.folder)
        servers.postgres.wait_until_ready(self.supervisor.start(servers.postgres.program()))
        servers.valkey.wait_until_ready(self.supervisor.start(servers.valkey.program()))
        os.environ[FOLDER_VARIABLE] = str(self.folder)
        return servers

    def stop(self) -> None:
        """Stops them and removes their files; nothing to do in a process that only uses them."""
        if self.supervisor is None or self.folder is None:
            return
        self.supervisor.stop_all()
        shutil.rmtree(self.folder, ignore_errors=True)
        os.environ.pop(FOLDER_VARIABLE, None)
        self.supervisor = None


_started = Started()
_quick_files = QuickFiles()


def pytest_configure(config: pytest.Config) -> None:
    """Starts the servers in xdist's controller, before it starts its workers."""
    _quick_files.use()
    distributed = getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput")
    if distributed and not config.option.collectonly:
        _started.start()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stops what this process started."""
    _started.stop()
    _quick_files.leave()


@functools.cache
def servers() -> TestServers:
    """The servers of this run."""
    if folder := os.environ.get(FOLDER_VARIABLE):
        return TestServers(Path(folder))
    return _started.start()


def prepare_template(fill: Callable[[str], Any]) -> None:
    """Lets one process of the run fill the template database (`fill` takes its URL); the others wait,
    and find it done.
    """
    with _administrator() as administrator:
        administrator.execute("SELECT pg_advisory_lock(%s)", (TEMPLATE_LOCK,))
        if _exists(administrator, TEMPLATE):
            return
        draft = f"{TEMPLATE}_draft"
        _create(administrator, draft, "template1")
        fill(servers().postgres.url(draft))
        _end_sessions(administrator, draft)
        administrator.execute(SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(draft), Identifier(TEMPLATE)))


def database_url_for(worker_id: str, template: str = "") -> str:
    """A fresh database for one worker (`gw0`, …, or `master`), copied from the template if there is one.

    The name holds the worker's id: a database that two workers share is dropped below one of them.
    """
    if os.environ.get("PYTEST_XDIST_WORKER", "") not in worker_id:
        raise ValueError(f"{worker_id!r} does not name this worker")
    name, template = f"test_{worker_id}", template or os.environ.get(TEMPLATE_VARIABLE, TEMPLATE)
    with _administrator() as administrator:
        _create(administrator, name, template if _exists(administrator, template) else "template1")
    return servers().postgres.url(name)


def redis_url_for(worker_id: str) -> str:
    """One of the queue server's 64 databases for each worker; number 0 is for a run without workers."""
    digits = worker_id.removeprefix("gw")
    number = int(digits) + 1 if digits.isdigit() else 0
    return servers().valkey.url.replace("?db=0", f"?db={number}")


@contextmanager
def _administrator() -> Iterator[psycopg.Connection[Any]]:
    with connect(servers().postgres.sockets) as connection:
        yield connection


def _create(administrator: psycopg.Connection[Any], name: str, template: str) -> None:
    administrator.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))
    administrator.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(template)))


def _exists(administrator: psycopg.Connection[Any], name: str) -> bool:
    return administrator.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is not None


def _end_sessions(administrator: psycopg.Connection[Any], database: str) -> None:
    administrator.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", (database,)
    )
