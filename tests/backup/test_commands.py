"""The commands as a person calls them: on embedded servers, with keys apart, and in sentences."""

import hashlib
import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.accounts.sessions import begin
from app.backup.exceptions import BackupFault, Damaged, WrongPassphrase
from app.backup.keys import place_keys, read_keys, write_keys
from app.backup.sealed_stream import SealingWriter
from app.commands.backup import age_of, backup, drill, release, restore_backup
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.storage import write_file
from app.models import Attachment, BackupRun, SendingHold
from app.servers.start_refused import ServerFailed
from app.settings.environment import SECRETS_FILE
from tests.backup.conftest import Target
from tests.factories import a_complaint

PROJECT = Path(__file__).resolve().parents[2]
PHRASE = "kunci cadangan kabupaten"


def run(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    bare = {"PATH": os.environ["PATH"], "LAPOR_HOME": str(home)}
    command = [sys.executable, str(PROJECT / "run.py"), *arguments]
    return subprocess.run(command, env=bare, cwd="/", capture_output=True, text=True, timeout=120)


@pytest.fixture
def stored(context: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setitem(context.config, "STORAGE_URL", (tmp_path / "storage").as_uri())
    return context


@pytest.fixture
def phrase(tmp_path: Path) -> Path:
    (tmp_path / "phrase").write_text(f"{PHRASE}\n")
    return tmp_path / "phrase"


def test_a_backup_goes_to_another_machine_with_its_keys(stored: Flask, phrase: Path, tmp_path: Path) -> None:
    """The original has a database of its own (DATABASE_URL), the copy an embedded one in a fresh data folder."""
    a_complaint()
    db.session.remove()
    archive, keys, home = tmp_path / "a.backup", tmp_path / "a.keys", tmp_path / "new home"
    assert backup(stored, file=archive, passphrase_file=phrase, keys=keys)
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    assert stored.config["SECRET_KEY"].encode() not in keys.read_bytes()

    done = run("restore", str(archive), "--passphrase-file", str(phrase), "--keys", str(keys), home=home)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stdout + done.stderr
    assert "Everything agrees with the archive." in done.stdout
    assert "sends nothing until `python run.py release`" in done.stdout
    placed = json.loads((home / SECRETS_FILE).read_text())
    assert placed["IDENTITY_KEYS"] == ",".join(stored.config["IDENTITY_KEYS"])


def test_a_drill_prints_its_numbers_and_notes_them(
    stored: Flask, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    case = a_complaint(at="check")
    content = b"%PDF-1.4 bukti"
    path = write_file("attachments/1", "pdf", content)
    about = {"filename": "bukti.pdf", "media_type": "application/pdf", "size": len(content), "added_by": "reporter"}
    digest = hashlib.sha256(content).hexdigest()
    db.session.add(
        Attachment(complaint_id=case.id, sha256=digest, sent_sha256=digest, path=path, added_at=utc_now(), **about)
    )
    db.session.commit()
    before = {table.name for table in tmp_path.iterdir()}
    assert drill(stored)
    told = capsys.readouterr().out
    assert re.search(r"^RPO: \d+ s since the moment the archive shows; the last event in it: 20", told, re.M)
    assert re.search(r"^RTO: \d+\.\d s from the archive to a checked copy\.$", told, re.M)
    assert "1 files, 1 chains with 2 events" in told
    (row,) = db.session.scalars(select(BackupRun))
    assert (row.kind, row.ok) == ("drill", True)
    assert set(row.detail) == {"rpo_seconds", "rto_seconds"}
    assert db.session.get(SendingHold, 1) is None
    assert {table.name for table in tmp_path.iterdir()} == before


def test_a_drill_of_what_cannot_be_restored_fails_and_is_noted(
    stored: Flask, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.backup").write_bytes(b"no archive")
    assert not drill(stored, file=tmp_path / "a.backup")
    assert "Not done: The archive is cut off" in capsys.readouterr().out
    (row,) = db.session.scalars(select(BackupRun))
    assert (row.ok, "cut off" in row.detail["error"]) == (False, True)


def test_a_drill_whose_server_does_not_start_is_noted_too(
    stored: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.servers.postgres.PATIENCE_SECONDS", 0.0)
    with pytest.raises(ServerFailed):
        drill(stored)
    (row,) = db.session.scalars(select(BackupRun))
    assert (row.kind, row.ok, "did not start" in row.detail["error"]) == ("drill", False, True)


def test_a_missing_file_makes_the_command_fail_and_keeps_the_archive(
    stored: Flask, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = a_complaint()
    about = {"filename": "a.pdf", "media_type": "application/pdf", "size": 1, "added_by": "reporter"}
    lost = {"sha256": "0" * 64, "sent_sha256": "0" * 64, "path": "attachments/1/gone.pdf", "added_at": utc_now()}
    db.session.add(Attachment(complaint_id=case.id, **about, **lost))
    db.session.commit()
    assert not backup(stored, file=tmp_path / "a.backup")
    assert "gone: attachments/1/gone.pdf (table attachment)" in capsys.readouterr().out
    assert (tmp_path / "a.backup").exists()
    (row,) = db.session.scalars(select(BackupRun))
    assert row.detail["faults"] == 1


def test_keys_are_never_written_readably(stored: Flask, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert not backup(stored, file=tmp_path / "a", keys=tmp_path / "k")
    assert "only written sealed" in capsys.readouterr().out
    assert not (tmp_path / "a").exists()
    assert not (tmp_path / "k").exists()


def test_a_release_wants_to_know_what_becomes_of_what_waits(stored: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    assert release(stored)
    assert "nothing to release" in capsys.readouterr().out
    a_complaint(at="check")
    db.session.add(SendingHold(id=1, since=utc_now(), taken_at=utc_now()))
    db.session.commit()
    assert not release(stored)
    told = capsys.readouterr().out
    assert "Waiting: 1 messages, 0 webhooks, 0 reports for the peer, the oldest from 20" in told
    assert "--send-all, or --drop-older-than 24h" in told
    assert release(stored, drop_older_than="24h")
    assert "Going out now: 1 messages" in capsys.readouterr().out
    db.session.expire_all()
    assert db.session.get(SendingHold, 1) is None


def test_ages_are_written_in_minutes_hours_or_days() -> None:
    assert [age_of(text).total_seconds() for text in ("90m", "24h", "3d")] == [5400, 86400, 259200]
    for text in ("24", "h", "-1h", "1w", "1h1m"):
        with pytest.raises(BackupFault, match="is no age"):
            age_of(text)


def test_keys_open_with_their_phrase_alone(tmp_path: Path) -> None:
    write_keys(tmp_path / "k", PHRASE.encode(), "secret", ["one", "two"])
    assert read_keys(tmp_path / "k", PHRASE.encode()) == {"SECRET_KEY": "secret", "IDENTITY_KEYS": "one,two"}
    with pytest.raises(WrongPassphrase):
        read_keys(tmp_path / "k", b"another long passphrase")
    with pytest.raises(WrongPassphrase):
        read_keys(tmp_path / "k", None)
    (tmp_path / "k").write_bytes((tmp_path / "k").read_bytes()[:-3])
    with pytest.raises(Damaged):
        read_keys(tmp_path / "k", PHRASE.encode())


@pytest.mark.parametrize("content", [b"\xff" * 600, b"manifest.json" + bytes(600), b"[]", b'{"SECRET_KEY": "s"}'])
def test_another_sealed_file_is_no_file_of_keys(tmp_path: Path, content: bytes) -> None:
    with (tmp_path / "k").open("wb") as file:
        sealing = SealingWriter(file, PHRASE.encode())
        sealing.write(content)
        sealing.close()
    with pytest.raises(BackupFault, match="is not a file of keys"):
        read_keys(tmp_path / "k", PHRASE.encode())


def test_keys_that_the_environment_names_are_not_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {"SECRET_KEY": "s", "IDENTITY_KEYS": "k"}
    (tmp_path / SECRETS_FILE).write_text("before")
    assert place_keys(tmp_path, keys, "now") == tmp_path / SECRETS_FILE
    assert (tmp_path / f"{SECRETS_FILE}.before-now").read_text() == "before"
    monkeypatch.setenv("IDENTITY_KEYS", "k0")
    assert place_keys(tmp_path, keys, "now").name == "secrets.restored.json"


def test_a_restore_tells_what_it_refuses_and_what_it_did(
    stored: Flask, target: Target, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sign-ins that had ended since the backup would live again: all of them end with the restore."""
    begin(db.session.scalars(select(User).where(User.username == "kasi")).one(), utc_now(), None, "uji")
    a_complaint()
    db.session.remove()
    assert backup(stored, file=tmp_path / "a.backup")
    target.app.config["IDENTITY_KEYS"] = ()
    try:
        assert not restore_backup(lambda: target.app, tmp_path, tmp_path / "a.backup")
    finally:
        target.app.config["IDENTITY_KEYS"] = stored.config["IDENTITY_KEYS"]
    assert "identity keys that are not here" in capsys.readouterr().out
    assert target.rows("SELECT to_regclass('complaint')") == [(None,)]

    assert restore_backup(lambda: target.app, tmp_path, tmp_path / "a.backup")
    assert "Everything agrees with the archive." in capsys.readouterr().out
    assert target.rows("SELECT count(*), count(ended_at) FROM sign_in") == [(1, 1)]
    assert target.rows("SELECT kind, data ->> 'aside' FROM journal_entry WHERE kind <> 'row_changed'") == [
        ("copy_restored", None)
    ]

    assert not restore_backup(lambda: target.app, tmp_path, tmp_path / "a.backup")
    assert "The database is not empty" in capsys.readouterr().out
