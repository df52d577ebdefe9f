"""/lapor: a citizen's form becomes one complaint, keeps what was typed, and says number and code once."""

import html
import io
import re
import time
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from app.core.extensions import db
from app.models import Attachment, Complaint, ComplaintEvent, Delivery, Reporter, StepTask
from app.public.tracking_proof import prove
from tests.conftest import build_app
from tests.files.samples import tiny_jpeg
from tests.statements import statements
from views.public.intake import FIELDS
from views.shared.intake_fields import sentences
from workflow_rules.process.refusals import ActionRefused, PassingReason, RefusalReason

GOOD = {
    "title": "Lampu jalan padam di depan pasar",
    "body": "Sudah tiga malam gelap.",
    "category": "penerangan_jalan",
    "confidentiality": "open",
    "location.text": "Depan pasar",
    "location.district": "63.11.04",
    "occurred_on": "2026-01-05",
    "reporter.name": "Aminah",
    "reporter.email": "aminah@pelapor.example",
}


@pytest.fixture(autouse=True)
def uncounted(app: Flask) -> None:
    """What earlier tests sent does not count."""
    app.appbuilder.sm.limiter.reset()  # type: ignore[attr-defined]


def token_on(page: str) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def send(client: FlaskClient, token: str = "", **changes: Any) -> Any:
    fields = {**GOOD, "form_token": token or token_on(client.get("/lapor").text)}
    fields.update({name.replace("__", "."): value for name, value in changes.items()})
    return client.post("/lapor", data=fields, content_type="multipart/form-data")


def how_many(app: Flask, model: type[Any] = Complaint) -> int:
    with app.app_context():
        return int(db.session.execute(select(func.count()).select_from(model)).scalar_one())


def pair_on(page: str) -> tuple[str, str]:
    number, code = re.findall(r'<dd class="nomor besar">([^<]+)</dd>', page)
    return number, code


def faults_on(page: str) -> list[str]:
    return re.findall(r'<p class="err" id="([^"]+)-galat"', page)


def test_a_form_becomes_a_complaint_and_its_number_and_code_are_said_once(app: Flask, client: FlaskClient) -> None:
    answer = send(client)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/lapor/selesai")
    page = client.get("/lapor/selesai")
    assert page.headers["Cache-Control"] == "no-store"
    number, code = pair_on(page.text)
    again = client.get("/lapor/selesai")
    assert (again.status_code, again.headers["Location"]) == (303, "/lacak")
    with app.test_request_context():
        proof = prove(number, code)
        assert proof is not None
    with app.app_context():
        case = db.session.get_one(Complaint, proof.complaint_id)
        assert (case.channel, case.status, case.title) == ("web", "registering", GOOD["title"])
        event = db.session.scalars(select(ComplaintEvent)).one()
        assert (event.kind, event.actor, event.officer_id) == ("received", "reporter", None)
        assert (event.address or "").startswith("digest:")
        assert db.session.scalars(select(StepTask.step)).all() == ["register"]
        assert db.session.get_one(Reporter, case.id).told_by == "email"
        assert db.session.scalars(select(Delivery.told).where(Delivery.complaint_id.is_not(None))).all() == ["received"]
        for table in ("idempotency_key", "delivery", "complaint"):
            kept = db.session.execute(text(f"SELECT row_to_json(t)::text FROM {table} t")).scalars()  # noqa: S608
            assert not any(code in row for row in kept)


def test_a_form_sent_twice_makes_one_complaint_and_both_land_on_its_number(app: Flask, client: FlaskClient) -> None:
    token = token_on(client.get("/lapor").text)
    send(client, token, attachments=(io.BytesIO(tiny_jpeg()), "foto.jpg"))
    first = pair_on(client.get("/lapor/selesai").text)
    send(client, token, attachments=(io.BytesIO(tiny_jpeg()), "foto.jpg"))
    assert pair_on(client.get("/lapor/selesai").text) == first
    assert how_many(app) == 1


def test_a_form_sent_again_with_other_words_or_files_is_another_complaint(app: Flask, client: FlaskClient) -> None:
    token = token_on(client.get("/lapor").text)
    changes: list[dict[str, Any]] = [{}, {"title": "Lain"}, {"attachments": (io.BytesIO(tiny_jpeg()), "foto.jpg")}]
    numbers = set()
    for change in changes:
        send(client, token, **change)
        numbers.add(pair_on(client.get("/lapor/selesai").text)[0])
    assert len(numbers) == how_many(app) == 3


def test_another_browser_with_the_same_form_gets_a_complaint_and_a_code_of_its_own(
    app: Flask, client: FlaskClient
) -> None:
    token, other = token_on(client.get("/lapor").text), app.test_client()
    other.get("/lapor")
    pairs = []
    for browser in (client, other):
        send(browser, token)
        pairs.append(pair_on(browser.get("/lapor/selesai").text))
    assert how_many(app) == 2
    assert pairs[0][0] != pairs[1][0]
    assert pairs[0][1] != pairs[1][1]


