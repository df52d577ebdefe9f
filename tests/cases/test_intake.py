"""Catat aduan: a form that becomes one complaint, whatever the fingers do."""

import html
import io
import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.cases.receive_complaint import hash_code
from app.core.extensions import db
from app.models import Attachment, Complaint, IdempotencyKey, Reporter
from tests.files.samples import tiny_jpeg

SignIn = Callable[[str], FlaskClient]
GOOD = {
    "title": "Lampu jalan padam",
    "body": "Sudah tiga malam gelap.",
    "classification": "complaint",
    "confidentiality": "open",
    "channel": "walk_in",
    "category": "penerangan_jalan",
    "location.text": "Depan pasar",
    "occurred_on": "2026-01-05",
    "reporter.name": "Aminah",
    "reporter.phone": "0800-0000-0007",
    "reporter.address": "Jl. Contoh No. 7",
}


def fresh_token(client: FlaskClient) -> str:
    shown = client.get("/aduan/baru").get_data(as_text=True)
    found = re.search(r'name="form_token" value="([^"]+)"', shown)
    assert found is not None
    return found[1]


def send(client: FlaskClient, token: str, **changes: Any) -> Any:
    fields = {**GOOD, "form_token": token}
    fields.update({name.replace("__", "."): value for name, value in changes.items()})
    return client.post("/aduan/baru", data=fields, content_type="multipart/form-data")


def how_many(app: Flask, model: type[Any] = Complaint) -> int:
    with app.app_context():
        return int(db.session.execute(select(func.count()).select_from(model)).scalar_one())


def test_a_walk_in_becomes_a_complaint_and_its_card_shows_the_code_once(app: Flask, as_user: SignIn) -> None:
    client = as_user("admin.aduan")
    answer = send(client, fresh_token(client))
    with app.app_context():
        row = db.session.scalars(select(Complaint)).one()
        assert (row.title, row.channel, row.status) == ("Lampu jalan padam", "walk_in", "registering")
        assert db.session.get_one(Reporter, row.id).name == "Aminah"
        case_id, number, kept_hash = row.id, row.number, row.tracking_code_hash
        kept = db.session.scalars(select(IdempotencyKey)).one().body
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/aduan/{case_id}/kartu")
    card = client.get(answer.headers["Location"])
    code = re.search(r'id="kartu-kode">([2-9A-Z-]{14})<', card.text)
    assert code is not None
    with app.app_context():
        assert hash_code(number, code[1]) == kept_hash
    assert code[1] not in kept
    assert "no-store" in card.headers["Cache-Control"]
    assert number in card.text
    assert "Menerima dan meregister" in card.text
    assert "WITA" in card.text
    assert "data:image/svg+xml" in card.text
    assert f'href="/aduan/{case_id}"' in card.text
    again = client.get(answer.headers["Location"]).text
    assert code[1] not in again
    assert f'href="/aduan/{case_id}#kode-lacak"' in again


def test_the_card_of_one_case_is_not_shown_on_another(app: Flask, as_user: SignIn) -> None:
    client = as_user("admin.aduan")
    first, second = (send(client, fresh_token(client)).headers["Location"] for _ in range(2))
    assert "kartu-kode" not in client.get(first).text
    assert "kartu-kode" in client.get(second).text, "another card leaves it to be shown"
    assert "kartu-kode" not in client.get(second).text
    assert client.get("/aduan/999999/kartu").status_code == 404
    assert as_user("kasi").get(second).status_code == 403


def test_the_same_form_sent_again_leads_to_the_first_complaint(app: Flask, as_user: SignIn) -> None:
    client = as_user("admin.aduan")
    token = fresh_token(client)
    first = send(client, token)
    again = send(client, token)
    assert first.headers["Location"] == again.headers["Location"]
    assert how_many(app) == 1


def test_the_same_form_with_other_content_is_another_complaint(app: Flask, as_user: SignIn) -> None:
    client = as_user("admin.aduan")
    token = fresh_token(client)
    first = send(client, token)
    other = send(client, token, title="Aduan kedua setelah tombol Kembali")
    assert first.headers["Location"] != other.headers["Location"]
    assert how_many(app) == 2


