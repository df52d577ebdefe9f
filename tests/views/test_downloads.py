"""Files and letters of a case leave only through the wall around it, under a name, a type and headers of ours."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.cases.perform_action import attach_to_case
from app.core.extensions import db
from app.core.storage import read_file
from app.demo.accounts import demo_person
from app.models import Attachment, Letter, Paper
from app.papers.papers import draw_paper
from tests.cases.case_pages import SignIn
from tests.factories import a_complaint
from tests.files.samples import tiny_jpeg, tiny_png
from tests.files.states import call_clean

CONTENTS = {
    "pdf": (b"%PDF-1.4\n<script>alert(1)</script>%%EOF", "application/pdf"),
    "png": (tiny_png() + b"<html>", "image/png"),
    "jpg": (tiny_jpeg() + b"<html>", "image/jpeg"),
}
TWO = ("dpuprperkim", "dishub")


def with_files(app: Flask, at: str = "draft_answer", **more: Any) -> tuple[int, dict[str, str]]:
    """A case with a file of each kind, put there under names that would do harm; its addresses by ending."""
    with app.app_context():
        case, by = a_complaint(at=at, agencies=TWO, **more), demo_person("admin.aduan")
        for ending, (content, _) in CONTENTS.items():
            attach_to_case(case.id, f'../x"; evil=\n1.{ending}.html', content, by, case.complaint.version)
        call_clean(case.id)
        rows = db.session.scalars(select(Attachment).where(Attachment.complaint_id == case.id))
        return case.id, {row.path.rsplit(".", 1)[1]: f"/aduan/{case.id}/lampiran/{row.id}" for row in rows}


def with_letter(app: Flask, draw: bool = True) -> tuple[str, Letter]:
    """A case whose agency has signed, and the address of its letter."""
    with app.app_context():
        case = a_complaint(at="send_answer", agencies=("dishub",))
        letter = db.session.scalars(select(Letter).where(Letter.complaint_id == case.id)).one()
        if draw:
            assert draw_paper(letter.paper_id or 0) == "ready"
        db.session.refresh(letter)
        assert letter.paper is not None
        db.session.refresh(letter.paper)
        path = f"/aduan/{case.id}/surat/{letter.id}.pdf"
        db.session.expunge_all()
        return path, letter


def test_a_file_has_the_type_that_was_found_and_a_name_that_needs_no_quoting(app: Flask, as_user: SignIn) -> None:
    case_id, paths = with_files(app)
    for ending, path in paths.items():
        answer = as_user("kadis").get(path)
        content, media_type = CONTENTS[ending]
        assert (answer.status_code, answer.data, answer.mimetype) == (200, content, media_type)
        named = answer.headers["Content-Disposition"]
        assert re.fullmatch(rf'attachment; filename="lampiran-{case_id}-\d+\.{ending}"', named), named
        _harmless(answer.headers)


def _harmless(headers: Any) -> None:
    """Nothing in the file is run, guessed at or kept."""
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Frame-Options"] == "DENY"


def test_a_letter_is_the_stored_pdf_under_its_number(app: Flask, as_user: SignIn) -> None:
    path, letter = with_letter(app)
    for username in ("kadis", "admin.dishub", "pengawas"):
        answer = as_user(username).get(path)
        with app.app_context():
            assert answer.data == read_file((letter.paper and letter.paper.path) or "")
        assert answer.data.startswith(b"%PDF-")
        assert answer.mimetype == "application/pdf"
        named = re.sub(r"[^A-Za-z0-9.]+", "-", letter.number or "")
        assert answer.headers["Content-Disposition"] == f'attachment; filename="surat-tanggapan-{named}.pdf"'
        _harmless(answer.headers)


def test_only_who_sees_the_case_gets_its_files(app: Flask, as_user: SignIn, client: FlaskClient) -> None:
    _, paths = with_files(app)
    letter, _ = with_letter(app)
    for path in (*paths.values(), letter):
        for username, status in (
            ("admin.dishub", 200),
            ("pengawas", 200),
            ("admin.dinkes", 404),
            ("administrator", 403),
        ):
            answer = as_user(username).get(path)
            assert answer.status_code == status, (username, path)
            assert status == 200 or answer.mimetype == "text/html"
        assert client.get(path).status_code == 302


def test_a_file_is_found_only_under_its_own_case(app: Flask, as_user: SignIn) -> None:
    """An agency may not reach a stranger's file by naming a case of its own."""
    own, paths = with_files(app)
    with app.app_context():
        foreign = a_complaint(at="agency_receive", agencies=("dinkes",))
        by = demo_person("admin.aduan")
        attach_to_case(foreign.id, "x.pdf", CONTENTS["pdf"][0], by, foreign.complaint.version)
        row = db.session.scalars(select(Attachment).where(Attachment.complaint_id == foreign.id)).one()
        file_id = row.id
    dishub = as_user("admin.dishub")
    assert dishub.get(f"/aduan/{own}/lampiran/{file_id}").status_code == 404
    assert as_user("kadis").get(f"/aduan/{own}/lampiran/{file_id}").status_code == 404
    assert dishub.get(paths["pdf"]).status_code == 200
    for strange in (0, 2**63 - 1, 2**63, 10**40):
        assert dishub.get(f"/aduan/{own}/lampiran/{strange}").status_code == 404
        assert dishub.get(f"/aduan/{own}/surat/{strange}.pdf").status_code == 404


def test_before_an_agency_sees_the_case_it_gets_no_file_of_it(app: Flask, as_user: SignIn) -> None:
    _, paths = with_files(app, at="direct")
    assert as_user("kadis").get(paths["pdf"]).status_code == 200
    assert as_user("admin.dishub").get(paths["pdf"]).status_code == 404


@pytest.mark.parametrize("draw", [True, False], ids=["its file is gone", "it is not drawn yet"])
def test_a_letter_without_its_file_says_so(app: Flask, as_user: SignIn, draw: bool) -> None:
    path, letter = with_letter(app, draw)
    if draw:
        with app.app_context():
            db.session.get_one(Paper, letter.paper_id).path = "papers/0/tidak-ada.pdf"
            db.session.commit()
    answer = as_user("kadis").get(path)
    assert answer.status_code == 404
    assert "Berkas ini belum atau tidak lagi tersimpan." in answer.text


def test_a_draft_has_no_download(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        case_id = a_complaint(at="sign_answer", agencies=("dishub",)).id
        letter_id = db.session.scalars(select(Letter.id)).one()
    for username in ("kepala.dishub", "kadis"):
        answer = as_user(username).get(f"/aduan/{case_id}/surat/{letter_id}.pdf")
        assert answer.status_code == 404
        assert "Aduan ini tidak ditemukan." in answer.text


def test_a_letter_proves_itself_to_everybody_and_a_changed_one_does_not(app: Flask, client: FlaskClient) -> None:
    _, letter = with_letter(app, draw=False)
    address = f"/verifikasi/{letter.verification_code}"
    page = client.get(address).text
    assert "Surat ini sah." in page
    assert letter.number in page
    assert "Aminah" not in page
    with app.app_context():
        row = db.session.get_one(Paper, letter.paper_id)
        row.frozen = {**row.frozen, "body": "Lain."}
        db.session.commit()
    assert "Isi surat ini berubah." in client.get(address).text
    for unknown in ("x", "%00", "a" * 200, "..%2f..%2fetc"):
        answer = client.get(f"/verifikasi/{unknown}")
        assert answer.status_code == 404
        assert "Surat ini sah" not in answer.text