def test_every_fault_stands_beside_its_field_and_nothing_typed_is_lost(app: Flask, client: FlaskClient) -> None:
    answer = send(
        client,
        title=" ",
        body="KATA-KATA <b>saya</b>",
        category="tidak_ada",
        occurred_on="2199-01-01",
        reporter__name="",
        reporter__email="bukan",
        location__lat="dua",
        attachments=(io.BytesIO(b"MZ\x90"), "virus.exe"),
    )
    assert answer.status_code == 422
    expected = ["title", "category", "location.lat", "location.lon", "occurred_on", "attachments"]
    assert faults_on(answer.text) == [*expected, "reporter.name", "reporter.email"]
    assert "KATA-KATA &lt;b&gt;saya&lt;/b&gt;" in answer.text
    assert 'value="bukan"' in answer.text
    assert 'value="dua"' in answer.text
    assert "Berkas harus dipilih lagi" in answer.text
    assert "<title>Galat: Sampaikan aduan" in answer.text
    assert how_many(app) == 0


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"confidentiality": ""}, "confidentiality"),
        ({"reporter__email": ""}, "reporter.phone"),
        ({"reporter__name": "", "confidentiality": "secret"}, "reporter.name"),
        ({"location__lat": "-2,33", "location__lon": ""}, "location.lon"),
        ({"location__lat": "-2,33", "location__lon": "1e3"}, "location.lon"),
        ({"location__lat": "-2,33", "location__lon": "181"}, "location.lon"),
    ],
)
def test_what_is_missing_is_asked_for(app: Flask, client: FlaskClient, typed: dict[str, str], fault: str) -> None:
    answer = send(client, **typed)
    assert answer.status_code == 422
    assert faults_on(answer.text) == [fault]
    assert how_many(app) == 0


def test_of_an_anonymous_reporter_nothing_is_kept_and_nothing_asked(app: Flask, client: FlaskClient) -> None:
    assert send(client, confidentiality="anonymous", reporter__name="", reporter__email="").status_code == 303
    assert send(client, confidentiality="anonymous", reporter__name="KENARI").status_code == 303
    assert "surel Anda" not in client.get("/lapor/selesai").text
    assert how_many(app) == 2
    assert how_many(app, Reporter) == 0
    with app.app_context():
        assert db.session.scalars(select(Delivery).where(Delivery.complaint_id.is_not(None))).all() == []


def test_a_position_with_commas_and_a_photo_come_along(app: Flask, client: FlaskClient) -> None:
    photo = (io.BytesIO(tiny_jpeg()), "lampu.jpg")
    assert send(client, location__lat="-2,336700", location__lon="115.452", attachments=photo).status_code == 303
    with app.app_context():
        case = db.session.scalars(select(Complaint)).one()
        assert (str(case.latitude), str(case.longitude)) == ("-2.336700", "115.452000")
        file = db.session.scalars(select(Attachment)).one()
        assert (file.filename, file.media_type, file.added_by) == ("lampu.jpg", "image/jpeg", "reporter")


def test_what_fills_in_every_field_is_asked_once_more(app: Flask, client: FlaskClient) -> None:
    answer = send(client, website="http://spam.example")
    assert answer.status_code == 422
    assert GOOD["body"] in answer.text
    assert "spam.example" not in answer.text
    assert how_many(app) == 0


@pytest.mark.parametrize("token", ["x", "<script>", "a" * 80])
def test_a_form_without_a_name_of_ours_comes_back(app: Flask, client: FlaskClient, token: str) -> None:
    answer = send(client, token)
    assert answer.status_code == 422
    assert token_on(answer.text) != html.escape(token)
    assert how_many(app) == 0


def test_the_door_is_not_there_where_the_office_has_not_opened_it(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "PUBLIC_INTAKE", False)
    answers = [client.get("/lapor"), client.get("/lapor/selesai"), client.post("/lapor", data=GOOD)]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert "/lapor" not in client.get("/lacak").text
    assert how_many(app) == 0


def test_an_officer_who_reports_does_so_as_a_citizen(app: Flask, as_user: Any) -> None:
    send(as_user("kasi"))
    with app.app_context():
        event = db.session.scalars(select(ComplaintEvent)).one()
        assert (event.actor, event.officer_id) == ("reporter", None)


def test_after_twenty_in_an_hour_one_source_waits_and_keeps_its_words(app: Flask) -> None:
    client = app.test_client()
    token = token_on(client.get("/lapor").text)
    with time_machine.travel(time.time(), tick=False) as clock:
        assert {send(client, token).status_code for _ in range(20)} == {303}
        stopped = send(client, token, body="KATA-KATA SAYA")
        assert stopped.status_code == 429
        assert "KATA-KATA SAYA" in stopped.text
        assert 0 < int(stopped.headers["Retry-After"]) <= 3601
        elsewhere = app.test_client().post(
            "/lapor", data={**GOOD, "form_token": token}, environ_overrides={"REMOTE_ADDR": "203.0.113.9"}
        )
        assert elsewhere.status_code == 303
        clock.shift(3700)
        assert send(client, token).status_code == 303


def test_faults_do_not_use_up_what_may_be_reported(app: Flask) -> None:
    client = app.test_client()
    assert {send(client, title="").status_code for _ in range(25)} == {422}
    assert send(client).status_code == 303


def test_a_form_without_its_cookie_comes_back_with_every_word(app: Flask, worker: str, tmp_path: Any) -> None:
    guarded = build_app(
        app.config["SQLALCHEMY_DATABASE_URI"], app.config["REDIS_URL"], str(tmp_path), WTF_CSRF_ENABLED=True
    )
    client, token = guarded.test_client(), "a" * 32
    answer = client.post("/lapor", data={**GOOD, "form_token": token})
    assert answer.status_code == 422
    assert GOOD["body"] in answer.text
    known = re.search(r'name="csrf_token" value="([^"]+)"', answer.text)
    assert known is not None
    mended = {**GOOD, "form_token": token_on(answer.text), "csrf_token": known[1]}
    assert client.post("/lapor", data=mended).status_code == 303
    with guarded.app_context():
        db.engine.dispose()


def test_the_form_costs_few_statements(app: Flask, client: FlaskClient) -> None:
    with statements(app) as seen:
        client.get("/lapor")
    assert len(seen) <= 12


def test_every_refusal_has_a_sentence_in_the_form(context: Flask) -> None:
    reasons = (*RefusalReason, *PassingReason)
    assert [reason for reason in reasons if not sentences(ActionRefused(reason), FIELDS)] == []
