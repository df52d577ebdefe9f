"""A queue file that cannot be read is set aside: the queue is a hint, the database is the record."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
import redis

from app.servers.data_folder import home_lock, is_running, open_home, running_addresses
from app.servers.data_servers import start_servers, stop_servers
from app.servers.processes import Supervisor
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
