"""`python run.py all` from start to stop: it serves, keeps its data through a kill, and leaves no process behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import urllib.request
from collections import Counter
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.story.live import free_port

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 120


class Everything:
    """The whole program on a data folder of its own."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, free_port()
        named = {"LAPOR_HOME": str(home), "PORT": str(self.port), "WEB_CONCURRENCY": "2"}
        environ = {"PATH": os.environ["PATH"], "HOME": str(home.parent)} | named
        command = [sys.executable, str(PROJECT / "run.py"), "all"]
        self.process = subprocess.Popen(
            command, env=environ, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.lines: list[str] = []
        self._ready = threading.Event()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if "ready: http" in line:
                self._ready.set()
        self._ready.set()

    def wait_until_ready(self) -> list[psutil.Process]:
        """Returns every process of the set."""
        self._ready.wait(PATIENCE_SECONDS)
        assert self.process.poll() is None, "\n".join(self.lines)
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=10) as answer:
            assert answer.status == 200
        return psutil.Process(self.process.pid).children(recursive=True)

    def database(self) -> psycopg.Connection[tuple[object, ...]]:
        address = json.loads((self.home / "running.json").read_text())["addresses"]["DATABASE_OWNER_URL"]
        return psycopg.connect(address.replace("postgresql+psycopg", "postgresql"), autocommit=True)

    def as_program(self) -> psycopg.Connection[tuple[object, ...]]:
        """The database as the account of the running program sees it."""
        address = json.loads((self.home / "running.json").read_text())["addresses"]["DATABASE_URL"]
        return psycopg.connect(address.replace("postgresql+psycopg", "postgresql"), autocommit=True)

    def end(self, sign: signal.Signals) -> int:
        self.process.send_signal(sign)
        code = self.process.wait(timeout=20)
        self._reader.join(timeout=20)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


def test_a_killed_program_leaves_no_process_and_starts_again_with_its_data(tmp_path: Path) -> None:
    first = Everything(tmp_path / "home of the program")
    family = first.wait_until_ready()
    with first.database() as connection:
        connection.execute("CREATE TABLE kept_through_kills (n int)")
    assert_it_owns_nothing(first)
    first.end(signal.SIGKILL)
    _, alive = psutil.wait_procs(family, timeout=20)
    assert len(family) > 6
    assert alive == []

    second = Everything(first.home)
    family = second.wait_until_ready()
    with second.database() as connection:
        assert connection.execute("SELECT count(*) FROM kept_through_kills").fetchone() == (0,)
    assert_a_restart_fails_no_request(second)
    family += psutil.Process(second.process.pid).children(recursive=True)
    code = second.end(signal.SIGINT)
    _, alive = psutil.wait_procs(family, timeout=1)

    assert code == 0
    assert second.lines[-1] == "Stopping Lapor Balangan."
    assert alive == []
    assert not (second.home / "running.json").exists()


def assert_a_restart_fails_no_request(program: Everything) -> None:
    """`run.py restart` exchanges every process but the servers, while clients ask without a pause."""
    before = {child.pid: child.name() for child in psutil.Process(program.process.pid).children()}
    over, statuses = threading.Event(), Counter[object]()

    def ask() -> None:
        while not over.is_set():
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{program.port}/login/", timeout=60) as answer:
                    statuses[len(answer.read()) > 0 and answer.status] += 1
            except OSError as problem:
                statuses[repr(problem)] += 1

    clients = [threading.Thread(target=ask) for _ in range(2)]
    for client in clients:
        client.start()
    command = [sys.executable, str(PROJECT / "run.py"), "restart"]
    environ = {"PATH": os.environ["PATH"], "LAPOR_HOME": str(program.home), "PORT": str(program.port)}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    over.set()
    for client in clients:
        client.join()
    after = {child.pid: child.name() for child in psutil.Process(program.process.pid).children()}
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(statuses) == {200}
    kept = sorted(after[pid] for pid in before.keys() & after.keys())
    assert [name for name in kept if "postgres" not in name and "valkey" not in name] == []
    assert len(after) == len(before)


def assert_it_owns_nothing(program: Everything) -> None:
    """The account of the running program reads and writes rows, and can take away nothing that guards them."""
    with program.as_program() as connection:
        assert connection.execute("SELECT count(*) FROM ab_role").fetchone() != (0,)
        assert connection.execute("SELECT count(*) FROM complaint").fetchone() == (0,)
        owned = "SELECT relname FROM pg_class WHERE pg_has_role(relowner, 'MEMBER')"
        assert connection.execute(owned).fetchall() == []
        for statement in (
            "ALTER TABLE complaint_event DISABLE TRIGGER ALL",
            "ALTER TABLE complaint DISABLE ROW LEVEL SECURITY",
            "DROP POLICY walled ON complaint",
            "DROP TABLE complaint_event",
            "TRUNCATE complaint_event",
            "UPDATE alembic_version SET version_num = '0001'",
            "CREATE TABLE public.mine (n int)",
            "SET session_replication_role = replica",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
