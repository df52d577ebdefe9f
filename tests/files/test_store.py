"""Files leave by mark and sweep, never with a row, on a disk and in an object store alike; room is counted."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from moto.server import ThreadedMotoServer
from sqlalchemy import select

from app.audit.invariants.scope import Finding, Scope
from app.audit.invariants.table import check
from app.cases.check_attachments import check_case
from app.cases.perform_action import attach_to_case
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.identifiers import LARGEST_ID
from app.core.storage import keep_file, read_file, read_pieces, remove_file, stored_files, write_file
from app.core.transaction import one_transaction
from app.demo.accounts import demo_person
from app.files import sweep_store as sweeping
from app.files.attachments import store_file
from app.files.sweep_store import OWNERS, mark_for_removal, remove_marked, sweep_store
from app.models import Attachment, FileToRemove, Letter, Paper, StoreSweep
from app.papers.papers import keep_file as keep_paper
from tests.cases.case_pages import SignIn
from tests.factories import Case, a_complaint
from tests.files.samples import photo, scan_pdf
from workflow_rules.process.refusals import ActionRefused, FieldFault

TOMORROW = timedelta(hours=25)


@pytest.fixture(scope="module")
def object_store() -> Iterator[str]:
    """An object store that speaks S3, in this process."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["disk", "s3"])
def store(request: pytest.FixtureRequest, context: Flask, tmp_path: Path) -> Iterator[Flask]:
    """A store of this test's own."""
    before = {name: context.config.get(name) for name in ("STORAGE_URL", "STORAGE_OPTIONS")}
    if request.param == "disk":
        context.config["STORAGE_URL"] = f"file://{tmp_path}/store"
    else:
        _in_the_object_store(context, request.getfixturevalue("object_store"), tmp_path.name.lower())
    yield context
    context.config.update(before)


def _in_the_object_store(app: Flask, endpoint: str, name: str) -> None:
    import s3fs

    keys: dict[str, Any] = {"key": "uji", "secret": "uji", "endpoint_url": endpoint}
    bucket = name.replace("_", "-")[:60].strip("-")
    s3fs.S3FileSystem(**keys, client_kwargs={"region_name": "ap-southeast-3"}).mkdir(bucket, create_parents=True)
    app.config["STORAGE_URL"] = f"s3://{bucket}/kantor"
    app.config["STORAGE_OPTIONS"] = {**keys, "client_kwargs": {"region_name": "ap-southeast-3"}}


def with_file(content: bytes | None = None) -> tuple[Case, Attachment]:
    case = a_complaint(at="send_answer", agencies=("dishub",))
    attach_to_case(case.id, "foto.jpg", content or photo(), demo_person("admin.aduan"), case.complaint.version)
    return case, db.session.scalars(select(Attachment).where(Attachment.complaint_id == case.id)).one()


def paths() -> set[str]:
    return {file.path for folder in sweeping.FOLDERS for file in stored_files(folder)}


def test_files_go_in_and_out_and_are_swept(store: Flask, as_user: SignIn, tmp_path: Path) -> None:
    """The whole life of files: written, served, drawn, replaced, orphaned, swept."""
    case, row = with_file()
    sent = row.path
    orphan = write_file("attachments/0", "jpg", b"tanpa baris")
    letter = db.session.scalars(select(Letter)).one()
    assert letter.paper is not None
    with one_transaction():
        keep_paper(letter.paper, scan_pdf())
    draft = tmp_path / "laporan.csv"
    draft.write_bytes(b"x" * 3_000_000)
    keep_file(draft, "reports/laporan.csv")
    assert sum(map(len, read_pieces("reports/laporan.csv"))) == 3_000_000
    check_case(case.id, utc_now())
    db.session.refresh(row)
    assert paths() == {sent, row.path, orphan, letter.paper.path, "reports/laporan.csv"}

    assert as_user("kadis").get(f"/aduan/{case.id}/lampiran/{row.id}").data == read_file(row.path)
    assert as_user("kadis").get(f"/aduan/{case.id}/surat/{letter.id}.pdf").data.startswith(b"%PDF-")
    assert sweep_store(utc_now()) == 0, "what is younger than a day may still get its row"
    assert sweep_store(utc_now() + TOMORROW) == 2
    assert paths() == {sent, row.path, letter.paper.path}, "what is marked goes by its mark"
    assert remove_marked(utc_now()) == 1
    assert paths() == {row.path, letter.paper.path}
    seen = db.session.get_one(StoreSweep, 1)
    assert (seen.files, seen.removed, seen.held_back) == (3, 2, 0)
    with pytest.raises(FileNotFoundError):
        read_file(orphan)
    remove_file(orphan)


