"""The scan of a letter signed with ink: from its own agency, checked, replaced with a reason, behind the same wall."""

import hashlib
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.audit.replay import audit_all
from app.core.extensions import db
from app.core.storage import remove_file, write_named
from app.files.scan_pages import UnreadableScan, scan_facts
from app.models import Attachment, Complaint, ComplaintEvent, Letter, LetterScan, Paper
from app.papers.papers import draw_paper
from app.vocabulary.signing import SCAN_FAULTS
from tests.cases.case_pages import SignIn
from tests.factories import a_complaint
from tests.files.states import call_clean
from tests.papers import scans
from tests.scenes import Scene


def a_drawn_letter() -> int:
    a_complaint(at="send_answer", agencies=("dishub", "dplh"))
    found = db.session.scalars(select(Letter).where(Letter.agency_code == "dishub")).one()
    draw_paper(found.paper_id or 0)
    return found.id


@pytest.fixture
def letter(app: Flask, scene: Scene[int]) -> Letter:
    """Signed with ink by Dinas Perhubungan, drawn, and waiting to be sent."""
    number = scene(a_drawn_letter)
    with app.app_context():
        return db.session.get_one(Letter, number)


def page_of(letter: Letter) -> str:
    return f"/aduan/{letter.complaint_id}/surat/{letter.id}/pindaian"


def bring(app: Flask, client: Any, letter: Letter, content: bytes, name: str = "a.pdf", **more: Any) -> TestResponse:
    with app.app_context():
        version = db.session.get_one(Complaint, letter.complaint_id).version
    fields = {"expected_version": str(version), **more}
    return client.post(page_of(letter), **scans.form_of((name, content), **fields))


def kept(app: Flask) -> list[tuple[Any, ...]]:
    with app.app_context():
        columns = (LetterScan.pages, LetterScan.reason, LetterScan.replaced_at.is_(None), Attachment.sha256)
        rows = select(*columns).join(Attachment, Attachment.id == LetterScan.attachment_id).order_by(LetterScan.id)
        return [tuple(row) for row in db.session.execute(rows)]


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("content", "ending"),
    [(scans.scan_pdf(), "pdf"), (scans.picture("JPEG"), "jpg"), (scans.picture("PNG"), "png")],
    ids=["pdf", "jpeg", "png"],
)
def test_a_scan_is_kept_with_its_hash_in_the_chain(
    app: Flask, letter: Letter, as_user: SignIn, content: bytes, ending: str
) -> None:
    client = as_user("admin.dishub")
    assert "Unggah pindaian yang sudah ditandatangani" in client.get(f"/aduan/{letter.complaint_id}").text
    assert bring(app, client, letter, content, "../C:\\x.exe").status_code == 303
    assert kept(app) == [(1, "", True, digest(content))]
    with app.app_context():
        event = db.session.scalars(select(ComplaintEvent).order_by(ComplaintEvent.id.desc())).first()
        assert event is not None
        assert (event.kind, event.agency_code, event.data["sha256"]) == ("attach", "dishub", digest(content))
        assert event.data["filename"] == f"Pindaian surat {str(letter.number).replace('/', '-')}.{ending}"
        assert audit_all() == []
        attachment = db.session.scalars(select(Attachment.id)).one()
        waiting = client.get(f"/aduan/{letter.complaint_id}").text
        call_clean()
    assert "Menunggu pemeriksaan" in waiting
    page = client.get(f"/aduan/{letter.complaint_id}").text
    assert "Pindaian bertanda tangan" in page
    address = f"/aduan/{letter.complaint_id}/lampiran/{attachment}"
    assert address in page
    assert client.get(address).data == content


BAD = [
    ("nothing", b"", "missing"),
    ("a program", b"MZ\x90\x00", "not_taken"),
    ("a page", b"<html>%PDF-</html>", "not_taken"),
    ("too large", b"%PDF-" + b"0" * (10 * 1024 * 1024), "not_taken"),
    ("broken", b"%PDF-1.7\nnothing more", "unreadable"),
    ("half a picture", scans.picture("PNG")[:200], "unreadable"),
    ("locked", scans.locked(), "unreadable"),
    ("a ring of pages", scans.page_ring(), "unreadable"),
    ("a bomb", scans.bomb(), "unreadable"),
    ("a script", scans.with_action("/JavaScript"), "active"),
    ("a file in it", scans.with_file(), "active"),
    ("a program started", scans.with_action("/Launch"), "active"),
    ("a form sent off", scans.with_action("/SubmitForm"), "active"),
    ("a form that acts", scans.with_form(), "active"),
    ("two pages", scans.scan_pdf(2), "other_pages"),
]


