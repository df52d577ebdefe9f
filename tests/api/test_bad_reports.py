"""Bad reports at `POST /complaint/` and `PUT /sp4n/reports/{id}`: every fault by its field, and nothing written."""

import base64
import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text, update
from werkzeug.test import TestResponse

from app.core.extensions import db
from app.demo.accounts import make_key
from app.models import Category, Complaint, District, Village
from tests.api.bad_input import unreadable_bodies
from tests.factories import a_report
from tests.office_zone import office_today

Bearer = Callable[[str], dict[str, str]]
PDF = base64.b64encode(b"%PDF-1.4 contoh").decode()
WORDS: list[Any] = [7, True, [], {}, "", "  ", "\u200b", "a\x00b", "\x1b[0m", "\ud800", "a" * 200_000]
OUTSIDE = {
    "title": [None, *WORDS, "a" * 201],
    "body": [None, *WORDS, "a" * 50_001],
    "channel": [*WORDS, "pigeon", "WEB"],
    "classification": [*WORDS, "order"],
    "confidentiality": [*WORDS, "hidden"],
    "category": [*WORDS, "tidak ada", "%", "lama"],
    "occurred_on": [
        *(7, True, [], {}, "", "kemarin", "2999-01-01", "2026-02-30", "01/02/2026", "20260102", "2026-W01-1", "10"),
        *("2026-01-02T00:00:00", "0001-01-01", "\u0662\u0660\u0662\u0666-01-02", "a\x00"),
    ],
    "location": [7, True, [], "Paringin", [{}]],
    "location.text": [*WORDS, "a" * 301],
    "location.district": [*WORDS, "Atlantis", "_aringin"],
    "location.village": [*WORDS, "Atlantis"],
    "location.lat": [91, -90.000001, "1", True, [], {}, 2**70, -(10**400)],
    "location.lon": [181, -180.1, "1", True, [], {}, 2**70],
    "location.country": ["ID"],
    "reporter": [7, True, [], "Budi"],
    "reporter.name": [*WORDS, "a" * 201],
    "reporter.phone": [*WORDS, "abc", "1", "08" * 20, "\u0660\u0668\u0661\u0662\u0663\u0664\u0665\u0666"],
    "reporter.email": [*WORDS, "x", "a@", "@b.id", "a b@c.id", "a@b@c.id", "a@localhost\n"],
    "reporter.address": [*WORDS, "a" * 501],
    "reporter.nik": [*WORDS, "12", "6311" * 5, "\u0661" * 16, "631101010101000A"],
    "reporter.hobby": ["x"],
    "attachments": [7, True, {}, "x", [{"filename": "a.pdf", "content_base64": PDF}] * 11],
    "hobby": ["x"],
    "tracking_id": ["9165816"],
}
FILES: list[tuple[Any, str]] = [
    *((item, "attachments.0") for item in (7, "x", [], None)),
    *(({"filename": name, "content_base64": PDF}, "attachments.0.filename") for name in (None, *WORDS)),
    *(({"filename": "a", "content_base64": c}, "attachments.0.content_base64") for c in (None, *WORDS, "???", "YQ")),
    ({"filename": "a.pdf", "content_base64": base64.b64encode(b"<html>").decode()}, "attachments.0.content_base64"),
    ({"filename": "a.pdf", "content_base64": base64.b64encode(b"%PDF-" + bytes(10 * 1024 * 1024)).decode()}, ""),
    ({"filename": "a.pdf", "content_base64": PDF, "size": 1}, "attachments.0.size"),
]


def spoilt(name: str, value: Any) -> dict[str, Any]:
    """A report with one part, or one part of a part, replaced."""
    part, _, inner = name.partition(".")
    report = a_report()
    return {**report, part: {**report[part], inner: value} if inner else value}


@pytest.fixture
def closed_category(app: Flask) -> None:
    with app.app_context():
        key = db.session.scalars(select(Category.id).where(Category.parent_id.is_not(None)).limit(1)).one()
        db.session.execute(update(Category).where(Category.id == key).values(code="lama", active=False))
        db.session.commit()


