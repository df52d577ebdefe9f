"""A report that names what we do not know is acknowledged and kept: no complaint is dropped for a word."""

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from app.core.extensions import db
from app.demo.accounts import make_key
from app.models import Complaint, ComplaintEvent, InboundHold
from app.sp4n.inbound.quarantine import content_of
from tests.sp4n.reports import a_revision

URL = "/api/v1/sp4n/reports/9165816"


@pytest.fixture
def key(context: Flask) -> dict[str, str]:
    return {"Authorization": f"Bearer {make_key()}"}


def holds() -> list[InboundHold]:
    db.session.expire_all()
    return list(db.session.scalars(select(InboundHold).order_by(InboundHold.id)))


def put(client: FlaskClient, key: dict[str, str], revision: int, **more: Any) -> Any:
    return client.put(URL, json=a_revision(revision, **more), headers=key)


UNKNOWN = [
    ({"category": "Lampu taman"}, ["category"]),
    ({"location": {"district": "Atlantis"}}, ["location.district"]),
    ({"location": {"village": "Atlantis"}}, ["location.village"]),
    ({"location": {"district": "Paringin", "village": "Atlantis"}, "category": "%"}, ["category", "location.village"]),
    ({"classification": "keluhan"}, ["classification"]),
    ({"classification": "keluhan", "category": "Lampu taman"}, ["category", "classification"]),
]


@pytest.mark.parametrize(("part", "fields"), UNKNOWN)
def test_what_is_unknown_here_is_acknowledged_and_told(
    client: FlaskClient, key: dict[str, str], part: dict[str, Any], fields: list[str]
) -> None:
    answer = put(client, key, 1, **part)
    told = answer.get_json()
    assert (answer.status_code, told["outcome"]) == (202, "quarantined")
    assert sorted(error["field"] for error in told["errors"]) == fields
    assert (told["result"]["tracking_id"], told["result"]["status"]) == ("9165816", "quarantined")
    read = client.get(URL, headers=key)
    assert (read.status_code, read.get_json()["result"], read.get_json()["errors"]) == (
        200,
        told["result"],
        told["errors"],
    )
    (hold,) = holds()
    assert (hold.kind, hold.state, hold.revision, hold.complaint_id) == ("report", "waiting", 1, None)
    assert content_of(hold)["title"] == "Jalan berlubang di depan sekolah"
    assert db.session.query(Complaint).count() == 0


def test_a_fault_of_shape_beside_it_is_refused_with_all_faults(client: FlaskClient, key: dict[str, str]) -> None:
    answer = put(client, key, 1, category="Lampu taman", title=" ")
    assert answer.status_code == 422
    assert {error["field"] for error in answer.get_json()["errors"]} == {"title", "category"}
    assert holds() == []


def test_sent_again_it_is_kept_once(client: FlaskClient, key: dict[str, str]) -> None:
    assert [put(client, key, 1, category="Lampu taman").status_code for _ in range(3)] == [202] * 3
    assert [hold.times for hold in holds()] == [3]


def test_a_later_good_revision_clears_it_and_wipes_what_was_kept(client: FlaskClient, key: dict[str, str]) -> None:
    put(client, key, 1, category="Lampu taman")
    assert put(client, key, 2).status_code == 201
    (hold,) = holds()
    assert (hold.state, content_of(hold)) == ("superseded", {})


def test_an_older_good_one_does_not(client: FlaskClient, key: dict[str, str]) -> None:
    put(client, key, 2, category="Lampu taman")
    assert put(client, key, 1).status_code == 201
    (hold,) = holds()
    assert (hold.state, hold.complaint_id) == ("waiting", db.session.scalars(select(Complaint.id)).one())


def test_of_several_the_newest_waits_and_older_ones_are_stale(client: FlaskClient, key: dict[str, str]) -> None:
    put(client, key, 2, category="Lampu taman")
    put(client, key, 3, category="Lampu hias")
    assert put(client, key, 1, category="Lampu kota").status_code == 409
    assert [(hold.revision, hold.state) for hold in holds()] == [(2, "superseded"), (3, "waiting")]


