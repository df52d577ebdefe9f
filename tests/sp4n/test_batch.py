"""Many reports in one call: an answer for each in its order, and what is good is kept whatever becomes of the rest."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.audit.replay import audit_all
from app.core.extensions import db
from app.demo.accounts import make_key
from app.models import Complaint, ComplaintEvent, Delivery, InboundHold, Notice, Reporter, SyncChange
from tests.sp4n.reports import a_revision

URL = "/api/v1/sp4n/reports/batch"


@pytest.fixture
def key(context: Flask) -> dict[str, str]:
    return {"Authorization": f"Bearer {make_key()}"}


def item(tracking_id: Any, revision: int = 1, **more: Any) -> dict[str, Any]:
    return {"tracking_id": tracking_id, **a_revision(revision, **more)}


def post(client: FlaskClient, key: dict[str, str], *reports: Any) -> list[tuple[Any, ...]]:
    answer = client.post(URL, json={"reports": list(reports)}, headers=key)
    assert answer.status_code == 200, answer.text
    return [(line["tracking_id"], line["status"], line["outcome"]) for line in answer.get_json()["result"]]


def count(table: type) -> int:
    return db.session.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_report_is_held_as_it_came_whether_alone_or_among_others(client: FlaskClient, key: dict[str, str]) -> None:
    place = {"text": 'Gang "Rindu" \\ 5', "district": "63.11.04", "lat": -2.3456785, "lon": 115.5}
    who = {"name": "Nur 'Aini 🌾", "phone": "+62 812-0000-7777", "address": "Jl. A\nRT 5"}
    told = {"title": "“Kutip” \\ 100% {} 🌾", "location": place, "reporter": who, "occurred_on": "2024-02-29"}
    client.put("/api/v1/sp4n/reports/900001", json=a_revision(2**53, **told), headers=key)
    post(client, key, item("900002", 2**53, **told))
    for tracking_id in ("900001", "900002"):
        row = db.session.scalars(select(Complaint).where(Complaint.sp4n_tracking_id == tracking_id)).one()
        assert (row.title, row.location_text, row.district.code) == (told["title"], place["text"], "63.11.04")
        assert (row.latitude, row.longitude) == (Decimal("-2.345678"), Decimal("115.5"))
        assert (row.occurred_on, row.sp4n_revision, row.urgency) == (date(2024, 2, 29), 2**53, "normal")
        identity = db.session.get_one(Reporter, row.id)
        assert (identity.name, identity.phone, identity.address) == (who["name"], who["phone"], who["address"])
        assert (identity.email, identity.email_mark, identity.nik) == (None, None, None)
    assert audit_all() == []


def test_each_report_has_its_own_answer_in_its_place(client: FlaskClient, key: dict[str, str]) -> None:
    client.put("/api/v1/sp4n/reports/900005", json=a_revision(5), headers=key)
    told = post(
        client,
        key,
        item("900001"),
        item("abc"),
        item("900002", title=" "),
        item("900003", category="Lampu taman"),
        item("900005", 4),
        item("900005", 5),
        item("900005", 5, title="Isi yang lain"),
        item("900005", 6, title="Judul baru"),
        "bukan laporan",
        item(None),
        item("900004"),
    )
    assert told == [
        ("900001", 201, "created"),
        ("abc", 422, "refused"),
        ("900002", 422, "refused"),
        ("900003", 202, "quarantined"),
        ("900005", 409, "stale_revision"),
        ("900005", 200, "unchanged"),
        ("900005", 200, "conflict"),
        ("900005", 200, "updated"),
        ("", 422, "refused"),
        ("", 422, "refused"),
        ("900004", 201, "created"),
    ]
    assert list(db.session.scalars(select(Complaint.sp4n_tracking_id).order_by(Complaint.id))) == [
        "900005",
        "900001",
        "900004",
    ]
    assert audit_all() == []


def test_why_one_was_not_taken_stands_in_its_line(client: FlaskClient, key: dict[str, str]) -> None:
    answer = client.post(URL, json={"reports": [item("900001", title=" ", hobby=1)]}, headers=key)
    (line,) = answer.get_json()["result"]
    assert line["reason"] == "missing_input"
    assert [error["field"] for error in line["errors"]] == ["hobby", "title"]


def test_one_report_several_times_works_in_the_order_of_its_lines(client: FlaskClient, key: dict[str, str]) -> None:
    told = post(
        client, key, *[item("900001", n, title=f"Judul {n}") for n in (1, 3, 2, 3)], item("900001", 4, title="Judul 4")
    )
    assert [outcome for _, _, outcome in told] == ["created", "updated", "stale_revision", "unchanged", "updated"]
    assert db.session.scalars(select(Complaint.title)).one() == "Judul 4"
    told = post(client, key, item("900002", 1, category="Lampu taman"), item("900002", 2))
    assert [outcome for _, _, outcome in told] == ["quarantined", "created"]
    assert list(db.session.scalars(select(InboundHold.state))) == ["superseded"]
    assert audit_all() == []


def test_a_report_that_waits_since_an_earlier_batch_is_superseded_by_a_newer_one_alone(
    client: FlaskClient, key: dict[str, str]
) -> None:
    post(client, key, item("900001", 1, category="Lampu taman"), item("900002", 2, category="Lampu taman"))
    told = post(client, key, item("900001", 2), item("900002", 1))
    assert [outcome for _, _, outcome in told] == ["created", "created"]
    holds = {hold.tracking_id: hold for hold in db.session.scalars(select(InboundHold))}
    assert {name: hold.state for name, hold in holds.items()} == {"900001": "superseded", "900002": "waiting"}
    assert holds["900002"].complaint.sp4n_tracking_id == "900002"


def test_new_ones_are_whole_cases_numbered_without_a_gap(client: FlaskClient, key: dict[str, str]) -> None:
    told = post(client, key, *[item(str(900_000 + n), title=f"Laporan {n}") for n in range(250)])
    assert {status for _, status, _ in told} == {201}
    rows = list(db.session.scalars(select(Complaint).order_by(Complaint.id)))
    assert [row.number for row in rows] == [f"LB-2026-{n:06}" for n in range(1, 251)]
    assert [row.title for row in rows] == [f"Laporan {n}" for n in range(250)]
    assert count(ComplaintEvent) == count(SyncChange) == count(Notice) == 250
    assert count(Delivery) == 1
    assert audit_all() == []


def test_the_same_batch_again_changes_nothing(client: FlaskClient, key: dict[str, str]) -> None:
    reports = [item(str(900_000 + n)) for n in range(3)]
    post(client, key, *reports)
    assert {status for _, status, _ in post(client, key, *reports)} == {200}
    assert count(ComplaintEvent) == 3


def test_batches_at_once_in_opposite_orders_make_each_case_once(app: Flask, key: dict[str, str]) -> None:
    reports = [item(str(900_000 + n)) for n in range(40)]

    def send(order: int) -> int:
        return app.test_client().post(URL, json={"reports": reports[::order]}, headers=key).status_code

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(send, (1, -1, 1, -1))) == {200}
    assert (count(Complaint), count(ComplaintEvent)) == (40, 40)


def test_too_many_or_no_list_of_reports_is_refused(client: FlaskClient, key: dict[str, str]) -> None:
    assert client.post(URL, json={"reports": [{}] * 1001}, headers=key).status_code == 413
    assert client.post(URL, json={"reports": [{}] * 1000}, headers=key).status_code == 200
    for bad in ({}, {"reports": {}}, {"reports": None}, {"reports": [], "hobby": 1}):
        answer = client.post(URL, json=bad, headers=key)
        assert (answer.status_code, answer.mimetype) == (422, "application/problem+json"), bad
    assert client.post(URL, json={"reports": []}, headers=key).get_json() == {"result": []}
    assert count(Complaint) == 0
