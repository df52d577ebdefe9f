"""Standard answers and letters: who is offered which, filled for the case, and who may write them."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import aliased

from app.core.extensions import db
from app.demo.accounts import demo_person
from app.models import Category, JournalEntry, StandardText
from tests.factories import a_complaint
from tests.fields.field_bodies import POLE, activate

As = Callable[[str], FlaskClient]
OFFICE, OWN = "/teks-standar", "/teks-standar-saya"
BODY = "Aduan {complaint.number} ditangani {agency.name}{#if deadline}, batas {deadline|date}{/if}."
FORM = {"code": "sudah", "title": "Sudah ditindaklanjuti", "kind": "answer", "body": BODY, "order": "10", "active": "y"}


def a_text(title: str, kind: str = "answer", scope: str = "office", **more: Any) -> StandardText:
    values = {"code": title.lower().replace(" ", "_"), "body": BODY, "order": 1, **more}
    row = StandardText(title=title, kind=kind, scope=scope, **values)
    db.session.add(row)
    db.session.commit()
    return row


def page_of(client: FlaskClient, case_id: int) -> str:
    return client.get(f"/aduan/{case_id}").text


def test_a_reply_offers_the_answers_filled_for_the_case(context: Flask, as_user: As) -> None:
    case = a_complaint(at="reply", agencies=("dishub",))
    a_text("Jawaban Kantor")
    a_text("Surat Kantor", kind="letter")
    a_text("Nonaktif", active=False)
    page = page_of(as_user("admin.aduan"), case.id)
    assert f"Aduan {case.complaint.number} ditangani Dinas Perhubungan, batas " in page
    assert "Jawaban Kantor" in page
    assert "Surat Kantor" not in page
    assert "Nonaktif" not in page
    assert 'data-sisip="reply-reply-dinas-text"' in page


def test_a_draft_offers_the_letters_of_the_office_the_own_agency_and_the_officer(context: Flask, as_user: As) -> None:
    case = a_complaint(at="draft_answer", agencies=("dishub",))
    mine, other = demo_person("sekretaris.dishub").id, demo_person("kepala.dishub").id
    a_text("Surat Kantor", "letter")
    a_text("Surat Dishub", "letter", "agency", agency_code="dishub")
    a_text("Surat Dinkes", "letter", "agency", agency_code="dinkes")
    a_text("Surat Saya", "letter", "own", owner_id=mine)
    a_text("Surat Orang", "letter", "own", owner_id=other)
    page = page_of(as_user("sekretaris.dishub"), case.id)
    offered = [title for title in ("Kantor", "Dishub", "Dinkes", "Saya", "Orang") if f"Surat {title}" in page]
    assert offered == ["Kantor", "Dishub", "Saya"]
    assert "data-sisip" not in page_of(as_user("kasi"), case.id)


def test_a_text_of_a_category_is_offered_for_its_cases_and_those_below(context: Flask, as_user: As) -> None:
    case = a_complaint(at="reply", agencies=("dishub",))
    below, top = aliased(Category), aliased(Category)
    child, parent = db.session.execute(select(below, top).join(top, below.parent_id == top.id)).all()[0]
    other = db.session.scalars(select(Category).where(Category.id.not_in([child.id, parent.id]))).first()
    for title, category in (("Kategori Ini", child), ("Induknya", parent), ("Yang Lain", other)):
        a_text(title, category_id=category.id)
    page = page_of(as_user("admin.aduan"), case.id)
    assert not any(title in page for title in ("Kategori Ini", "Induknya", "Yang Lain"))
    case.complaint.category_id = child.id
    db.session.commit()
    page = page_of(as_user("admin.aduan"), case.id)
    assert [title in page for title in ("Kategori Ini", "Induknya", "Yang Lain")] == [True, True, False]


def test_a_text_with_markup_stays_text(context: Flask, as_user: As) -> None:
    case = a_complaint(at="reply", agencies=("dishub",))
    a_text("<b>Judul</b>", code="judul", body="<script>{complaint.number}</script>")
    page = page_of(as_user("admin.aduan"), case.id)
    assert f"&lt;script&gt;{case.complaint.number}&lt;/script&gt;" in page
    assert "<b>Judul</b>" not in page


def test_a_text_that_a_later_release_does_not_know_is_left_out(context: Flask, as_user: As) -> None:
    case = a_complaint(at="reply", agencies=("dishub",))
    a_text("Rusak", body="{complaint.gone}")
    a_text("Utuh")
    page = page_of(as_user("admin.aduan"), case.id)
    assert "Utuh" in page
    assert "Rusak" not in page


def test_an_administrator_writes_for_the_office_and_for_agencies(context: Flask, screen: FlaskClient) -> None:
    assert screen.post(f"{OFFICE}/add", data={**FORM, "scope": "office", "agency": "__None"}).status_code == 302
    row = db.session.scalars(select(StandardText)).one()
    assert (row.code, row.scope, row.owner_id, row.agency_code, row.body) == ("sudah", "office", None, None, BODY)
    refused = screen.post(f"{OFFICE}/add", data={**FORM, "scope": "office"})
    assert "Sudah ada" in refused.text
    refused = screen.post(f"{OFFICE}/add", data={**FORM, "code": "lain", "scope": "agency"})
    assert "Pilih OPD bila teks ini" in refused.text
    assert len(db.session.scalars(select(StandardText)).all()) == 1
    listed = screen.get(f"{OFFICE}/list/").text
    assert "Sudah ditindaklanjuti" in listed
    changes = db.session.scalars(select(JournalEntry).where(JournalEntry.kind == "row_changed")).all()
    assert [entry.data["name"] for entry in changes if entry.data["table"] == "standard_text"] == [
        "Sudah ditindaklanjuti"
    ]


def test_a_text_without_a_code_gets_one_from_its_title(context: Flask, screen: FlaskClient, as_user: As) -> None:
    assert 'value="100"' in screen.get(f"{OFFICE}/add").text.partition('name="order"')[2].partition(">")[0]
    nameless = {**FORM, "code": ""}
    for _ in range(2):
        assert screen.post(f"{OFFICE}/add", data={**nameless, "scope": "office"}).status_code == 302
    assert as_user("kasi").post(f"{OWN}/add", data=nameless).status_code == 302
    codes = db.session.scalars(select(StandardText.code).order_by(StandardText.id)).all()
    assert codes == ["sudah_ditindaklanjuti", "sudah_ditindaklanjuti_2", "sudah_ditindaklanjuti"]


def test_the_author_chooses_the_kind_and_learns_which_one_may_hold_a_field(
    context: Flask, screen: FlaskClient, client: FlaskClient, bearer: Callable[[str], dict[str, str]]
) -> None:
    activate(client, bearer("administrator"), POLE)
    form = screen.get(f"{OFFICE}/add").text
    assert '<option selected value="' not in form.partition('name="kind"')[2].partition("</select>")[0]
    assert "ditawarkan pada setiap aduan" in form
    answer = {**FORM, "scope": "office", "body": "Tiang {field.nomor_tiang}"}
    assert "kind-galat" in screen.post(f"{OFFICE}/add", data={**answer, "kind": ""}).text
    assert "Pilih jenis Surat tanggapan OPD bila" in screen.post(f"{OFFICE}/add", data=answer).text
    assert screen.post(f"{OFFICE}/add", data={**answer, "kind": "letter"}).status_code == 302


@pytest.mark.parametrize("body", ["{complaint.numbr}", "a\n{#if deadline}", "{{ config }}", "", "{reporter.name}"])
def test_a_faulty_text_is_refused_with_its_place(context: Flask, screen: FlaskClient, body: str) -> None:
    refused = screen.post(f"{OFFICE}/add", data={**FORM, "scope": "office", "body": body})
    assert refused.status_code == 200
    assert "body-galat" in refused.text
    assert not body or "Baris " in refused.text
    assert db.session.scalars(select(StandardText)).all() == []


def test_an_officer_keeps_own_texts_that_nobody_else_sees(context: Flask, as_user: As, screen: FlaskClient) -> None:
    mine, other = as_user("admin.aduan"), as_user("kasi")
    assert mine.post(f"{OWN}/add", data=FORM).status_code == 302
    row = db.session.scalars(select(StandardText)).one()
    assert (row.scope, row.owner_id) == ("own", demo_person("admin.aduan").id)
    assert "Sudah ditindaklanjuti" in mine.get(f"{OWN}/list/").text
    for client, base in ((other, OWN), (screen, OFFICE)):
        assert "Sudah ditindaklanjuti" not in client.get(f"{base}/list/").text
        assert client.get(f"{base}/show/{row.id}").status_code == 404
        assert client.post(f"{base}/edit/{row.id}", data=FORM).status_code == 404
        assert client.post(f"{base}/delete/{row.id}").status_code == 404
    assert other.post(f"{OWN}/add", data=FORM).status_code == 302
    assert "Sudah ada" in mine.post(f"{OWN}/add", data=FORM).text
    assert mine.post(f"{OWN}/delete/{row.id}").status_code == 302


def test_only_administrators_write_those_of_the_office(context: Flask, as_user: As) -> None:
    row = a_text("Jawaban Kantor")
    officer = as_user("admin.aduan")
    assert officer.get(f"{OFFICE}/list/").status_code == 200
    assert officer.post(f"{OFFICE}/add", data={**FORM, "scope": "office"}).status_code == 403
    assert officer.post(f"{OFFICE}/edit/{row.id}", data={**FORM, "scope": "office"}).status_code == 403
    assert officer.post(f"{OFFICE}/delete/{row.id}").status_code == 403


def test_standard_texts_over_the_api(
    context: Flask, client: FlaskClient, bearer: Callable[[str], dict[str, str]]
) -> None:
    admin = bearer("administrator")
    path = "/api/v1/standard_text/"
    body = {"code": "sudah", "title": "Sudah", "kind": "answer", "scope": "agency", "agency": "dishub", "order": 1}
    made = client.post(path, json={**body, "body": BODY}, headers=admin)
    assert made.status_code == 201, made.json
    assert made.json["result"]["agency"] == "dishub"
    assert client.post(path, json={**body, "body": BODY}, headers=admin).status_code == 409
    wrong = client.post(path, json={**body, "code": "b", "body": "a\n{complaint.numbr}"}, headers=admin)
    assert wrong.status_code == 422
    assert [error["field"] for error in wrong.json["errors"]] == ["body"]
    assert "Baris 2, kolom 1" in wrong.json["errors"][0]["message"]
    assert client.post(path, json={**body, "body": BODY}, headers=bearer("kasi")).status_code == 403
    a_text("Milik", "answer", "own", owner_id=demo_person("kasi").id)
    listed = client.get(path, headers=bearer("kasi")).json["result"]
    assert [row["code"] for row in listed] == ["sudah"]