def test_a_case_that_is_there_stays_as_it_is(client: FlaskClient, key: dict[str, str]) -> None:
    put(client, key, 1)
    answer = put(client, key, 2, category="Lampu taman", title="Judul baru")
    assert answer.status_code == 202
    assert db.session.scalars(select(Complaint.title)).one() == "Jalan berlubang di depan sekolah"
    assert db.session.query(ComplaintEvent).count() == 1


def test_what_is_kept_cannot_be_read_without_the_key_and_names_no_anonymous_reporter(
    client: FlaskClient, key: dict[str, str]
) -> None:
    told = {"name": "KENARI-NAMA", "phone": "0800-1111-2222"}
    put(client, key, 1, category="Lampu taman", reporter=told)
    rows = str(db.session.execute(text("SELECT * FROM inbound_hold")).all())
    assert "KENARI" not in rows
    assert "1111-2222" not in rows
    put(client, key, 2, category="Lampu taman", reporter=told, confidentiality="anonymous")
    assert "KENARI" not in json.dumps([content_of(hold) for hold in holds() if hold.state == "waiting"])


def test_a_case_made_anonymous_takes_the_identity_out_of_what_waits(client: FlaskClient, key: dict[str, str]) -> None:
    told = {"name": "KENARI-NAMA"}
    put(client, key, 1, reporter=told)
    put(client, key, 5, category="Lampu taman", reporter=told)
    put(client, key, 2, confidentiality="anonymous")
    (hold,) = holds()
    assert hold.state == "waiting"
    assert "KENARI" not in json.dumps(content_of(hold))


def test_a_conflict_changes_nothing_is_told_and_with_a_key_every_time(client: FlaskClient, key: dict[str, str]) -> None:
    put(client, key, 1)
    keyed = {**key, "Idempotency-Key": "satu"}
    first = client.put(URL, json=a_revision(1, title="Isi yang lain"), headers=keyed)
    again = client.put(URL, json=a_revision(1, title="Isi yang lain"), headers=keyed)
    for answer in (first, again):
        assert (answer.status_code, answer.get_json()["outcome"]) == (200, "conflict")
        assert answer.get_json()["result"]["title"] == a_revision(1)["title"]
    assert first.get_data() == again.get_data()
    assert [(hold.kind, hold.times) for hold in holds()] == [("conflict", 1)]


def test_what_waits_stands_in_the_reconciliation_once_and_in_order(client: FlaskClient, key: dict[str, str]) -> None:
    put(client, key, 1, category="Lampu taman")
    put(client, key, 2, category="Lampu taman")
    for number in ("9165815", "9165817"):
        client.put(URL.replace("9165816", number), json=a_revision(1), headers=key)
    client.put(URL.replace("9165816", "9165817"), json=a_revision(2, category="Lampu taman"), headers=key)
    address, rows = "/api/v1/sp4n/reconciliation?limit=1", []
    while address:
        page = client.get(address, headers=key)
        rows += page.get_json()["result"]
        address = page.headers.get("Link", "").partition(">")[0].lstrip("<")
    seen = [(row["tracking_id"], row["revision"], row["version"], row["status"]) for row in rows]
    assert seen == [
        ("9165815", 1, 1, "registering"),
        ("9165816", 2, 0, "quarantined"),
        ("9165817", 1, 1, "registering"),
    ]
    assert rows[1]["state_hash"] == client.get(URL, headers=key).get_json()["result"]["state_hash"]


@pytest.mark.parametrize("word", ["", "  ", 7, [], "a\x00b", "a" * 301])
def test_a_classification_that_is_no_word_is_refused(client: FlaskClient, key: dict[str, str], word: Any) -> None:
    answer = put(client, key, 1, classification=word)
    assert (answer.status_code, [e["field"] for e in answer.get_json()["errors"]]) == (422, ["classification"])
    assert holds() == []