@pytest.mark.parametrize(("content", "fault"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_what_is_no_scan_of_this_letter_is_refused(
    app: Flask, letter: Letter, as_user: SignIn, content: bytes, fault: str
) -> None:
    answer = bring(app, as_user("admin.dishub"), letter, content)
    assert answer.status_code == 422
    assert str(SCAN_FAULTS[fault]).partition("%")[0] in answer.text
    if fault == "other_pages":
        assert "surat ini 1 halaman, pindaian 2 halaman" in answer.text
    assert kept(app) == []


@pytest.mark.parametrize("content", [None, b"%PDF-1.7\nnothing more"], ids=["lost", "broken"])
def test_without_the_letters_own_pdf_a_scan_is_refused(
    app: Flask, letter: Letter, as_user: SignIn, content: bytes | None
) -> None:
    with app.app_context():
        paper = db.session.get_one(Paper, letter.paper_id)
        if content is None:
            remove_file(paper.path or "")
        else:
            write_named(paper.path or "", content)
    answer = bring(app, as_user("admin.dishub"), letter, scans.scan_pdf())
    assert (answer.status_code, str(SCAN_FAULTS["letter_lost"]) in answer.text) == (422, True)
    assert kept(app) == []


def test_a_link_is_no_script() -> None:
    assert scan_facts(scans.with_link()).active is False
    with pytest.raises(UnreadableScan):
        scan_facts(b"%PDF-1.7")


def test_the_child_that_reads_a_scan_gets_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHOME", "/nowhere")  # a Python that gets this does not start
    assert scan_facts(scans.scan_pdf()).pages == 1


def test_a_scan_is_replaced_only_with_a_reason_and_the_old_one_stays(
    app: Flask, letter: Letter, as_user: SignIn
) -> None:
    client, first, second = as_user("admin.dishub"), scans.scan_pdf(), scans.scan_pdf(text="lebih jelas")
    bring(app, client, letter, first)
    assert "Alasan mengganti" in client.get(page_of(letter)).text
    answer = bring(app, client, letter, second, reason="  ")
    assert (answer.status_code, str(SCAN_FAULTS["no_reason"]) in answer.text) == (422, True)
    assert bring(app, client, letter, second, reason="Yang pertama buram.").status_code == 303
    assert kept(app) == [(1, "Yang pertama buram.", False, digest(first)), (1, "", True, digest(second))]
    with app.app_context():
        notes = db.session.scalars(select(ComplaintEvent.data).where(ComplaintEvent.kind == "note")).all()
        assert notes == [{"text": f"Pindaian surat {letter.number} diganti: Yang pertama buram."}]
        assert audit_all() == []


def test_only_the_letters_own_agency_brings_its_scan(app: Flask, letter: Letter, as_user: SignIn) -> None:
    for username, status in (("kadis", 403), ("admin.dplh", 403), ("pengawas", 403), ("kepala.dinkes", 404)):
        assert bring(app, as_user(username), letter, scans.scan_pdf()).status_code == status, username
        assert as_user(username).get(page_of(letter)).status_code == status, username
    assert kept(app) == []
    assert bring(app, as_user("kepala.dishub"), letter, scans.scan_pdf()).status_code == 303


def test_a_stale_page_an_undrawn_letter_and_an_ended_case_take_no_scan(
    app: Flask, letter: Letter, as_user: SignIn
) -> None:
    client = as_user("admin.dishub")
    assert bring(app, client, letter, scans.scan_pdf(), expected_version="1").status_code == 409
    assert bring(app, client, letter, scans.scan_pdf(), expected_version="x").status_code == 409
    with app.app_context():
        paper = db.session.get_one(Paper, letter.paper_id)
        paper.state, paper.path, paper.file_hash = "queued", None, None
        db.session.commit()
    assert str(SCAN_FAULTS["not_drawn_yet"]) in bring(app, client, letter, scans.scan_pdf()).text
    assert kept(app) == []


def test_a_letter_signed_electronically_has_no_scan(app: Flask, letter: Letter, as_user: SignIn) -> None:
    with app.app_context():
        paper = db.session.get_one(Paper, letter.paper_id)
        paper.frozen = {**paper.frozen, "signing": "certificate"}
        db.session.commit()
    client = as_user("admin.dishub")
    assert client.get(page_of(letter)).status_code == 409
    assert "Unggah pindaian" not in client.get(f"/aduan/{letter.complaint_id}").text


def test_the_letter_that_is_handed_out_is_the_signed_paper(app: Flask, letter: Letter, as_user: SignIn) -> None:
    """A PDF of the paper that bears the ink goes before the file it was printed from; a photograph does not."""
    from views.shared.downloads import send_signed

    client, scan = as_user("admin.dishub"), scans.scan_pdf()
    bring(app, client, letter, scans.picture("PNG"))
    with app.app_context():
        assert send_signed(db.session.get_one(Letter, letter.id)).data.startswith(b"%PDF-")
    bring(app, client, letter, scan, reason="PDF lebih baik.")
    with app.app_context():
        assert send_signed(db.session.get_one(Letter, letter.id)).data != scan, "while the scan waits"
        call_clean()
    with app.app_context():
        assert send_signed(db.session.get_one(Letter, letter.id)).data == scan
    assert client.get(f"/aduan/{letter.complaint_id}/surat/{letter.id}.pdf").data != scan