@pytest.fixture
def officer(app: Flask, client: FlaskClient, bearer: Bearer) -> Callable[..., TestResponse]:
    headers = bearer("admin.aduan")

    def post(body: Any, content_type: str = "application/json") -> TestResponse:
        raw = body if isinstance(body, bytes) else json.dumps(body)
        return client.post("/api/v1/complaint/", data=raw, content_type=content_type, headers=headers)

    return post


@pytest.fixture
def program(app: Flask, client: FlaskClient) -> Callable[..., TestResponse]:
    with app.app_context():
        headers = {"Authorization": f"Bearer {make_key()}"}

    def put(body: Any, content_type: str = "application/json", tracking_id: str = "9165816") -> TestResponse:
        raw = body if isinstance(body, bytes) else json.dumps(body)
        url = f"/api/v1/sp4n/reports/{tracking_id}"
        return client.put(url, data=raw, content_type=content_type, headers=headers)

    return put


def faults(answer: TestResponse, field: str) -> list[str]:
    """What is wrong with a refusal of one field; nothing when it is as it should be."""
    told = answer.get_json() if answer.mimetype == "application/problem+json" else {}
    named = [error["field"] for error in told.get("errors", ()) if error["message"]]
    good = answer.status_code == 422 and told["type"].endswith("/missing_input") and field in named
    return [] if good else [f"{field}: {answer.status_code} {answer.get_data(as_text=True)[:200]}"]


def nothing_written(app: Flask) -> bool:
    with app.app_context():
        tables = ("complaint", "reporter", "attachment", "complaint_event", "number_counter", "notice")
        counts = [db.session.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in tables]  # noqa: S608
        db.session.rollback()
        return not any(counts)


@pytest.mark.usefixtures("closed_category")
def test_every_fault_of_a_report_is_told_by_its_field(app: Flask, officer: Callable[..., TestResponse]) -> None:
    seen: list[str] = []
    for name, values in OUTSIDE.items():
        for value in values:
            seen += [f"{value!r:.40} {fault}" for fault in faults(officer(spoilt(name, value)), name)]
    for item, field in FILES:
        answer = officer(a_report(attachments=[item]))
        seen += [f"{item!r:.60} {fault}" for fault in faults(answer, field or "attachments.0.content_base64")]
    assert seen == []
    assert nothing_written(app)


def test_the_longest_text_of_each_field_is_taken(officer: Callable[..., TestResponse]) -> None:
    over = {
        name: [v for v in values if isinstance(v, str) and 200 < len(v) < 100_000] for name, values in OUTSIDE.items()
    }
    assert sum(map(len, over.values())) == 5
    for name, texts in over.items():
        for words in texts:
            assert officer(spoilt(name, words[:-1])).status_code == 201, name


def test_the_bounds_of_days_and_places_are_inside(app: Flask, officer: Callable[..., TestResponse]) -> None:
    with app.app_context():
        today = office_today()
    for day in (date(1900, 1, 1), today):
        assert officer(a_report(occurred_on=str(day))).status_code == 201
    said = {}
    for day in (date(1899, 12, 31), today + timedelta(days=1)):
        answer = officer(a_report(occurred_on=str(day)))
        assert faults(answer, "occurred_on") == []
        said[day] = answer.get_json()["errors"][0]["message"]
    assert len(set(said.values())) == 2, "the one is no date, the other is in the future"
    for lat, lon in ((-90, -180), (90, 180), (-2.33333349, 115.5)):
        number = officer(a_report(location={"lat": lat, "lon": lon})).get_json()["id"]
        with app.app_context():
            found = db.session.get_one(Complaint, number)
            assert (found.latitude, found.longitude) == (Decimal(str(round(lat, 6))), Decimal(str(lon)))


def test_faults_of_all_parts_are_told_at_once(app: Flask, officer: Callable[..., TestResponse]) -> None:
    report = {
        "channel": "x",
        "hobby": 1,
        "occurred_on": "kemarin",
        "location": {"lat": "x", "district": "Atlantis"},
        "reporter": {"nik": "1", "email": "x"},
        "attachments": [{"filename": "a.exe", "content_base64": "TVo="}, {"filename": "b"}],
    }
    fields = {error["field"] for error in officer(report).get_json()["errors"]}
    assert fields == {
        *("title", "body", "channel", "hobby", "occurred_on", "location.lat", "location.district", "reporter.nik"),
        *("reporter.email", "attachments.0.content_base64", "attachments.1.content_base64"),
    }
    assert nothing_written(app)


