"""A backup brought back is what it was, or nothing has changed: checked before, in one transaction, compared after."""

import hashlib
import re
import threading
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_appbuilder import Model
from flask_migrate import upgrade
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.audit.replay import audit_all
from app.backup import contents, restore
from app.backup.archive import read_manifest
from app.backup.contents import FILE_COLUMNS, snapshot
from app.backup.exceptions import BackupFault, Damaged
from app.backup.keys import key_ids
from app.backup.make import make_backup
from app.backup.restore import check_keys, check_target
from app.core.extensions import db
from app.core.storage import read_file, write_file
from app.models import Attachment, Complaint, Reporter, SendingHold
from tests.backup.conftest import Target
from tests.conftest import IDENTITY_KEY
from tests.factories import a_complaint
from tests.servers import servers

PDF = b"%PDF-1.4 " + b"x" * 500
Stored = Callable[[], Path]


def an_attachment(case_id: int, content: bytes = PDF) -> str:
    """A file of a case, kept as the program keeps it; its path."""
    path = write_file(f"attachments/{case_id}", "pdf", content)
    digest = hashlib.sha256(content).hexdigest()
    about = {"filename": "bukti.pdf", "media_type": "application/pdf", "size": len(content), "added_by": "reporter"}
    at = db.session.get_one(Complaint, case_id).received_at
    db.session.add(Attachment(complaint_id=case_id, sha256=digest, sent_sha256=digest, path=path, added_at=at, **about))
    db.session.commit()
    return path


def test_a_copy_is_what_the_original_was(stored: Stored, target: Target, tmp_path: Path) -> None:
    case = a_complaint(at="answered")
    path, number = an_attachment(case.id), case.complaint.number
    made = make_backup(tmp_path / "a.backup", b"kunci yang panjang")
    assert made.faults == []
    assert b"Aminah" not in made.path.read_bytes()
    done = target.restore(made.path, b"kunci yang panjang")
    assert (done.differences, done.aside, done.files_there) == ([], None, 0)
    assert done.files_written == len(made.manifest["named_files"]) >= 1
    with target.context():
        assert read_file(path) == PDF
        assert audit_all() == []
        assert [reporter.name for reporter in db.session.query(Reporter)] == ["Aminah"]
        hold = db.session.get_one(SendingHold, 1)
        assert hold.taken_at.isoformat() == made.manifest["taken_at"]
        assert a_complaint().complaint.number != number
        with pytest.raises(IntegrityError, match="append-only"):
            db.session.execute(text("DELETE FROM complaint_event"))
        db.session.rollback()
        db.session.execute(text("SET LOCAL ROLE lapor_walled"))
        assert db.session.scalars(text("SELECT id FROM complaint")).all() == [], "the second wall came along"


