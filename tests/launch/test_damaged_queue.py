"""A queue file that cannot be read is set aside: the queue is a hint, the database is the record."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
import redis

from app.servers.data_folder import home_lock, is_running, open_home, running_addresses
from app.servers.data_servers import start_servers, start_valkey, stop_servers
from app.servers.processes import Supervisor
from app.servers.sockets import new_socket_folder, remove_socket_folder
from app.servers.start_refused import ServerFailed
from app.settings.environment import read_environment


def test_damaged_queue_files_are_kept_aside_and_the_start_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = open_home(tmp_path / "home")
    files = home / "valkey" / "appendonlydir"
    files.mkdir(parents=True)
    (files / "appendonly.aof.manifest").write_text("file appendonly.aof.1.incr.aof seq 1 type i\n")
    (files / "appendonly.aof.1.incr.aof").write_bytes(b"this is no append-only file\r\n" * 10)
    monkeypatch.setenv("DATABASE_URL", "postgresql://given@db.example/lapor")
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setenv("LAPOR_HOME", str(home))
    said = io.StringIO()
    supervisor = Supervisor(said)

    with home_lock(home):
        try:
            start_servers(read_environment(), supervisor)
            assert is_running(home)
            assert running_addresses(home)["REDIS_URL"] == os.environ["REDIS_URL"]
            with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
                assert client.dbsize() == 0
        finally:
            stop_servers(home, supervisor)

    assert len(list((home / "valkey").glob("appendonlydir.damaged-*"))) == 1
    assert "damaged" in said.getvalue()
    assert not is_running(home)
    assert running_addresses(home) == {}


@pytest.fixture
def healed(tmp_path: Path) -> Path:
    """A data folder with a healthy queue, whose log still tells of damage in an earlier start."""
    home = open_home(tmp_path / "home")
    (home / "valkey" / "appendonlydir").mkdir(parents=True)
    (home / "logs" / "valkey.log").write_text("7:M # Bad file format reading the append only file\n")
    return home


def test_a_queue_that_is_slow_to_start_is_not_taken_for_damaged(healed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.servers.valkey.PATIENCE_SECONDS", 0.0)
    supervisor, sockets = Supervisor(io.StringIO()), new_socket_folder()
    try:
        with pytest.raises(ServerFailed):
            start_valkey(healed, sockets, supervisor)
        assert supervisor.children["valkey"].process.poll() is None
    finally:
        supervisor.stop_all()
        remove_socket_folder(str(sockets))
    assert [path.name for path in (healed / "valkey").iterdir()] == ["appendonlydir"]


def test_damage_of_an_earlier_start_does_not_count(healed: Path, tmp_path: Path) -> None:
    supervisor = Supervisor(io.StringIO())
    try:
        with pytest.raises(ServerFailed):
            start_valkey(healed, tmp_path / "no-such-folder", supervisor)
    finally:
        supervisor.stop_all()
    assert [path.name for path in (healed / "valkey").iterdir()] == ["appendonlydir"]
