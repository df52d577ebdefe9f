"""One backup a night where it is switched on, tried again until it is good, the oldest removed; what the page says."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import make_url, select

from app.backup import nightly
from app.backup.archive import read_manifest
from app.backup.exceptions import BackupFault
from app.backup.nightly import hand_out_backup, write_backup
from app.backup.runs import last_good, note_run
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.locks import BACKUP_LOCK, try_advisory_lock
from app.models import BackupRun
from app.settings.environment import ConfigurationError, read_environment

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def folder(context: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, freeze: Callable[[str], Any]) -> Path:
    monkeypatch.setitem(context.config, "BACKUP_FOLDER", str(tmp_path / "backups"))
    monkeypatch.setitem(context.config, "BACKUP_KEEP", 2)
    monkeypatch.setitem(context.config, "STORAGE_URL", (tmp_path / "storage").as_uri())
    freeze("2026-11-24 01:10")
    return tmp_path / "backups"


def run() -> BackupRun:
    (row,) = db.session.scalars(select(BackupRun).execution_options(populate_existing=True))
    return row


def test_nothing_is_done_unless_it_is_switched_on(context: Flask, freeze: Callable[[str], Any]) -> None:
    freeze("2026-11-24 01:10")
    assert hand_out_backup(utc_now()) == "not now"
    assert db.session.scalars(select(BackupRun)).all() == []


def test_a_night_has_one_backup_and_the_oldest_go(folder: Path, freeze: Callable[[str], Any]) -> None:
    folder.mkdir()
    for name in ("lapor-20261121-011000.backup", "lapor-20261122-011000.backup", "lapor-catatan.txt"):
        (folder / name).write_bytes(b"x")
    assert hand_out_backup(utc_now()) == "handed out"
    assert hand_out_backup(utc_now()) == "done already"
    assert write_backup(run().id) == "written"
    assert write_backup(run().id) == "done already"
    assert hand_out_backup(utc_now() + timedelta(hours=2)) == "done already"
    assert {path.name for path in folder.iterdir()} == {
        "lapor-20261122-011000.backup",
        "lapor-20261124-011000.backup",
        "lapor-catatan.txt",
    }
    assert read_manifest(folder / "lapor-20261124-011000.backup", None)["faults"] == []
    row = run()
    assert (row.ok, row.slot, row.detail["faults"]) == (True, "2026-11-24", 0)


def test_before_one_o_clock_it_is_too_early(folder: Path, freeze: Callable[[str], Any]) -> None:
    freeze("2026-11-24 00:59")
    assert hand_out_backup(utc_now()) == "not now"


def test_a_backup_that_failed_is_tried_again_and_removes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir()
    for day in (20, 21, 22):
        (folder / f"lapor-202611{day}-011000.backup").write_bytes(b"x")

    def fail() -> None:
        raise BackupFault("the disk is full")

    monkeypatch.setattr(nightly, "_make", fail)
    hand_out_backup(utc_now())
    assert write_backup(run().id) == "failed"
    assert (run().ok, run().detail) == (False, {"error": "the disk is full"})
    assert len(list(folder.iterdir())) == 3
    assert hand_out_backup(utc_now() + timedelta(minutes=29)) == "done already"
    assert hand_out_backup(utc_now() + timedelta(minutes=30)) == "handed out"


def test_a_database_that_goes_away_ends_the_run_with_its_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch, context: Flask
) -> None:
    url = make_url(context.config["SQLALCHEMY_DATABASE_URI"]).set(database="tidak_ada")
    monkeypatch.setitem(context.config, "SQLALCHEMY_DATABASE_URI", url.render_as_string(hide_password=False))
    hand_out_backup(utc_now())
    assert write_backup(run().id) == "failed"
    assert (run().ok, run().ended_at, "tidak_ada" in run().detail["error"]) == (False, utc_now(), True)


def test_a_passphrase_file_that_is_no_text_ends_the_run_with_its_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch, context: Flask, tmp_path: Path
) -> None:
    file = tmp_path / "sandi"
    file.write_bytes(b"\xff" * 20)
    monkeypatch.setitem(context.config, "BACKUP_PASSPHRASE_FILE", str(file))
    hand_out_backup(utc_now())
    assert write_backup(run().id) == "failed"
    assert (run().ended_at, run().detail) == (utc_now(), {"error": "BACKUP_PASSPHRASE_FILE is not UTF-8 text."})


def test_two_workers_do_not_write_the_same_backup(folder: Path) -> None:
    hand_out_backup(utc_now())
    with try_advisory_lock(BACKUP_LOCK) as mine:
        assert mine
        assert write_backup(run().id) == "elsewhere"


def test_a_failed_run_is_not_the_last_good_one(context: Flask) -> None:
    now = utc_now()
    note_run("drill", now, now, None, {"error": "2 differences"})
    assert last_good("drill") is None
    note_run("drill", now, now, now.isoformat(), {"rto_seconds": 14.2})
    found = last_good("drill")
    assert found is not None
    assert found.detail == {"rto_seconds": 14.2}


@pytest.mark.parametrize(
    ("hours", "faults", "said", "warned"),
    [
        (None, 0, "Belum pernah ada cadangan yang berhasil.", True),
        (25, 0, "Cadangan terakhir: ", False),
        (27, 0, "Cadangan terakhir: ", True),
        (1, 3, "3 berkas hilang atau berubah", True),
    ],
)
def test_the_health_page_tells_how_old_the_last_one_is(
    context: Flask,
    as_user: SignIn,
    monkeypatch: pytest.MonkeyPatch,
    hours: int | None,
    faults: int,
    said: str,
    warned: bool,
) -> None:
    monkeypatch.setitem(context.config, "BACKUP_FOLDER", "/srv/cadangan")
    if hours:
        at = utc_now() - timedelta(hours=hours)
        note_run("backup", at, at, at.isoformat(), {"faults": faults})
    page = as_user("administrator").get("/kesehatan/").text
    assert said in page
    assert "Latihan pemulihan terakhir: belum pernah." in page
    assert ("Periksa BACKUP_FOLDER" in page) is warned


def test_settings_of_the_nightly_backup_are_judged_at_the_start(tmp_path: Path) -> None:
    home = {"LAPOR_HOME": str(tmp_path)}
    usual = read_environment(home)
    assert (usual.backup_folder, usual.backup_keep, usual.backup_passphrase_file) == (None, 14, None)
    with pytest.raises(ConfigurationError) as refused:
        read_environment(home | {"BACKUP_FOLDER": "cadangan", "BACKUP_KEEP": "0"})
    assert [reason.split()[0] for reason in refused.value.reasons] == ["BACKUP_FOLDER", "BACKUP_KEEP"]
