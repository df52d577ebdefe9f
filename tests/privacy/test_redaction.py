"""What a text tells of a secret reporter: shown to the Admin, taken out of what others read, kept for the office."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app.audit.replay import audit_all
from app.cases.perform_action import attach_to_case, perform_action
from app.core.extensions import db
from app.demo.accounts import demo_person
from app.models import Complaint
from app.sp4n.inbound.apply_revision import apply_report
from tests.factories import Case, a_complaint, move_on
from tests.sp4n.reports import a_linked_case, a_revision
from workflow_rules.process.actions import Action, ActionRequest
from workflow_rules.process.actors import REPORTER

As = Callable[[str], FlaskClient]
BODY = "Nama saya KENARI Aminah, hubungi 0812 3456 7890. Lubang di depan rumah."
SHOWN = "Nama saya •••, hubungi •••. Lubang di depan rumah."
WHY = "Nomor dan nama pelapor ada di isi"


def secret_case(**more: Any) -> Case:
    return a_complaint(confidentiality="secret", title="Lubang, mobil DA 1234 XY", body=BODY, **more)


def redact(client: FlaskClient, case_id: int, version: int, **more: str) -> Any:
    form = {"title": "Lubang, mobil •••", "body": SHOWN, "redaction_reason": WHY, "expected_version": str(version)}
    return client.post(f"/aduan/{case_id}/samarkan", data={**form, **more})


def seen_by_the_agency(client: FlaskClient, headers: dict[str, str], case_id: int) -> str:
    pages = ("/", "/aduan/", f"/aduan/{case_id}", "/pemberitahuan/", "/aduan/?q=lubang")
    answers = [client.get(path) for path in pages]
    answers += [client.get(f"/api/v1/complaint/{case_id}{end}", headers=headers) for end in ("", "/timeline")]
    assert {answer.status_code for answer in answers} == {200}
    return "".join(answer.text for answer in answers)


def test_the_admin_sees_what_may_betray_the_reporter_before_it_goes_out(app: Flask, as_user: As) -> None:
    with app.app_context():
        case_id, open_id = secret_case().id, a_complaint(body=BODY).id
    admin = as_user("admin.aduan")
    page = admin.get(f"/aduan/{case_id}").text
    for told in ("<mark>0812 3456 7890</mark>", "<mark>KENARI Aminah</mark>", "<mark>DA 1234 XY</mark>"):
        assert told in page
    assert f'href="/aduan/{case_id}/samarkan"' in page
    assert "<mark>" not in admin.get(f"/aduan/{open_id}").text
    assert admin.get(f"/aduan/{open_id}/samarkan").status_code == 409
    form = admin.get(f"/aduan/{case_id}/samarkan").text
    assert SHOWN in form
    assert 'value="Lubang, mobil •••"' in form


def test_agencies_letters_and_searches_have_the_redacted_words_and_the_office_both(
    app: Flask, as_user: As, bearer: Callable[[str], dict[str, str]]
) -> None:
    with app.app_context():
        case = secret_case(agencies=("dishub",))
        attach_to_case(case.id, "KENARI.pdf", b"%PDF-1.7\n", demo_person("admin.aduan"), 1)
        case_id, version = case.id, case.complaint.version
        file = db.session.execute(text("SELECT id FROM attachment")).scalar_one()
    answer = redact(as_user("admin.aduan"), case_id, version, **{f"file_{file}": "lampiran.pdf"})
    assert answer.status_code == 303
    with app.app_context():
        case.complaint = db.session.get_one(Complaint, case_id)
        move_on(case, at="send_answer")
        papers = str(db.session.execute(text("SELECT frozen FROM paper")).all())
        assert ("KENARI" in papers, "DA 1234" in papers, "•••" in papers) == (False, False, True)
        assert audit_all() == []
        kept = str(db.session.execute(text("SELECT * FROM original_text")).all())
        assert "KENARI" not in kept
    client = as_user("sekretaris.dishub")
    page = seen_by_the_agency(client, bearer("sekretaris.dishub"), case_id)
    assert [told for told in ("KENARI", "3456 7890", "DA 1234") if told in page] == []
    assert SHOWN in page
    assert "lampiran.pdf" in page
    assert WHY not in page
    assert "Tidak ada aduan" in client.get("/aduan/?q=kenari").text or "LB-" not in client.get("/aduan/?q=kenari").text
    office = as_user("kadis").get(f"/aduan/{case_id}").text
    assert (BODY in office, SHOWN in office, WHY in office) == (True, True, True)


def test_the_reports_own_words_sent_again_take_the_redaction_away(app: Flask, as_user: As) -> None:
    with app.app_context():
        case_id = secret_case().id
    admin = as_user("admin.aduan")
    assert redact(admin, case_id, 1).status_code == 303
    assert redact(admin, case_id, 1).status_code == 409
    for wrong in ({"redaction_reason": "pendek"}, {"body": " "}, {"title": "x" * 201}):
        assert redact(admin, case_id, 2, **wrong).status_code == 422
    assert redact(as_user("kasi"), case_id, 2).status_code == 403
    own = {"title": "Lubang, mobil DA 1234 XY", "body": BODY}
    assert redact(admin, case_id, 2, **own).status_code == 303
    with app.app_context():
        row = db.session.get_one(Complaint, case_id)
        assert (row.body, row.title, row.redacted) == (BODY, own["title"], False)
        assert db.session.execute(text("SELECT count(*) FROM original_text")).scalar_one() == 0
        assert audit_all() == []


def test_what_a_report_says_later_waits_for_the_admin_before_an_agency_reads_it(
    app: Flask, as_user: As, bearer: Callable[[str], dict[str, str]]
) -> None:
    with app.app_context():
        case = a_linked_case(confidentiality="secret", body=BODY)
        case_id = case.id
    admin = as_user("admin.aduan")
    assert redact(admin, case_id, 1, title="Lubang").status_code == 303
    with app.app_context():
        case.complaint = db.session.get_one(Complaint, case_id)
        move_on(case, at="draft_answer")
        newer = a_revision(2, confidentiality="secret", body="Sekarang rumah KENARI berair.")
        assert apply_report(str(case.complaint.sp4n_tracking_id), newer)
        assert apply_report(str(case.complaint.sp4n_tracking_id), newer)
        assert audit_all() == []
    page = seen_by_the_agency(as_user("sekretaris.dishub"), bearer("sekretaris.dishub"), case_id)
    assert ("KENARI" in page, "berair" in page, SHOWN in page) == (False, False, True)
    office = admin.get(f"/aduan/{case_id}").text
    assert "Laporan berubah di SP4N sejak disamarkan" in office
    assert "Sekarang rumah KENARI berair." in admin.get(f"/aduan/{case_id}/samarkan").text


@pytest.mark.parametrize("secrecy", ["secret", "anonymous"])
def test_a_reporters_own_messages_are_covered_for_agencies(
    app: Flask, as_user: As, bearer: Callable[[str], dict[str, str]], secrecy: str
) -> None:
    with app.app_context():
        case = a_complaint(at="draft_answer", agencies=("dishub",), confidentiality=secrecy)
        case.act("agency_secretary", "request_information", "dishub", "dishub", question="Di mana?")
        told = {"text": "Dekat pasar, telepon 0812 3456 7890 saja."}
        perform_action(case.id, ActionRequest(Action.ADD_INFORMATION, "dishub", told), REPORTER, None)
        case_id = case.id
    page = seen_by_the_agency(as_user("sekretaris.dishub"), bearer("sekretaris.dishub"), case_id)
    assert ("3456 7890" in page, "Dekat pasar, telepon ••• saja." in page) == (False, True)
    office = as_user("admin.aduan").get(f"/aduan/{case_id}").text
    assert told["text"] in office
    assert "<mark>0812 3456 7890</mark>" in office