def test_two_presses_at_the_same_moment_make_one_complaint(app: Flask, as_user: SignIn) -> None:
    clients = [as_user("admin.aduan") for _ in range(4)]
    token = fresh_token(clients[0])
    barrier = threading.Barrier(len(clients))
    places: list[str] = []

    def press(client: FlaskClient) -> None:
        barrier.wait()
        places.append(send(client, token).headers["Location"])

    threads = [threading.Thread(target=press, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(places) == len(clients)
    assert len(set(places)) == 1
    assert how_many(app) == 1


def test_another_officers_token_is_another_form(app: Flask, as_user: SignIn) -> None:
    client = as_user("admin.aduan")
    send(client, fresh_token(client))
    send(client, fresh_token(client))
    assert how_many(app) == 2


def test_every_fault_stands_at_its_field_and_everything_typed_is_kept(app: Flask, as_user: SignIn) -> None:
    client = as_user("admin.aduan")
    token = fresh_token(client)
    answer = send(
        client,
        token,
        title=" \u200b ",
        channel="",
        category="bukan-kategori",
        occurred_on="2999-01-01",
        reporter__email="bukan surel",
        reporter__nik="12",
        location__village="tiada",
    )
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for name in ("title", "channel", "category", "occurred_on", "reporter.email", "reporter.nik", "location.village"):
        assert f'id="{name}-galat"' in shown, name
        assert f'<a href="#{name}">' in shown, name
    assert "Sudah tiga malam gelap." in shown
    assert 'value="bukan surel"' in shown
    assert "<title>Galat: " in shown
    assert how_many(app) == 0
    assert send(client, token).status_code == 303


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "x" * 201},
        {"body": "a\x00b"},
        {"confidentiality": "public"},
        {"channel": "fax"},
        {"reporter__phone": "tanpa angka"},
        {"location__district": "Antah"},
        {"occurred_on": "kemarin"},
    ],
)
def test_bad_input_is_a_fault_and_stores_nothing(app: Flask, as_user: SignIn, changes: dict[str, str]) -> None:
    client = as_user("admin.aduan")
    answer = send(client, fresh_token(client), **changes)
    assert answer.status_code == 422
    assert "err-ringkas" in answer.get_data(as_text=True)
    assert (how_many(app), how_many(app, IdempotencyKey)) == (0, 0)


TEXT_FIELDS = (
    "title",
    "body",
    "location.text",
    "reporter.name",
    "reporter.phone",
    "reporter.email",
    "reporter.address",
)
CODE_FIELDS = ("channel", "category", "classification", "confidentiality", "location.district", "location.village")


def refused_at(client: FlaskClient, name: str, text: str) -> str:
    """The form as it comes back with its fault at a field, and with everything typed still in it."""
    answer = send(client, fresh_token(client), **{name.replace(".", "__"): text})
    assert answer.status_code == 422, (name, text[:20])
    assert f'id="{name}-galat"' in answer.text
    assert GOOD["body"] in answer.text or name == "body"
    return html.unescape(answer.text)


@pytest.mark.parametrize("name", TEXT_FIELDS)
def test_unfit_text_is_told_at_its_field_and_kept(app: Flask, as_user: SignIn, name: str) -> None:
    client = as_user("admin.aduan")
    for text in ("a" * 200_000, "\U0001f4a1" * 110_000, "sebelum\x00sesudah"):
        assert text in refused_at(client, name, text)
    if name in ("title", "body"):
        for empty in ("\u200b\u2060\ufeff", " \t ", ""):
            refused_at(client, name, empty)
    assert how_many(app) == 0


@pytest.mark.parametrize("name", CODE_FIELDS)
def test_an_unknown_code_is_told_at_its_field(app: Flask, as_user: SignIn, name: str) -> None:
    client = as_user("admin.aduan")
    for code in ("tiada", "x" * 200_000, "\x00", "\u200b", "['a']", "1e999"):
        refused_at(client, name, code)
    assert how_many(app) == 0


def test_a_wrong_date_is_told_at_its_field_and_kept(app: Flask, as_user: SignIn) -> None:
    client = as_user("admin.aduan")
    for day in ("2026-02-30", "0000-01-01", "1026-01-05", "+999999-01-01", "20260105", "2026-W02-1", "x"):
        assert f'value="{day}"' in refused_at(client, "occurred_on", day)
    assert how_many(app) == 0


def test_a_file_where_text_belongs_and_text_where_files_belong_change_nothing(app: Flask, as_user: SignIn) -> None:
    client = as_user("admin.aduan")
    answer = send(client, fresh_token(client), title=(io.BytesIO(b"judul"), "judul.txt"))
    assert answer.status_code == 422
    assert 'id="title-galat"' in answer.text
    assert send(client, fresh_token(client), attachments="bukan berkas").status_code == 303
    assert how_many(app, Attachment) == 0


def test_faults_stand_in_the_order_of_the_page(as_user: SignIn) -> None:
    client = as_user("admin.aduan")
    answer = send(
        client, fresh_token(client), title="", channel="", reporter__nik="1", occurred_on="x", location__text="x" * 999
    )
    linked = re.findall(r'<li><a href="#([^"]+)">', answer.text)
    assert linked == ["channel", "title", "location.text", "occurred_on", "reporter.nik"]


