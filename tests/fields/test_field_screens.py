"""Fields on screen: made by an administrator, filled in by officers, shown where they may be seen."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.cases.receive_complaint import receive_complaint
from app.cases.report_input import clean_report
from app.core.extensions import db
from app.demo.accounts import demo_person
from app.fields.labels import bounds_text
from app.models import Category, Complaint, ComplaintEvent, FieldDefinition, PersonalValue
from tests.cases.test_intake import fresh_token
from tests.cases.test_intake import send as send_intake
from tests.factories import a_complaint, a_report
from tests.fields.field_bodies import POLE, WITNESS, activate

AsUser = Callable[[str], FlaskClient]
FORM: dict[str, Any] = {
    "code": "nomor_tiang",
    "label.id": "Nomor tiang listrik",
    "type": "text",
    "pattern": "[A-Z]{2}[0-9]{3,6}",
    "moments": ["intake", "register"],
    "visible_to": ["office", "agency"],
    "order": "50",
}


@pytest.fixture
def admin(bearer: Callable[[str], dict[str, str]]) -> dict[str, str]:
    return bearer("administrator")


def test_an_administrator_makes_checks_activates_and_ends_a_field(app: Flask, as_user: AsUser) -> None:
    screen = as_user("administrator")
    assert "Tambah isian" in screen.get("/isian/").text
    made = screen.post("/isian/baru", data=FORM)
    assert made.status_code == 303
    page = screen.get(made.location).text
    assert "Tidak ada kesalahan." in page
    for empty in ("", "  "):
        asked = screen.post(f"{made.location}/aktif", data={"reason": empty})
        assert asked.status_code == 422
        assert "Tulis alasannya" in asked.text.partition('id="reason-galat"')[2][:200]
    too_long = screen.post(f"{made.location}/aktif", data={"reason": "a" * 1001})
    assert too_long.status_code == 422
    assert "1000" in too_long.text.partition('id="reason-galat"')[2][:200]
    assert screen.post(f"{made.location}/aktif", data={"reason": "SK contoh"}).status_code == 303
    assert 'name="fields.nomor_tiang"' in as_user("admin.aduan").get("/aduan/baru").text
    assert screen.post(f"{made.location}/akhir").status_code == 303
    assert 'name="fields.nomor_tiang"' not in as_user("admin.aduan").get("/aduan/baru").text
    with app.app_context():
        row = db.session.scalars(select(FieldDefinition)).one()
        assert (row.code, row.order, row.moments) == ("nomor_tiang", 50, ["intake", "register"])


def test_a_faulty_form_comes_back_as_typed_with_its_faults(app: Flask, as_user: AsUser) -> None:
    screen = as_user("administrator")
    page = screen.post("/isian/baru", data={**FORM, "code": "Nomor Tiang", "pattern": "(", "order": "dua"})
    assert page.status_code == 422
    assert 'value="Nomor Tiang"' in page.text
    assert 'value="dua"' in page.text
    assert 'id="order-galat"' in page.text
    page = screen.post("/isian/baru", data={**FORM, "code": "Nomor Tiang", "pattern": "("})
    assert 'id="code-galat"' in page.text
    assert 'id="pattern-galat"' in page.text
    options = {**FORM, "type": "choice", "pattern": "", "options": "merah = Merah | Red\ntanpa kode"}
    page = screen.post("/isian/baru", data=options)
    assert "tanpa kode</textarea>" in page.text
    assert 'id="options-galat"' in page.text
    with app.app_context():
        assert db.session.scalars(select(FieldDefinition)).all() == []


def test_all_faults_are_reported_at_once_by_the_labels_of_their_controls(as_user: AsUser) -> None:
    faults = {"code": "Nomor Tiang", "label.id": "", "bounds.most": "20 karakter", "order": "dua", "moments": []}
    page = as_user("administrator").post("/isian/baru", data={**FORM, **faults})
    box = page.text.partition('class="err-ringkas"')[2].partition("</div>")[0]
    listed = re.findall('<a href="#([^"]*)">([^<]*)</a>', box)
    assert {control for control, _ in listed} == set(faults)
    assert ("bounds.most", "Nilai atau panjang terbesar: Tulis angka saja, misalnya 20") in listed
    assert ("label.id", "Nama: Isi bagian ini") in listed
    nameless = as_user("administrator").post("/isian/baru", data={**FORM, "code": "", "label.id": ""}).text
    assert 'href="#label.id"' in nameless
    assert 'href="#code"' not in nameless, "a code is made from the name"
    options = {"type": "choice", "pattern": "", "options": "merah = Merah\nBiru = Biru"}
    page = as_user("administrator").post("/isian/baru", data={**FORM, **options}).text
    assert '<a href="#options">Pilihan 2: Pakai huruf kecil' in page


def test_a_field_without_a_code_gets_one_from_its_name(app: Flask, as_user: AsUser) -> None:
    screen = as_user("administrator")
    for _ in range(2):
        assert screen.post("/isian/baru", data={**FORM, "code": "", "label.id": "Nomor tiang (PLN)"}).status_code == 303
    with app.app_context():
        codes = db.session.scalars(select(FieldDefinition.code).order_by(FieldDefinition.id)).all()
    assert codes == ["nomor_tiang_pln", "nomor_tiang_pln_2"]


def test_an_activation_says_where_the_field_is_asked_for(as_user: AsUser) -> None:
    screen = as_user("administrator")
    form = {**FORM, "bounds.most": "20", "categories": ["lampu_penerangan_jalan_umum"]}
    made = screen.post("/isian/baru", data=form).location
    assert "paling banyak 20 huruf" in screen.get(made).text
    said = screen.post(f"{made}/aktif", data={"reason": "SK contoh"}, follow_redirects=True).text
    where = "Petugas mencatat aduan; Meregister aduan, hanya untuk Lampu Penerangan Jalan Umum."
    assert f"Isian aktif sekarang. Diminta saat: {where}" in said
    assert "Lampu Penerangan Jalan Umum" in screen.get("/isian/").text


@pytest.mark.parametrize(
    ("kind", "bounds", "said"),
    [
        ("long_text", {"least": 2, "most": 20}, "2 sampai 20 huruf"),
        ("decimal", {"least": 0.5}, "paling kecil 0,5"),
        ("integer", {"most": 2000000}, "paling besar 2000000"),
    ],
)
def test_bounds_are_read_as_a_sentence(context: Flask, kind: str, bounds: dict[str, float], said: str) -> None:
    assert bounds_text(kind, bounds) == said


def test_the_advanced_part_of_the_form_is_folded_until_it_is_needed(as_user: AsUser) -> None:
    screen = as_user("administrator")
    for page, is_open in (
        (screen.get("/isian/baru"), False),
        (screen.post("/isian/baru", data={**FORM, "order": "dua"}), True),
        (screen.get(f"{screen.post('/isian/baru', data=FORM).location}/ubah"), True),
    ):
        before, _, folded = page.text.partition('<details class="tabel lipat"')
        assert folded.startswith(" open>") is is_open
        assert 'name="code"' in folded
        assert 'name="label.id"' in before


def test_two_administrators_at_once_the_later_one_is_told(as_user: AsUser) -> None:
    screen = as_user("administrator")
    made = screen.post("/isian/baru", data=FORM).location
    page = screen.post(f"{made}/ubah", data={**FORM, "label.id": "Tiang saya", "seen": "older"})
    assert page.status_code == 422
    assert "baru saja diubah orang lain" in page.text
    assert 'value="Tiang saya"' in page.text


@pytest.mark.parametrize("username", ["admin.aduan", "kadis", "kepala.dishub", "pengawas"])
def test_others_read_the_fields_and_change_nothing(as_user: AsUser, username: str) -> None:
    made = as_user("administrator").post("/isian/baru", data=FORM).location
    other = as_user(username)
    assert other.get("/isian/").status_code == 200
    assert "Tambah isian" not in other.get("/isian/").text
    for path in ("ubah", "aktif", "akhir", "salin", "hapus"):
        assert other.post(f"{made}/{path}", data={"reason": "x"}).status_code == 403
    assert other.post("/isian/baru", data=FORM).status_code == 403


def test_the_intake_form_takes_a_field_and_keeps_what_was_typed(
    app: Flask, client: FlaskClient, admin: dict[str, str], as_user: AsUser
) -> None:
    activate(client, admin, POLE)
    clerk = as_user("admin.aduan")
    back = send_intake(clerk, fresh_token(clerk), **{"fields.nomor_tiang": "salah"})
    assert back.status_code == 422
    assert 'value="salah"' in back.text
    assert 'id="fields.nomor_tiang-galat"' in back.text
    done = send_intake(clerk, fresh_token(clerk), **{"fields.nomor_tiang": "PR123"})
    assert done.status_code == 303, done.text
    with app.app_context():
        assert db.session.scalars(select(Complaint.field_values)).one() == {"nomor_tiang": "PR123"}


def send(screen: FlaskClient, case_id: int, action: str, **form: Any) -> Any:
    page = screen.get(f"/aduan/{case_id}").text
    return screen.post(f"/aduan/{case_id}/tindakan", data={"action": action, **hidden(page), **form})


def hidden(page: str) -> dict[str, str]:
    """Return the hidden inputs of the forms of a page that name the version of the case and the form."""
    return {
        name: page.partition(f'name="{name}" value="')[2].partition('"')[0] for name in ("expected_version", "token")
    }


def test_registering_asks_for_a_required_field_and_the_page_and_timeline_show_it(
    app: Flask, client: FlaskClient, admin: dict[str, str], as_user: AsUser
) -> None:
    activate(client, admin, POLE, required=True)
    with app.app_context():
        case_id = a_complaint_before()
    clerk = as_user("admin.aduan")
    assert 'name="fields.nomor_tiang"' in clerk.get(f"/aduan/{case_id}").text
    back = send(clerk, case_id, "register")
    assert back.status_code == 422
    assert "nomor_tiang-galat" in back.text
    back = send(clerk, case_id, "register", **{"fields.nomor_tiang": "pr 1"})
    assert 'value="pr 1"' in back.text
    assert send(clerk, case_id, "register", **{"fields.nomor_tiang": "PR123"}).status_code == 303
    page = clerk.get(f"/aduan/{case_id}").text
    assert page.count("PR123") >= 2


def test_a_form_says_when_a_field_is_required(
    app: Flask, client: FlaskClient, admin: dict[str, str], as_user: AsUser
) -> None:
    """The form of a new complaint does not know the category yet; that of a step does."""
    key = activate(client, admin, POLE, required=True, categories=["lampu_penerangan_jalan_umum"])
    with app.app_context():
        category = {"category": "lampu_penerangan_jalan_umum"}
        report = clean_report(a_report(**category), moment="")
        case_id = receive_complaint(report, demo_person("admin.aduan")).complaint.id
    clerk = as_user("admin.aduan")
    assert "Lampu Penerangan Jalan Umum" in as_user("administrator").get(f"/isian/{key}").text
    for path, label in (("/aduan/baru", "(wajib untuk Lampu Penerangan Jalan Umum)"), (f"/aduan/{case_id}", "")):
        said = clerk.get(path).text.partition("Nomor tiang listrik")[2].partition("</label>")[0]
        assert re.sub("<[^>]*>", "", said).strip() == label
    activate(client, admin, POLE, code="lain")
    assert clerk.get("/aduan/baru").text.count("(wajib untuk ") == 1
    tell = {"only_if": {"field": "lain", "is": "PR123"}}
    activate(client, admin, POLE, code="bersyarat", required=True, **tell)
    assert clerk.get("/aduan/baru").text.count("(wajib untuk sebagian aduan)") == 1


def test_a_form_names_at_most_three_categories_of_a_field(
    app: Flask, client: FlaskClient, admin: dict[str, str]
) -> None:
    with app.app_context():
        names = dict(db.session.execute(select(Category.code, Category.name).order_by(Category.name).limit(5)).all())
    activate(client, admin, POLE, moments=["public_intake"], categories=list(names))
    shown = ", ".join(list(names.values())[:3])
    app.config["PUBLIC_INTAKE"], before = True, app.config["PUBLIC_INTAKE"]
    try:
        page = unescape(client.get("/lapor").text)
    finally:
        app.config["PUBLIC_INTAKE"] = before
    assert f"(boleh kosong, hanya untuk {shown}, dan 2 lainnya)" in page
    assert "Keterangan tambahan" in page


def a_complaint_before() -> int:
    """A complaint at step 1 without values, received like one of SP4N, which misses no field."""
    return receive_complaint(clean_report(a_report(), moment=""), demo_person("admin.aduan")).complaint.id


def test_a_form_opened_before_the_field_ended_is_answered_with_a_sentence(
    app: Flask, client: FlaskClient, admin: dict[str, str], as_user: AsUser
) -> None:
    key = activate(client, admin, POLE)
    with app.app_context():
        case_id = a_complaint().id
    as_user("administrator").post(f"/isian/{key}/akhir")
    back = send(as_user("admin.aduan"), case_id, "register", **{"fields.nomor_tiang": "PR123"})
    assert back.status_code == 422
    assert "PR123" in back.text


def test_the_correction_page_changes_removes_and_leaves_a_value(
    app: Flask, client: FlaskClient, admin: dict[str, str], as_user: AsUser
) -> None:
    activate(client, admin, POLE)
    with app.app_context():
        case_id = a_complaint(fields={"nomor_tiang": "PR123"}).id
    clerk = as_user("admin.aduan")
    page = clerk.get(f"/aduan/{case_id}/data").text
    assert 'value="PR123"' in page

    def correct(value: str) -> int:
        page = clerk.get(f"/aduan/{case_id}/data").text
        data = {**hidden(page), "reason": "Salah baca", "fields.nomor_tiang": value}
        return clerk.post(f"/aduan/{case_id}/data", data=data).status_code

    assert correct("PR123") == 422
    assert correct("PR999") == 303
    assert correct("") == 303
    with app.app_context():
        assert db.session.get(Complaint, case_id).field_values == {}
        kinds = db.session.scalars(select(ComplaintEvent.kind).where(ComplaintEvent.complaint_id == case_id)).all()
        assert kinds.count("correct") == 2


def test_a_personal_value_is_covered_until_the_identity_is_opened_with_a_reason(
    app: Flask, client: FlaskClient, admin: dict[str, str], as_user: AsUser
) -> None:
    activate(client, admin, WITNESS)
    with app.app_context():
        case_id = a_complaint(fields={"nik_kedua": "6311012304870001"}).id
    clerk = as_user("admin.aduan")
    page = clerk.get(f"/aduan/{case_id}").text
    assert "6311012304870001" not in page
    assert "Nomor KTP pelapor kedua" in page
    opened = clerk.post(f"/aduan/{case_id}/identitas", data={"reason": "Memeriksa kelengkapan"})
    assert "6311012304870001" in opened.text
    with app.app_context():
        data = db.session.scalars(select(ComplaintEvent.data).where(ComplaintEvent.kind == "identity_opened")).one()
        assert "fields.nik_kedua" in data["fields"]
        assert db.session.scalars(select(PersonalValue.code)).all() == ["nik_kedua"]
