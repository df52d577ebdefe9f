"""A file is served to nobody until it was looked into; what a scanner finds stays in the house, and is told."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.access.session_filter import only_case
from app.cases.check_attachments import check_case, check_waiting
from app.cases.perform_action import attach_to_case
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.storage import read_file
from app.delivery.notice_sentences import sentence_of
from app.demo.accounts import demo_person
from app.files.sweep_store import remove_marked
from app.models import Attachment, FileCheck, FileToRemove, Notice
from app.outbound import clamav
from app.vocabulary.words import FILE_STATES
from tests.cases.case_pages import SignIn
from tests.factories import Case, a_complaint
from tests.files.clamd import Clamd, running_clamd
from tests.files.samples import CANARY, infected_pdf, photo, scan_pdf


@pytest.fixture
def clamd(app: Flask) -> Iterator[Clamd]:
    with running_clamd() as server:
        app.config["CLAMAV_URL"] = server.url
        yield server
        app.config["CLAMAV_URL"] = None


def with_file(content: bytes, name: str = "foto.jpg") -> tuple[Case, Attachment]:
    case = a_complaint(at="agency_receive", agencies=("dishub",))
    attach_to_case(case.id, name, content, demo_person("admin.aduan"), case.complaint.version)
    return case, db.session.scalars(select(Attachment).where(Attachment.complaint_id == case.id)).one()


def test_a_photo_waits_then_is_served_without_its_place(context: Flask, as_user: SignIn) -> None:
    sent = photo()
    case, row = with_file(sent)
    path, first = f"/aduan/{case.id}/lampiran/{row.id}", row.path
    assert row.state == "waiting"
    early = as_user("kadis").get(path)
    assert early.status_code == 404
    assert "masih menunggu pemeriksaan" in early.text
    assert f'href="{path}"' not in as_user("kadis").get(f"/aduan/{case.id}").text

    assert check_case(case.id, utc_now()) == 1

    db.session.refresh(row)
    answer = as_user("admin.dishub").get(path)
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "image/jpeg", read_file(row.path))
    assert CANARY not in answer.data
    assert f'href="{path}"' in as_user("kadis").get(f"/aduan/{case.id}").text
    assert row.sha256 != row.sent_sha256
    assert row.path != first
    _sent_bytes_are_gone(first)


def _sent_bytes_are_gone(path: str) -> None:
    assert read_file(path)
    assert db.session.scalars(select(FileToRemove.path)).all() == [path]
    assert remove_marked(utc_now()) == 1
    with pytest.raises(FileNotFoundError):
        read_file(path)


def test_the_answer_carries_no_cookie(context: Flask, as_user: SignIn) -> None:
    case, row = with_file(photo())
    check_case(case.id, utc_now())
    officer = as_user("kadis")
    answer = officer.get(f"/aduan/{case.id}/lampiran/{row.id}")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert "Set-Cookie" in officer.get(f"/aduan/{case.id}").headers


def test_what_the_scanner_finds_is_held_and_told(context: Flask, as_user: SignIn, clamd: Clamd) -> None:
    case, row = with_file(infected_pdf(), "nota.pdf")
    check_case(case.id, utc_now())
    db.session.refresh(row)
    assert (row.state, row.state_reason) == ("quarantined", "virus")
    look = db.session.scalars(select(FileCheck)).one()
    assert (look.outcome, look.found, look.scanned) == ("quarantined", "Eicar-Test-Signature", True)
    for username in ("kadis", "admin.dishub"):
        answer = as_user(username).get(f"/aduan/{case.id}/lampiran/{row.id}")
        assert answer.status_code == 404
        assert "ditahan" in answer.text
        assert f"{FILE_STATES['quarantined']}." in as_user(username).get(f"/aduan/{case.id}").text
    assert infected_pdf() == read_file(row.path)
    _told(case)


def _told(case: Case) -> None:
    """The Admin of which case, the administrator of no case."""
    rows = db.session.scalars(select(Notice).where(Notice.kind.in_(("file_held", "malware_found")))).all()
    told = {row.user.username: (row.kind, row.complaint_id, sentence_of(row)) for row in rows}
    held = f"Sebuah lampiran aduan {case.complaint.number} ditahan dan tidak dibagikan"
    assert told["admin.aduan"] == ("file_held", case.id, held)
    assert told["administrator"][:2] == ("malware_found", None)
    assert set(told) == {"admin.aduan", "administrator"}


def test_while_the_scanner_is_away_files_wait_and_the_health_page_says_so(
    context: Flask, as_user: SignIn, clamd: Clamd
) -> None:
    case, row = with_file(photo())
    clamd.broken = True
    assert check_case(case.id, utc_now()) == 0
    context.config["CLAMAV_URL"] = "tcp://127.0.0.1:1"
    assert check_waiting(utc_now() + timedelta(minutes=1)) == 0
    db.session.refresh(row)
    assert row.state == "waiting"
    page = as_user("administrator").get("/kesehatan/").text
    assert "lampiran baru menunggu dan belum dapat dibuka siapa pun" in page
    assert "1 lampiran menunggu." in page
    clamd.broken, context.config["CLAMAV_URL"] = False, clamd.url
    assert check_waiting(utc_now() + timedelta(minutes=1)) == 1
    db.session.refresh(row)
    assert row.state == "clean"


def test_the_scanner_gets_what_was_sent_whole_and_in_pieces(context: Flask, clamd: Clamd) -> None:
    for size in (0, 1, 65_536, 65_537, 3_000_000):
        assert clamav.found_in(b"x" * size) is None
    assert clamd.seen == [0, 1, 65_536, 65_537, 3_000_000]
    assert clamav.answers()


@pytest.mark.parametrize(
    ("sent", "state", "reason"),
    [(b"%PDF-1.7 terpotong", "failed", "unreadable"), (photo(size=(400, 300))[:-300], "failed", "unreadable")],
)
def test_a_broken_file_says_so_and_is_not_served(
    context: Flask, as_user: SignIn, sent: bytes, state: str, reason: str
) -> None:
    case, row = with_file(sent)
    check_case(case.id, utc_now())
    db.session.refresh(row)
    assert (row.state, row.state_reason) == (state, reason)
    answer = as_user("kadis").get(f"/aduan/{case.id}/lampiran/{row.id}")
    assert (answer.status_code, "tidak dapat dibuka" in answer.text) == (404, True)


def test_two_looks_at_once_settle_a_file_once(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    case, _ = with_file(photo())
    from app.cases import check_attachments

    whole = check_attachments.verdict_on

    def meanwhile(content: bytes) -> Any:
        monkeypatch.setattr(check_attachments, "verdict_on", whole)
        assert check_case(case.id, utc_now()) == 1
        return whole(content)

    monkeypatch.setattr(check_attachments, "verdict_on", meanwhile)
    assert check_case(case.id, utc_now()) == 0
    assert len(db.session.scalars(select(FileCheck)).all()) == 1


def test_one_file_that_nobody_can_look_into_holds_up_no_other(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    first, row = with_file(photo())
    _, other = with_file(scan_pdf(), "a.pdf")
    broken = row.path
    from app.cases import check_attachments

    def read(path: str) -> bytes:
        if path == broken:
            raise ConnectionError("the store is away")
        return read_file(path)

    monkeypatch.setattr(check_attachments, "read_file", read)
    monkeypatch.setattr(check_attachments, "BATCH", 1)
    later = utc_now() + timedelta(minutes=1)
    assert [check_waiting(later), check_waiting(later)] == [0, 1]
    for found in (row, other):
        db.session.refresh(found)
    assert (row.state, other.state) == ("waiting", "clean")
    monkeypatch.undo()
    assert check_case(first.id, later) == 1


def test_what_was_found_can_neither_be_changed_nor_forgotten(context: Flask) -> None:
    case, _ = with_file(photo())
    check_case(case.id, utc_now())
    for statement in ("UPDATE file_check SET outcome = 'failed'", "DELETE FROM file_check", "TRUNCATE file_check"):
        with pytest.raises(IntegrityError, match="append-only"):
            db.session.execute(text(statement))
        db.session.rollback()


def test_a_reporter_reads_how_the_own_file_stands(context: Flask) -> None:
    from app.public.tracked_case import load_tracked_case
    from workflow_rules.process.actors import REPORTER

    case = a_complaint()
    with only_case(case.id):
        attach_to_case(case.id, "nama-saya.jpg", photo(), REPORTER, case.complaint.version)
    (file,) = load_tracked_case(case.id, utc_now()).files
    assert (file.kind, file.state) == ("JPEG", "waiting")
    check_case(case.id, utc_now())
    (file,) = load_tracked_case(case.id, utc_now()).files
    assert file.state == "clean"
