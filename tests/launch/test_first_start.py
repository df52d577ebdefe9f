"""What goes wrong at the first start is a sentence and an exit code, and production writes no keys of its own."""

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

import run
from app.commands import maintenance
from app.launch.database_checks import judge_database
from app.servers import data_servers
from app.servers.data_folder import open_home
from tests.servers import database_url_for, servers

PROJECT = Path(__file__).resolve().parents[2]


def test_a_python_without_the_packages_is_told_in_a_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "-S", str(PROJECT / "run.py"), "--help"], capture_output=True, text=True, cwd=PROJECT
    )
    assert done.returncode == 2
    assert "make run" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
def test_a_full_disk_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: int
) -> None:
    def fail(*_given: object) -> int:
        raise OSError(number, os.strerror(number), "/somewhere/running.json")

    monkeypatch.setattr(run.commands.commands["migrate"], "callback", fail)
    assert run.main(["migrate"]) == 1
    assert "no room to write" in capsys.readouterr().err


def test_demo_migrates_and_fills_while_the_same_servers_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """On a folder where nothing runs they would otherwise stop between the two, at an address that is used again."""
    seen: list[str] = []

    @contextmanager
    def servers_of(_environment: object) -> Iterator[None]:
        seen.append("started")
        yield
        seen.append("stopped")

    monkeypatch.setenv("LAPOR_HOME", str(tmp_path))
    monkeypatch.setattr(run, "create_app", lambda **_settings: None)
    monkeypatch.setattr(data_servers, "reachable_servers", servers_of)
    monkeypatch.setattr(maintenance, "migrate_database", lambda _app: seen.append("migrated"))
    monkeypatch.setattr(maintenance, "make_demo", lambda _app: seen.append("filled"))
    assert run.main(["demo"]) == 0
    assert seen == ["started", "migrated", "filled", "stopped"]


def test_production_finds_its_keys_in_the_environment_alone(tmp_path: Path) -> None:
    assert not (open_home(tmp_path / "office", production=True) / "secrets.json").exists()
    assert (open_home(tmp_path / "trial") / "secrets.json").exists()


def test_check_config_says_that_an_account_cannot_make_the_walled_role(worker: str) -> None:
    """In a server where the role is not granted to the account."""
    url = database_url_for(f"role_{worker}", template="template1")
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as owner:
        owner.execute("DROP ROLE IF EXISTS plain_account")
        owner.execute("CREATE ROLE plain_account LOGIN")
    plain = url.replace("://postgres@", "://plain_account@")
    found = {finding.name: finding for finding in judge_database(plain, 0, remote=False)}
    assert found["database role"].state == "refused"
    assert 'GRANT lapor_walled TO "plain_account"' in found["database role"].sentence
    owned = {finding.name: finding for finding in judge_database(url, 0, remote=False)}
    assert owned["database role"].state == "ok"
    with psycopg.connect(servers().postgres.url("postgres").replace("+psycopg", ""), autocommit=True) as owner:
        owner.execute("DROP ROLE plain_account")