def test_the_check_of_stored_files_reads_the_store_that_the_program_writes(store: Flask) -> None:
    with_file()
    stray = write_file("attachments/0", "jpg", b"tanpa baris")
    checked, _ = check("I9", Scope(utc_now() + TOMORROW))
    assert checked.looked_at >= 1
    assert checked.findings == (Finding("I9", stray, "files_without_row", {"count": 1}),)


def test_a_file_that_a_row_names_stays_whatever_is_marked(context: Flask) -> None:
    _, row = with_file()
    row.removed_at = utc_now()
    with one_transaction():
        mark_for_removal(row.path, utc_now())
    assert remove_marked(utc_now()) == 1
    assert read_file(row.path)
    assert db.session.scalars(select(FileToRemove)).all() == []


def test_a_rollback_leaves_an_orphan_and_takes_nothing_away(context: Flask) -> None:
    """M20: the file never goes before the row does."""
    _, row = with_file()
    path = row.path

    class Broken(Exception):
        pass

    def fails() -> None:
        with one_transaction():
            mark_for_removal(path, utc_now())
            raise Broken

    with pytest.raises(Broken):
        fails()
    assert remove_marked(utc_now()) == 0
    assert read_file(path)


def test_a_store_of_somebody_else_is_not_swept_empty(
    context: Flask, monkeypatch: pytest.MonkeyPatch, as_user: SignIn
) -> None:
    monkeypatch.setattr(sweeping, "FEW", 2)
    for _ in range(3):
        write_file("attachments/0", "jpg", b"milik kantor lain")
    before = paths()
    assert sweep_store(utc_now() + TOMORROW) == 0
    assert paths() == before
    assert db.session.get_one(StoreSweep, 1).held_back >= 3
    assert "terlalu banyak, jadi dibiarkan" in as_user("administrator").get("/kesehatan/").text


def test_every_column_that_names_a_file_keeps_it() -> None:
    from flask_appbuilder import Model

    mappers = [mapper for mapper in Model.registry.mappers if "path" in mapper.columns]
    named = {f"{mapper.local_table.name}.path" for mapper in mappers} - {"file_to_remove.path"}  # type: ignore[attr-defined]
    assert named == {f"{owner.class_.__tablename__}.path" for owner in OWNERS}
    assert Paper.path in OWNERS
    assert LARGEST_ID > 0


@pytest.mark.parametrize(
    ("setting", "value", "fault", "limit"),
    [("UPLOAD_FILES_PER_CASE", 1, FieldFault.CASE_FULL, "1"), ("UPLOAD_CASE_MB", 0, FieldFault.CASE_FULL, "0 MB")],
)
def test_a_case_has_room_for_so_much(
    context: Flask, monkeypatch: pytest.MonkeyPatch, setting: str, value: int, fault: FieldFault, limit: str
) -> None:
    case, _ = with_file()
    monkeypatch.setitem(context.config, setting, value)
    before = len(paths())
    with pytest.raises(ActionRefused) as refused:
        attach_to_case(case.id, "b.jpg", photo("PNG"), demo_person("admin.aduan"), case.complaint.version)
    (error,) = refused.value.errors
    assert (error.field, error.fault, error.limit) == ("content_base64", fault, limit)
    assert len(paths()) == before, "what does not fit is not written either"


def test_a_full_store_takes_no_file_but_a_complaint_without_one(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep_store(utc_now())
    db.session.get_one(StoreSweep, 1).stored_bytes = 10**12
    db.session.commit()
    with pytest.raises(ActionRefused) as refused:
        with_file()
    assert refused.value.errors[0].fault is FieldFault.STORE_FULL
    db.session.rollback()
    assert a_complaint().id


@pytest.mark.parametrize("content", [b"", b"MZ"], ids=["size", "kind"])
def test_a_forbidden_file_is_named_at_the_field_that_the_caller_gave(context: Flask, content: bytes) -> None:
    case = a_complaint()
    with pytest.raises(ActionRefused) as refused:
        store_file(case.complaint, "a.exe", content, "reporter", utc_now(), "attachments")
    assert [(error.field, error.fault) for error in refused.value.errors] == [
        ("attachments", FieldFault.FILE_NOT_ALLOWED)
    ]


def test_an_upload_is_read_no_further_than_it_takes(context: Flask) -> None:
    from werkzeug.datastructures import FileStorage

    from views.shared.uploads import read_file_of

    read, write = os.pipe()
    os.write(write, b"x" * 5000)
    with open(read, "rb", buffering=0) as stream, open(write, "wb"):
        assert read_file_of(FileStorage(stream, "a.pdf"), 999) == b"x" * 1000