def test_a_village_of_another_district_is_a_fault_of_its_field(app: Flask, officer: Callable[..., Any]) -> None:
    with app.app_context():
        inside = db.session.scalars(select(Village.code).join(District).where(District.name == "Paringin")).first()
        outside = db.session.scalars(select(Village.code).join(District).where(District.name != "Paringin")).first()
    wrong, right = ({"district": "Paringin", "village": village} for village in (outside, inside))
    assert faults(officer(a_report(location=wrong)), "location.village") == []
    assert officer(a_report(location=right)).status_code == 201


def test_a_number_past_all_numbers_is_out_of_range(officer: Callable[..., TestResponse]) -> None:
    body = json.dumps(a_report(location={"lat": 0})).replace('"lat": 0', '"lat": 1e400')
    assert faults(officer(body.encode()), "location.lat") == []


@pytest.mark.parametrize("door", ["officer", "program"])
def test_an_unreadable_report_is_400_or_415(app: Flask, request: pytest.FixtureRequest, door: str) -> None:
    send = request.getfixturevalue(door)
    good = json.dumps({**a_report(), **({"revision": 1} if door == "program" else {})}).encode()
    for bad in unreadable_bodies(good):
        answer = send(bad.body, bad.content_type)
        seen = (answer.status_code, answer.mimetype, answer.get_json()["type"].rsplit("/", 1)[1])
        assert seen == (bad.status, "application/problem+json", bad.reason), bad.body[:80]
    assert nothing_written(app)


BAD_MOMENTS: tuple[Any, ...] = (
    *("", "2026-11-23", "kemarin", "2026-11-23T08:00:00", "25:00", 7, True, [], "\ud800", "a" * 200_000),
    *("20261123T080000+0800", "2026-W48-1T08:00:00+08:00", "2026-11-23T08:00+08:00", "2026-11-23T08:00:00+0800"),
    *("2026-11-23T24:00:01Z", "2026-02-30T08:00:00Z", "\u0662026-11-23T08:00:00Z", " 2026-11-23T08:00:00Z"),
    *("2009-12-31T23:59:59+08:00", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2126-11-23T08:00:00Z"),
)


def test_bad_reports_of_sp4n_are_told_by_their_field(app: Flask, program: Callable[..., TestResponse]) -> None:
    good = {**a_report(channel="sp4n"), "revision": 1}
    seen: list[str] = []
    for value in (None, -1, True, "1", 1.0, [], {}, 2**53 + 1, 2**70, 10**300):
        seen += faults(program({**good, "revision": value}), "revision")
    for value in BAD_MOMENTS:
        seen += faults(program({**good, "submitted_at": value}), "submitted_at")
    for number in ("abc", "12345", "1" * 16, "\u0661" * 7, "-916581", "9165816%00", "9165816%ED%A0%80", "a" * 2000):
        seen += faults(program(good, tracking_id=number), "tracking_id")
    for name in ("title", "location.lat", "reporter.nik", "hobby"):
        for value in OUTSIDE[name]:
            seen += faults(program({**spoilt(name, value), "channel": "sp4n", "revision": 1}), name)
    assert seen == []
    everything = program({"revision": "x", "submitted_at": "x", "title": ""}, tracking_id="abc").get_json()["errors"]
    assert {e["field"] for e in everything} == {"revision", "submitted_at", "title", "body", "tracking_id"}
    assert nothing_written(app)


def test_a_bad_later_revision_changes_nothing(app: Flask, program: Callable[..., TestResponse]) -> None:
    first = {**a_report(channel="sp4n"), "revision": 1}
    assert program(first).status_code == 201
    assert program({**first, "revision": 2, "title": " "}).status_code == 422
    again = program(first).get_json()
    assert (again["outcome"], again["result"]["version"], again["result"]["revision"]) == ("unchanged", 1, 1)


def test_a_number_that_sp4n_never_gave_is_not_found(client: FlaskClient, app: Flask) -> None:
    with app.app_context():
        headers = {"Authorization": f"Bearer {make_key()}"}
    for number in ("9165816", "abc", "9165816%00", "\u0661" * 7, "%ED%A0%80", "9" * 400):
        answer = client.get(f"/api/v1/sp4n/reports/{number}", headers=headers)
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json"), number
