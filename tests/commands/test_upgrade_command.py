"""`upgrade`: refuses before it changes anything, makes the backup before the migrations, and restarts only then."""

from __future__ import annotations

import os
import stat
import types
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from alembic.script import Script
from flask import Flask
from sqlalchemy import text

from app.backup.archive import read_manifest
from app.commands import restart, upgrade
from app.commands.restart import Running, find_running
from app.commands.upgrade import Archive
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.schema import newest_revision, stored_revision
from app.models import SendingHold
from app.settings.environment import read_environment

PHRASE = "a phrase for the seal"
OLD = "lapor-balangan 0041 kantor-lama"


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    phrase = tmp_path / "phrase"
    phrase.write_text(PHRASE)
    return Archive(True, tmp_path / "away" / "before.backup", phrase)


def file_of(archive: Archive) -> Path:
    assert archive.file
    return archive.file


def a_migration(**says: str) -> Script:
    """One that is pending, as the program would find it in its folder."""
    module = types.ModuleType("m9999")
    module.__dict__.update(revision="9999", down_revision=newest_revision(), **says)
    module.__doc__ = "something new"
    return Script(module, "9999", "9999_new.py")


@pytest.fixture
def old_host(context: Flask) -> Iterator[None]:
    url = context.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", "")
    with psycopg.connect(url, application_name=OLD):
        yield


def test_a_backup_then_the_migrations_then_the_restart(
    context: Flask, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    path = file_of(archive)
    monkeypatch.setattr(upgrade, "migrate_database", lambda app: done.append(f"migrated, backup {path.exists()}"))
    running = Running("All is restarted.", lambda: bool(done.append("restarted") or True))

    assert upgrade.upgrade(context, running, archive, check_only=False, restart=True)
    assert done == ["migrated, backup True", "restarted"]
    assert read_manifest(path, PHRASE.encode())["head"] == newest_revision()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_plan_alone_changes_nothing(
    context: Flask,
    archive: Archive,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    old_host: None,
) -> None:
    monkeypatch.setattr(upgrade, "pending_migrations", lambda stored: [a_migration()])
    monkeypatch.setattr(upgrade, "migrate_database", lambda app: pytest.fail("migrated"))
    db.session.add(SendingHold(id=1, since=utc_now(), taken_at=utc_now()))
    db.session.commit()

    assert upgrade.upgrade(context, Running("by hand"), archive, check_only=True, restart=True)
    told = capsys.readouterr().out
    assert not file_of(archive).parent.exists()
    for words in ("9999 something new", "kantor-lama at 0041", "A copy restored as of", "by hand", "Sealed."):
        assert words in told


@pytest.mark.parametrize(
    ("says", "refused"),
    [
        ({}, False),
        ({"NEEDS_STOP": "a new form"}, True),
        ({"OLDEST_CODE": "0042"}, True),
        ({"OLDEST_CODE": "0041"}, False),
    ],
)
def test_a_host_that_could_not_serve_the_new_tables_stops_the_upgrade(
    context: Flask,
    archive: Archive,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    old_host: None,
    says: dict[str, str],
    refused: bool,
) -> None:
    monkeypatch.setattr(upgrade, "pending_migrations", lambda stored: [a_migration(**says)])
    done = upgrade.upgrade(context, Running(""), archive, check_only=True, restart=False)
    stop = [line for line in capsys.readouterr().out.splitlines() if line.startswith("stop")]
    assert ("kantor-lama at 0041" in "".join(stop)) is refused
    assert done is not bool(stop)


def test_without_a_place_for_the_backup_or_room_nothing_begins(
    context: Flask, archive: Archive, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(upgrade, "migrate_database", lambda app: pytest.fail("migrated"))
    nowhere = Archive(True, None, None)
    assert not upgrade.upgrade(context, Running(""), nowhere, check_only=False, restart=False)
    assert "or say --without-backup" in capsys.readouterr().out
    monkeypatch.setattr(upgrade.shutil, "disk_usage", lambda path: SimpleNamespace(free=1000))
    assert not upgrade.upgrade(context, Running(""), archive, check_only=False, restart=False)
    assert capsys.readouterr().out.count("refused  ") == 2


def test_a_backup_that_fails_stops_the_upgrade(
    context: Flask, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upgrade, "migrate_database", lambda app: pytest.fail("migrated"))
    assert archive.passphrase_file
    archive.passphrase_file.write_text("short")
    assert not upgrade.upgrade(context, Running(""), archive, check_only=False, restart=False)


def test_an_empty_database_is_filled_without_a_backup(
    context: Flask, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrated: list[Flask] = []
    monkeypatch.setattr(upgrade, "migrate_database", migrated.append)
    db.session.execute(text("ALTER TABLE alembic_version RENAME TO put_aside"))
    db.session.commit()
    assert stored_revision() is None
    assert upgrade.upgrade(context, Running(""), archive, check_only=False, restart=False)
    assert migrated
    assert not file_of(archive).exists()


SYSTEMCTL = """#!/bin/sh
echo "$@" >> {log}
case "$1" in
list-units)
    echo "lapor-scheduler.service loaded active running x"
    echo "lapor-worker@2.service loaded active running x"
    echo "lapor-worker@1.service loaded active running x"
    echo "lapor-backup.service loaded active running x"
    echo "lapor-web.service loaded active running x" ;;
show) echo 42 ;;
restart) test "$2" != {refuses} ;;
esac
"""


@pytest.mark.parametrize("refuses", ["none", "lapor-worker@2"])
def test_systemd_units_are_restarted_in_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], refuses: str
) -> None:
    log, systemctl, asked = tmp_path / "log", tmp_path / "systemctl", []
    systemctl.write_text(SYSTEMCTL.format(log=log, refuses=refuses))
    systemctl.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(restart, "is_ready", lambda program, pid, *_: bool(asked.append((program, pid)) or True))
    environment = read_environment().model_copy(update={"home": tmp_path / "home"})

    running = find_running(environment)
    assert running.restart
    assert running.restart() is (refuses == "none")

    units = ["lapor-web", "lapor-worker@1", "lapor-worker@2", "lapor-scheduler"]
    restarted = [line.split()[1] for line in log.read_text().splitlines() if line.startswith("restart")]
    assert restarted == (units if refuses == "none" else units[:3])
    if refuses == "none":
        assert asked == [("web", 42), ("worker", 42), ("worker", 42), ("scheduler", 42)]
    else:
        assert "systemctl restart lapor-worker@2; systemctl restart lapor-scheduler" in capsys.readouterr().out


def test_stopped_units_are_started_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after the files were replaced by the Debian package."""
    log, systemctl = tmp_path / "log", tmp_path / "systemctl"
    systemctl.write_text(f'#!/bin/sh\necho "$@" >> {log}\ntest "$1" = list-units || echo "lapor.target enabled"\n')
    systemctl.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(restart, "wait_until_ready", lambda address, seconds: True)
    running = find_running(read_environment().model_copy(update={"home": tmp_path / "home"}))

    assert running.restart
    assert running.restart()
    assert log.read_text().splitlines()[-1] == "start lapor.target"


def test_what_cannot_be_restarted_is_said(tmp_path: Path) -> None:
    running = find_running(read_environment().model_copy(update={"home": tmp_path / "home"}))
    assert running.restart is None
    assert "run.py web" in running.sentence
