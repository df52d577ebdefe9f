"""Columns of an imported file that hold the office's fields: offered, read as people here write, refused row by row."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.clock import utc_now
from app.core.extensions import db
from app.fields.change import end
from app.fields.values import personal_values
from app.models import Complaint, FieldDefinition, SyncImport
from app.sp4n.inbound.csv_import import start_import, start_trial, work_on
from tests.fields.field_bodies import API, POLE, WITNESS, activate
from tests.sp4n.test_import import bring, outcomes

HEAD = "nomor;judul;isi;Nomor tiang listrik;Tinggi;Padam sejak;Seluruh jalan;Warna;Saksi\n"
FILE = HEAD + (
    "9165810;Satu;Isi;PR0077;1.250,5;23/11/2026;ya;Merah;3311\n"
    "9165811;Dua;Isi;;7;2026-11-23;tidak;b;\n"
    "9165812;Tiga;Isi;7;tujuh;99/99/2026;mungkin;hijau;\n"
    "9165813;Empat;Isi;PR0078;1.500;;;;\n"
    "9165814;Lima;Isi;;;;;;\n"
)
OWN: list[dict[str, Any]] = [
    {**POLE, "required": True},
    {"code": "tinggi", "label": {"id": "Tinggi"}, "type": "decimal"},
    {"code": "sejak", "label": {"id": "Padam sejak"}, "type": "date"},
    {"code": "seluruh", "label": {"id": "Seluruh jalan"}, "type": "boolean"},
    {"code": "warna", "label": {"id": "Warna"}, "type": "choice"},
    {**WITNESS, "label": {"id": "Saksi"}},
]
COLOURS = [{"code": "a", "label": "Merah"}, {"code": "b", "label": "Biru"}]
EXPECTED = {
    2: ("created", ""),
    3: ("created", ""),
    4: (
        "refused",
        (
            "fields.nomor_tiang:not_in_pattern fields.sejak:not_a_date fields.seluruh:wrong_type"
            " fields.tinggi:wrong_type fields.warna:not_allowed"
        ),
    ),
    5: ("refused", "fields.tinggi:wrong_type"),
    6: ("created", ""),
}
"""Row to its outcome, by hand: 1.500 can be read both ways, and a required field is not missed, as by SP4N itself."""


@pytest.fixture
def own_fields(client: FlaskClient, bearer: Callable[[str], dict[str, str]]) -> None:
    admin = bearer("administrator")
    for body in OWN:
        options = {"options": COLOURS} if body["type"] == "choice" else {}
        activate(client, admin, {"moments": ["intake"], "visible_to": ["office"], **body, **options})
    draft = client.post(API, json={**POLE, "code": "konsep", "label": {"id": "Masih konsep"}}, headers=admin)
    assert draft.status_code == 201
    activate(client, admin, POLE, code="kelak", label={"id": "Hanya saat register"}, moments=["register"])
    activate(
        client, admin, POLE, code="foto", label={"id": "Foto tiang"}, type="file", pattern=None, moments=["intake"]
    )


def sorted_outcomes(row: SyncImport) -> dict[int, tuple[str, str]]:
    return {number: (outcome, " ".join(sorted(said.split()))) for number, (outcome, said) in outcomes(row).items()}


@pytest.mark.usefixtures("own_fields")
def test_fields_are_guessed_tried_and_taken_in(app: Flask) -> None:
    with app.app_context():
        row = bring(FILE)
        codes = ("nomor_tiang", "tinggi", "sejak", "seluruh", "warna", "nik_kedua")
        own = dict(zip((f"fields.{code}" for code in codes), row.mapping.values(), strict=False))
        assert {part for part in row.mapping if part.startswith("fields.")} == set(own)
        start_trial(row, dict(row.mapping), utc_now())
        assert work_on(row.id) == "checked"
        assert sorted_outcomes(row) == EXPECTED
        assert db.session.scalars(select(Complaint)).all() == []
        start_import(row, utc_now())
        assert work_on(row.id) == "done"
        assert sorted_outcomes(row) == EXPECTED
        made = {one.sp4n_tracking_id: one for one in db.session.scalars(select(Complaint))}
        assert {tracking_id: one.field_values for tracking_id, one in made.items()} == {
            "9165810": {
                "nomor_tiang": "PR0077",
                "tinggi": 1250.5,
                "sejak": "2026-11-23",
                "seluruh": True,
                "warna": "a",
            },
            "9165811": {"tinggi": 7, "sejak": "2026-11-23", "seluruh": False, "warna": "b"},
            "9165814": {},
        }
        assert personal_values(made["9165810"].id) == {"fields.nik_kedua": "3311"}


@pytest.mark.usefixtures("own_fields")
def test_the_page_offers_the_fields_of_the_intake_form_and_names_faults_by_their_labels(
    app: Flask, as_user: Callable[[str], FlaskClient]
) -> None:
    officer = as_user("admin.aduan")
    sent = officer.post("/sp4n/impor/", data={"file": (BytesIO(FILE.encode()), "laporan.csv")})
    address = sent.headers["Location"]
    page = officer.get(address).text
    assert 'name="fields.nomor_tiang"' in page
    assert not [label for label in ("Masih konsep", "Hanya saat register", "Foto tiang") if label in page]
    with app.app_context():
        mapping = dict(db.session.scalars(select(SyncImport.mapping)).one())
    twice = officer.post(f"{address}/kolom", data={**mapping, "fields.warna": "Tinggi"})
    assert (twice.status_code, 'id="fields.warna-galat"' in twice.text) == (422, True)
    assert officer.post(f"{address}/kolom", data=mapping).status_code == 303
    with app.app_context():
        work_on(int(address.rpartition("/")[2]))
    page = officer.get(address).text
    assert "Nomor tiang listrik: Tulis menurut pola [A-Z]{2}[0-9]{3,6}" in page
    assert "Warna: Pilih salah satu: Merah, Biru" in page
    assert "3 laporan akan dibuat" in page


@pytest.mark.usefixtures("own_fields")
def test_a_field_that_ended_meanwhile_is_named_and_no_longer_offered(
    app: Flask, as_user: Callable[[str], FlaskClient]
) -> None:
    officer = as_user("admin.aduan")
    sent = officer.post("/sp4n/impor/", data={"file": (BytesIO(FILE.encode()), "laporan.csv")})
    address = sent.headers["Location"]
    with app.app_context():
        mapping = dict(db.session.scalars(select(SyncImport.mapping)).one())
        end(db.session.scalars(select(FieldDefinition).where(FieldDefinition.code == "warna")).one(), utc_now())
        db.session.commit()
    stale = officer.post(f"{address}/kolom", data=mapping)
    assert stale.status_code == 422
    assert 'href="#fields.warna">Warna: Pilih &#34;tidak ada&#34;: isian ini sudah tidak dipakai' in stale.text
    del mapping["fields.warna"]
    assert officer.post(f"{address}/kolom", data=mapping).status_code == 303
    with app.app_context():
        assert work_on(int(address.rpartition("/")[2])) == "checked"


@pytest.mark.usefixtures("own_fields")
def test_a_remembered_column_of_an_ended_field_is_forgotten(app: Flask) -> None:
    with app.app_context():
        row = bring(FILE)
        start_trial(row, dict(row.mapping), utc_now())
        work_on(row.id)
        end(db.session.scalars(select(FieldDefinition).where(FieldDefinition.code == "warna")).one(), utc_now())
        db.session.commit()
        again = bring(FILE + "9165815;Enam;Isi;;;;;;\n")
        assert set(again.mapping) == set(row.mapping) - {"fields.warna"}