def test_an_anonymous_reporter_is_not_stored(app: Flask, as_user: SignIn) -> None:
    client = as_user("admin.aduan")
    assert send(client, fresh_token(client), confidentiality="anonymous").status_code == 303
    assert how_many(app, Reporter) == 0


def test_a_report_from_sp4n_carries_its_number_and_a_known_one_leads_to_its_complaint(
    app: Flask, as_user: SignIn
) -> None:
    client = as_user("admin.aduan")
    assert send(client, fresh_token(client), channel="sp4n").status_code == 422
    assert send(client, fresh_token(client), channel="sp4n", tracking_id="12x").status_code == 422
    assert send(client, fresh_token(client), channel="phone", tracking_id="1234567").status_code == 422
    assert send(client, fresh_token(client), channel="sp4n", tracking_id="#1234567").status_code == 303
    again = send(client, fresh_token(client), channel="sp4n", tracking_id="1234567")
    assert again.status_code == 422
    assert "sudah tercatat sebagai LB-" in again.get_data(as_text=True)
    with app.app_context():
        assert db.session.scalars(select(Complaint)).one().sp4n_tracking_id == "1234567"


def test_files_are_kept_and_a_wrong_kind_is_refused_at_the_field(app: Flask, as_user: SignIn) -> None:
    client = as_user("admin.aduan")
    program = (io.BytesIO(b"MZ\x90\x00 program"), "foto.jpg")
    answer = send(client, fresh_token(client), attachments=program)
    assert answer.status_code == 422
    assert 'id="attachments-galat"' in answer.get_data(as_text=True)
    assert "Berkas harus dipilih lagi" in answer.get_data(as_text=True)
    assert how_many(app) == 0
    assert "foto.jpg: Lampirkan PDF, JPEG, atau PNG" in answer.text
    for files, sentence in (
        ([(io.BytesIO(b""), "kosong.pdf")], "kosong.pdf: Lampirkan PDF"),
        ([(io.BytesIO(b"%PDF-1.7"), f"{'n' * 300}.pdf")], "beri berkas ini nama yang pendek"),
        ([(io.BytesIO(b"%PDF-1.7"), f"{n}.pdf") for n in range(11)], "Pilih paling banyak 10 berkas"),
    ):
        assert sentence in send(client, fresh_token(client), attachments=files).text
    assert how_many(app) == 0
    two = [(io.BytesIO(b"%PDF-1.7 surat"), "surat.pdf"), (io.BytesIO(tiny_jpeg()), "foto.jpg")]
    assert send(client, fresh_token(client), attachments=two).status_code == 303
    assert how_many(app, Attachment) == 2


def test_an_old_or_forged_token_brings_the_form_back_with_a_new_one(app: Flask, as_user: SignIn) -> None:
    client = as_user("admin.aduan")
    for token in ("", "pendek", "x" * 300, "a' OR 1=1 -- aaaaaaaaaaaaaaaa"):
        answer = send(client, token)
        assert answer.status_code == 422
        assert "Lampu jalan padam" in answer.get_data(as_text=True)
    assert how_many(app) == 0


@pytest.mark.parametrize("username", ["kasi", "kadis", "admin.dishub", "pengawas", "administrator"])
def test_others_may_not_take_in_complaints(app: Flask, as_user: SignIn, username: str) -> None:
    client = as_user(username)
    assert client.get("/aduan/baru").status_code == 403
    assert send(client, "a" * 32).status_code == 403
    assert how_many(app) == 0


def test_a_stranger_is_sent_to_the_login(client: FlaskClient) -> None:
    assert client.get("/aduan/baru").headers["Location"].startswith("/login/")
    assert send(client, "a" * 32).headers["Location"].startswith("/login/")


def test_numbers_are_taken_as_people_write_them(app: Flask, as_user: SignIn) -> None:
    client = as_user("admin.aduan")
    written = {"reporter__phone": "(0526) 21 234", "reporter__nik": "6311 0145 0290\u200b 0001"}
    assert send(client, fresh_token(client), **written).status_code == 303
    with app.app_context():
        reporter = db.session.scalars(select(Reporter)).one()
        assert (reporter.phone, reporter.nik) == ("(0526) 21 234", "6311014502900001")


@pytest.mark.parametrize("nik", ["6311010001900001", "6311014013900001", "6311017201900001", "6311013002900001"])
def test_a_nik_without_a_day_of_birth_is_refused_beside_its_field(as_user: SignIn, nik: str) -> None:
    client = as_user("admin.aduan")
    answer = send(client, fresh_token(client), reporter__nik=nik)
    assert answer.status_code == 422
    assert "Tulis NIK dengan 16 angka" in answer.text
    assert nik in answer.text