def test_a_backup_beside_a_writer_shows_one_moment(
    stored: Stored, app: Flask, target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Complaints come in between the reading of the tables, the dump and the list of files."""
    a_complaint(at="check")
    db.session.remove()
    really = contents.keys_in_use

    def write_meanwhile(connection: Any) -> list[str]:
        writer = threading.Thread(target=_write, args=(app,))
        writer.start()
        writer.join()
        return really(connection)

    monkeypatch.setattr(contents, "keys_in_use", write_meanwhile)
    made = make_backup(tmp_path / "a.backup")
    assert made.manifest["tables"]["complaint"][0] == 1
    assert made.manifest["heads"]["chains"] == 1
    assert db.session.query(Complaint).count() == 2
    assert target.restore(made.path).differences == []
    assert target.rows("SELECT count(*) FROM complaint") == [(1,)]


def _write(app: Flask) -> None:
    with app.app_context():
        an_attachment(a_complaint(at="check").id)
        db.session.remove()


def test_a_database_that_is_not_empty_is_left_alone(stored: Stored, target: Target, tmp_path: Path) -> None:
    made = make_backup(tmp_path / "a.backup")
    target.do("CREATE TABLE keepsake AS SELECT 1 AS one")
    with pytest.raises(BackupFault, match="not empty"):
        target.restore(made.path)
    assert target.rows("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace") == [(1,)]


def test_what_is_replaced_stands_aside_and_out_of_the_next_backup(
    stored: Stored, target: Target, tmp_path: Path
) -> None:
    a_complaint()
    first = make_backup(tmp_path / "a.backup")
    a_complaint()
    second = make_backup(tmp_path / "b.backup")
    target.restore(first.path)
    done = target.restore(second.path, replace=True)
    assert (done.aside, done.differences) == ("before_restore_20261124_100000", [])
    assert target.rows("SELECT count(*) FROM complaint") == [(2,)]
    assert target.rows("SELECT count(*) FROM before_restore_20261124_100000.complaint") == [(1,)]
    with target.context():
        third = make_backup(tmp_path / "c.backup")
    assert third.manifest["tables"]["complaint"] == second.manifest["tables"]["complaint"]
    target.do("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    target.do(f"DROP SCHEMA {done.aside} CASCADE")
    assert target.restore(third.path).differences == []


def test_an_owner_who_is_no_superuser_replaces(
    stored: Stored, target: Target, tmp_path: Path, worker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_complaint()
    made = make_backup(tmp_path / "a.backup")
    account, database = f"ordinary_{worker}", f"restored_{worker}"
    if not target.rows(f"SELECT FROM pg_roles WHERE rolname = '{account}'"):
        target.do(f"CREATE ROLE {account} LOGIN")
    target.do(f"GRANT lapor_walled TO {account}")
    target.do(f"ALTER DATABASE {database} OWNER TO {account}")
    address = servers().postgres.url(database, account)
    monkeypatch.setitem(target.app.config, "SQLALCHEMY_DATABASE_URI", address)
    target.restore(made.path)
    assert target.restore(made.path, replace=True).differences == []
    assert target.rows("SELECT schemaname::text FROM pg_indexes WHERE indexname = 'ix_complaint_trigrams'") == [
        ("public",)
    ]


def test_a_fault_in_the_middle_leaves_everything_as_it_was(
    stored: Stored, target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last statement of the transaction fails: the old tables are back in their place."""
    made = make_backup(tmp_path / "a.backup")
    target.do("CREATE TABLE keepsake AS SELECT 1 AS one")
    monkeypatch.setattr("app.backup.fill_database.HOLD", "SELECT 1 / 0; COMMIT; -- {taken_at}\n")
    with pytest.raises(BackupFault, match=r"as it was before: .*division by zero"):
        target.restore(made.path, replace=True)
    assert target.rows("SELECT one FROM keepsake") == [(1,)]
    assert target.rows("SELECT to_regclass('complaint')") == [(None,)]


def test_a_program_that_has_the_database_open_is_named(stored: Stored, target: Target, tmp_path: Path) -> None:
    made = make_backup(tmp_path / "a.backup")
    with (
        psycopg.connect(target.url.replace("+psycopg", "")),
        pytest.raises(BackupFault, match="1 other connections"),
    ):
        target.restore(made.path)


def test_a_missing_and_a_changed_file_are_named_and_the_rest_is_kept(
    stored: Stored, target: Target, tmp_path: Path
) -> None:
    case = a_complaint()
    good, gone, changed = (an_attachment(case.id, content) for content in (b"good", b"gone", b"changed"))
    (stored() / gone).unlink()
    (stored() / changed).write_bytes(b"something else")
    made = make_backup(tmp_path / "a.backup")
    assert {(fault["path"], fault["fault"]) for fault in made.faults} == {(gone, "gone"), (changed, "changed")}
    assert f"files/{good}" in made.manifest["members"]
    assert f"files/{changed}" not in made.manifest["members"]
    assert target.restore(made.path).differences == []


def test_a_backup_without_files_names_those_that_the_store_lacks(
    stored: Stored, target: Target, tmp_path: Path
) -> None:
    path = an_attachment(a_complaint().id)
    made = make_backup(tmp_path / "a.backup", with_files=False)
    assert not any(name.startswith("files/") for name in made.manifest["members"])
    assert target.restore(made.path).differences == [f"file {path}: gone"]


def test_another_file_under_the_same_name_is_not_written_over(stored: Stored, target: Target, tmp_path: Path) -> None:
    path = an_attachment(a_complaint().id)
    made = make_backup(tmp_path / "a.backup")
    theirs = tmp_path / "copy" / "storage" / path
    theirs.parent.mkdir(parents=True)
    theirs.write_bytes(b"somebody else's")
    with pytest.raises(BackupFault, match="other files under these names"):
        target.restore(made.path)
    assert theirs.read_bytes() == b"somebody else's"
    assert target.rows("SELECT to_regclass('complaint')") == [(None,)]


def test_a_changed_archive_touches_nothing(stored: Stored, target: Target, tmp_path: Path) -> None:
    made = make_backup(tmp_path / "a.backup")
    content = bytearray(made.path.read_bytes())
    content[len(content) // 2] ^= 1
    made.path.write_bytes(bytes(content))
    with pytest.raises(Damaged):
        target.restore(made.path)
    assert target.rows("SELECT to_regclass('complaint')") == [(None,)]


def test_an_archive_of_a_newer_program_is_refused(stored: Stored, target: Target, tmp_path: Path) -> None:
    made = make_backup(tmp_path / "a.backup")
    manifest = read_manifest(made.path, None) | {"head": "9999", "program": "7.0"}
    with target.context(), pytest.raises(BackupFault, match=r"newer than this program.*'9999'.*7\.0 or later"):
        check_target(manifest, replace=False)


def test_an_archive_from_before_the_first_migration_is_refused(stored: Stored, target: Target, tmp_path: Path) -> None:
    made = make_backup(tmp_path / "a.backup")
    manifest = read_manifest(made.path, None) | {"head": "0012"}
    with (
        target.context(),
        pytest.raises(BackupFault, match=r"older than the first .*'0012'.*migrate it there"),
    ):
        check_target(manifest, replace=False)


def test_an_archive_of_a_newer_server_needs_one_that_reads_it(
    stored: Stored, target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = make_backup(tmp_path / "a.backup").manifest | {"server_version": 990001}
    with target.context():
        monkeypatch.setattr("app.backup.restore.server_version", lambda connection: 170012)
        check_target(manifest, replace=False)
        monkeypatch.setattr("app.backup.restore.server_version", lambda connection: 160011)
        with pytest.raises(BackupFault, match="comes from PostgreSQL 99; this server is the older 16"):
            check_target(manifest, replace=False)


def test_an_older_archive_is_brought_to_this_version(stored: Stored, target: Target, tmp_path: Path) -> None:
    with target.context():
        upgrade(directory="migrations", revision="0026")
        made = make_backup(tmp_path / "a.backup")
    assert made.manifest["head"] == "0026"
    target.do("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    assert target.restore(made.path).differences == []
    assert target.rows("SELECT count(*) FROM sending_hold") == [(1,)]
    with target.context():
        upgrade(directory="migrations")
        with db.engine.connect() as connection:
            found = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(found, Model.metadata) == []
    assert target.rows("SELECT count(*) FROM sending_hold") == [(1,)]


def test_missing_keys_are_named_before_anything_is_touched(stored: Stored, tmp_path: Path) -> None:
    a_complaint()
    made = make_backup(tmp_path / "a.backup")
    (own,) = made.manifest["key_ids"]
    assert key_ids([IDENTITY_KEY]) == {own}
    check_keys(made.manifest, {own, "00000000"})
    with pytest.raises(BackupFault, match=f"not here: {own}"):
        check_keys(made.manifest, {"00000000"})


def test_no_key_is_in_an_archive(stored: Stored, context: Flask, tmp_path: Path) -> None:
    a_complaint()
    content = make_backup(tmp_path / "a.backup").path.read_bytes()
    for key in (IDENTITY_KEY, context.config["SECRET_KEY"]):
        assert key.encode() not in content
        assert key.encode() not in _unpacked(content)


def _unpacked(content: bytes) -> bytes:
    """Everything in it that gzip packed, as pg_dump does with each table."""
    found = b""
    for match in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", content):
        try:
            found += zlib.decompressobj().decompress(content[match.start() : match.start() + 200_000])
        except zlib.error:
            continue
    assert b"Paringin" in found
    return found


def test_every_column_that_names_a_stored_file_is_backed_up() -> None:
    named = {(table.name, column.name) for table in Model.metadata.sorted_tables for column in table.columns}
    paths = {place for place in named if place[1] == "path" or place[1].endswith("_path")}
    marked = {("file_to_remove", "path")}
    assert paths == {(table, column) for table, column, _ in FILE_COLUMNS} | marked


def test_a_row_that_came_back_differently_is_found(stored: Stored, target: Target, tmp_path: Path) -> None:
    a_complaint(at="check")
    made = make_backup(tmp_path / "a.backup")
    target.restore(made.path)
    target.do("UPDATE reporter SET told_by = NULL, name = name || 'x'")
    with target.context():
        (wrong,) = restore.compare_tables(target.url, made.manifest)
    assert wrong.startswith("table reporter: [1, ")


def test_the_digest_does_not_hang_on_the_order_of_rows(target: Target) -> None:
    target.do("CREATE TABLE complaint_x AS SELECT g, g::text AS t FROM generate_series(1, 50) g")
    with snapshot(target.url) as connection:
        before = contents.digest_of(connection, "complaint_x")
    target.do("CREATE TABLE y AS SELECT * FROM complaint_x ORDER BY g DESC; DROP TABLE complaint_x")
    with snapshot(target.url) as connection:
        assert contents.digest_of(connection, "y") == before
        assert before[0] == 50
