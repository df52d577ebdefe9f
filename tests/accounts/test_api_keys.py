"""Keys of programs: shown once, kept as a hash, held to their scopes and their time, rotated, revoked, journalled."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.extensions import db
from app.models import ApiKey, ComplaintEvent, JournalEntry
from tests.factories import a_complaint
from tests.overtaken import overtaken
from tests.statements import statements

As = Callable[[str], FlaskClient]
LIST = "/kunci-api/"
READ = "/api/v1/complaint/"
FORM = {"nama": "Dasbor kabupaten", "cakupan": "read", "sampai": ""}


@pytest.fixture
def admin(as_user: As) -> FlaskClient:
    return as_user("administrator")


def key_in(page: str) -> str:
    found = re.search(r"lb_[\w-]{43}", page)
    assert found is not None, page
    return found[0]


def made(admin: FlaskClient, **more: str) -> dict[str, str]:
    answer = admin.post(LIST, data={**FORM, **more})
    assert answer.status_code == 201, answer.text
    return {"Authorization": f"Bearer {key_in(answer.text)}"}


def status(client: FlaskClient, headers: dict[str, str], address: str = READ) -> int:
    return client.get(address, headers=headers).status_code


def row() -> ApiKey:
    return db.session.scalars(select(ApiKey).execution_options(populate_existing=True)).one()


def rotate(admin: FlaskClient, days: str) -> Any:
    page = admin.get(f"{LIST}1").text
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen is not None
    return admin.post(f"{LIST}1/ganti", data={"tumpang": days, "seen": seen[1]})


def test_a_key_is_shown_once_and_stored_nowhere(app: Flask, admin: FlaskClient, client: FlaskClient) -> None:
    headers = made(admin)
    key = headers["Authorization"].split()[1]
    assert status(client, headers) == 200
    with app.app_context():
        kept = " ".join(str(value) for value in vars(row()).values())
        kept += " ".join(
            str(entry.data)
            for entry in db.session.scalars(select(JournalEntry).where(JournalEntry.kind != "row_changed"))
        )
    for page in (admin.get(LIST).text, admin.get(f"{LIST}1").text, admin.get("/jurnal/").text, kept):
        assert key not in page
        assert key.removeprefix("lb_") not in page
    assert "Dasbor kabupaten" in admin.get("/jurnal/").text


@pytest.mark.parametrize(
    ("scope", "open_to"),
    [("read", {READ, "/api/v1/agency/"}), ("sp4n", {"/api/v1/sp4n/reports/123456"}), ("open311", set())],
)
def test_a_scope_opens_its_own_endpoints_alone(
    admin: FlaskClient, client: FlaskClient, scope: str, open_to: set[str]
) -> None:
    headers = made(admin, cakupan=scope)
    for address in (READ, "/api/v1/agency/", "/api/v1/sp4n/reports/123456"):
        assert (status(client, headers, address) == 403) == (address not in open_to)
    assert status(client, headers, "/api/v1/worklist/") == 401
    assert client.post("/api/v1/district/", json={}, headers=headers).status_code == 401


def test_a_key_ends_with_its_last_day_on_the_offices_clock(
    admin: FlaskClient, client: FlaskClient, freeze: Callable[[str], Any], as_user: As
) -> None:
    freeze("2026-11-24 10:00")
    headers = made(as_user("administrator"), sampai="2026-11-25")
    freeze("2026-11-25 23:59")
    assert status(client, headers) == 200
    freeze("2026-11-26 00:00")
    assert status(client, headers) == 401


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("nama", " "),
        ("nama", "a" * 101),
        ("nama", "a\u200b"),
        ("cakupan", "admin"),
        ("sampai", "2020-01-01"),
        ("sampai", "x"),
    ],
)
def test_a_faulty_form_makes_no_key_and_keeps_what_was_typed(
    app: Flask, admin: FlaskClient, field: str, value: str
) -> None:
    answer = admin.post(LIST, data={**FORM, field: value})
    assert answer.status_code == 422
    assert f'id="{field}-galat"' in answer.text
    with app.app_context():
        assert db.session.scalars(select(ApiKey)).all() == []
    assert admin.post(LIST, data=FORM).status_code == 201
    assert admin.post(LIST, data=FORM).status_code == 422


def test_the_last_use_is_noted_at_most_once_a_minute(
    app: Flask, client: FlaskClient, freeze: Callable[[str], Any], as_user: As
) -> None:
    freeze("2026-11-24 10:00")
    headers = made(as_user("administrator"))
    noted = []
    for at in ("10:00", "10:00", "10:01"):
        freeze(f"2026-11-24 {at}")
        with statements(app) as asked:
            assert status(client, headers) == 200
        noted.append(sum("UPDATE api_key" in sql for sql in map(str, asked)))
    assert noted == [1, 0, 1]
    with app.app_context():
        last = row().last_used_at
        assert last is not None
        assert last.isoformat() == "2026-11-24T02:01:00+00:00"


def test_a_rotation_overlaps_and_then_only_the_new_key_opens(
    app: Flask, client: FlaskClient, freeze: Callable[[str], Any], as_user: As
) -> None:
    freeze("2026-11-24 10:00")
    admin = as_user("administrator")
    old = made(admin)
    answer = rotate(admin, "1")
    new = {"Authorization": f"Bearer {key_in(answer.text)}"}
    assert (answer.status_code, status(client, old), status(client, new)) == (200, 200, 200)
    freeze("2026-11-25 10:00")
    assert (status(client, old), status(client, new)) == (401, 200)
    now = rotate(as_user("administrator"), "0")
    assert status(client, new) == 401
    assert status(client, {"Authorization": f"Bearer {key_in(now.text)}"}) == 200
    with app.app_context():
        own = JournalEntry.kind.startswith("key_")
        kinds = list(
            db.session.scalars(
                select(JournalEntry.kind).where(JournalEntry.kind != "row_changed").where(own).order_by(JournalEntry.id)
            )
        )
        assert kinds == ["key_made", "key_rotated", "key_rotated"]
        assert row().name == "Dasbor kabupaten"


def test_a_rotation_that_is_sent_again_changes_nothing(app: Flask, client: FlaskClient, admin: FlaskClient) -> None:
    made(admin)
    page = admin.get(f"{LIST}1").text
    form = {"tumpang": "7", "seen": re.findall(r'name="seen" value="(\w+)"', page)[0]}
    new = {"Authorization": f"Bearer {key_in(admin.post(f'{LIST}1/ganti', data=form).text)}"}
    assert admin.post(f"{LIST}1/ganti", data=form).status_code == 409
    assert status(client, new) == 200
    assert admin.post(f"{LIST}1/ganti", data={**form, "tumpang": "365"}).status_code == 422


def test_of_two_rotations_at_once_one_wins_and_the_original_key_keeps_its_overlap(
    app: Flask, client: FlaskClient, as_user: As
) -> None:
    first, second = as_user("administrator"), as_user("administrator")
    old = made(first)
    answers = overtaken(app, "SELECT FROM api_key FOR UPDATE", lambda: rotate(first, "7"), lambda: rotate(second, "7"))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (shown,) = [key_in(answer.text) for answer in answers if answer.status_code == 200]
    assert (status(client, old), status(client, {"Authorization": f"Bearer {shown}"})) == (200, 200)


def test_a_revoked_key_opens_nothing_and_its_reason_is_kept(
    app: Flask, client: FlaskClient, admin: FlaskClient
) -> None:
    old = made(admin)
    new = {"Authorization": f"Bearer {key_in(rotate(admin, '30').text)}"}
    assert admin.post(f"{LIST}1/cabut", data={"alasan": " "}).status_code == 422
    assert status(client, new) == 200
    assert admin.post(f"{LIST}1/cabut", data={"alasan": "Bocor di surel"}).status_code == 303
    assert (status(client, old), status(client, new)) == (401, 401)
    assert admin.post(f"{LIST}1/cabut", data={"alasan": "Lagi"}).status_code == 409
    with app.app_context():
        entry = db.session.scalars(
            select(JournalEntry).where(JournalEntry.kind != "row_changed").where(JournalEntry.kind == "key_revoked")
        ).one()
        assert (entry.reason, entry.data["name"], entry.officer_id is not None) == (
            *("Bocor di surel", "Dasbor kabupaten", True),
        )
    assert "Bocor di surel" in admin.get("/jurnal/").text


def test_a_reading_program_learns_no_word_of_a_secret_or_anonymous_case(
    app: Flask, client: FlaskClient, admin: FlaskClient
) -> None:
    headers = made(admin)
    with app.app_context():
        told = {"title": "KENARI-JUDUL", "body": "KENARI-ISI", "location": {"text": "KENARI-TEMPAT"}}
        ids = [
            a_complaint(at="answered", agencies=("dishub",), confidentiality=how, **told).id
            for how in ("secret", "anonymous")
        ]
        plain = a_complaint(at="check", title="Lampu padam").id
        texts = db.session.scalars(select(ComplaintEvent.data)).all()
        assert any(texts)
    addresses = [f"{READ}{n}{tail}" for n in ids for tail in ("", "/timeline", "/deadlines")]
    for address in (*addresses, READ, "/api/v1/letter/", "/api/v1/step_task/"):
        answer = client.get(address, headers=headers)
        assert answer.status_code == 200
        for word in ("KENARI", "Tanggapan", "Sudah ditangani", "Aminah", "0800-0000-0007"):
            assert word not in answer.text, address
    assert client.get(f"{READ}{plain}", headers=headers).get_json()["result"]["title"] == "Lampu padam"
    whole = client.get(READ, headers=headers).get_json()
    assert whole["count"] == 3


def test_nobody_but_the_administrator_opens_the_page(as_user: As) -> None:
    for name in ("admin.aduan", "pengawas", "kadis", "kepala.dishub"):
        assert as_user(name).get(LIST).status_code == 403
        assert as_user(name).post(LIST, data=FORM).status_code == 403
