"""When the reporter sent a report: stored, given back, recorded, and the beginning of the national clock."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.audit.replay import audit_all
from app.casefile.time_ledger import national_clocks_of
from app.core.clock import utc_now
from app.core.extensions import db
from app.demo.accounts import make_key
from app.models import Complaint, ComplaintEvent, InboundHold, InboundMessage
from app.reference.calendar import load_working_calendar
from app.reference.national_limits import load_national_limits
from tests.factories import a_report
from tests.sp4n.reports import a_revision

URL = "/api/v1/sp4n/reports/9165816"
SENT = "2026-11-20T15:00:00+08:00"


@pytest.fixture
def key(context: Flask, freeze: Callable[[str], Any]) -> dict[str, str]:
    freeze("2026-11-24 09:00")
    return {"Authorization": f"Bearer {make_key()}"}


def put(client: FlaskClient, key: dict[str, str], revision: int, **more: Any) -> Any:
    return client.put(URL, json=a_revision(revision, **more), headers=key)


def case() -> Complaint:
    db.session.expire_all()
    return db.session.scalars(select(Complaint)).one()


def events() -> list[ComplaintEvent]:
    return list(db.session.scalars(select(ComplaintEvent).order_by(ComplaintEvent.seq)))


def test_it_is_given_back_recorded_and_begins_the_national_clock(client: FlaskClient, key: dict[str, str]) -> None:
    assert put(client, key, 1, submitted_at=SENT).get_json()["result"]["submitted_at"] == SENT
    assert client.get(URL, headers=key).get_json()["result"]["submitted_at"] == SENT
    (received,) = events()
    assert received.data["submitted_at"] == SENT
    clocks = national_clocks_of(case(), load_national_limits(), load_working_calendar(), utc_now())
    assert {clock.begins for clock in clocks} == {datetime.fromisoformat(SENT)}
    assert audit_all() == []


def test_a_revision_changes_it_and_one_that_leaves_it_out_does_not(client: FlaskClient, key: dict[str, str]) -> None:
    put(client, key, 1, submitted_at=SENT)
    other = "2026-11-21T08:00:00+08:00"
    assert put(client, key, 2, submitted_at=other).get_json()["result"]["submitted_at"] == other
    revised = events()[-1]
    assert (revised.data["before"], revised.data["after"]) == ({"submitted_at": SENT}, {"submitted_at": other})
    body = {name: value for name, value in a_revision(3, title="Judul baru").items() if name != "submitted_at"}
    assert client.put(URL, json=body, headers=key).get_json()["result"]["submitted_at"] == other
    assert audit_all() == []


def test_a_case_from_before_it_was_stored_takes_it_with_the_same_revision(
    client: FlaskClient, key: dict[str, str]
) -> None:
    put(client, key, 1, submitted_at=SENT)
    db.session.execute(update(Complaint).values(submitted_at=None, sp4n_hash="another"))
    db.session.commit()
    answer = put(client, key, 1, submitted_at=SENT).get_json()
    assert (answer["outcome"], answer["result"]["submitted_at"]) == ("updated", SENT)
    assert put(client, key, 1, submitted_at=SENT).get_json()["outcome"] == "unchanged"
    assert db.session.query(InboundHold).count() == 0


GOOD = {
    "2026-11-24T09:10:00+08:00": "2026-11-24T09:10:00+08:00",
    "2010-01-01T00:00:00+08:00": "2010-01-01T00:00:00+08:00",
    "2026-11-23t01:02:03.123456z": "2026-11-23T09:02:03.123456+08:00",
    "2026-11-23 01:02:03-00:00": "2026-11-23T09:02:03+08:00",
}


@pytest.mark.parametrize("sent", GOOD)
def test_every_form_of_rfc_3339_is_taken(client: FlaskClient, key: dict[str, str], sent: str) -> None:
    answer = put(client, key, 1, submitted_at=sent).get_json()
    assert "result" in answer, answer
    assert answer["result"]["submitted_at"] == GOOD[sent]


BAD = {
    "2026-11-24": "Tulis waktu lengkap dengan selisih zonanya (RFC 3339), misalnya 2026-11-24T08:00:00+08:00",
    "2009-12-31T23:59:59+08:00": "Tulis waktu sejak tahun 2010",
    "2026-11-24T09:10:01+08:00": "Tulis waktu yang sudah lewat; jam kami sekarang 2026-11-24T09:00:00+08:00",
}


@pytest.mark.parametrize("sent", BAD)
def test_a_bad_one_is_refused_with_what_is_wanted(client: FlaskClient, key: dict[str, str], sent: str) -> None:
    refused = put(client, key, 1, submitted_at=sent)
    assert (refused.status_code, refused.get_json()["errors"]) == (
        422,
        [{"field": "submitted_at", "message": BAD[sent]}],
    )


def test_the_example_in_the_message_is_taken(client: FlaskClient, key: dict[str, str]) -> None:
    message = put(client, key, 1, submitted_at="kemarin").get_json()["errors"][0]["message"]
    assert put(client, key, 1, submitted_at=message.rpartition(" ")[2]).status_code == 201


def test_an_officer_may_say_it_too(client: FlaskClient, bearer: Callable[[str], Any], key: dict[str, str]) -> None:
    body = a_report(channel="letter", submitted_at=SENT)
    made = client.post("/api/v1/complaint/", json=body, headers=bearer("admin.aduan"))
    assert (made.status_code, made.get_json()["result"]["submitted_at"]) == (201, SENT)


def test_when_a_message_was_said_is_stored_and_given_back(client: FlaskClient, key: dict[str, str]) -> None:
    put(client, key, 1)
    said = {"message_id": "1", "kind": "comment", "text": "Ya", "at": SENT}
    answer = client.post(f"{URL}/messages", json=said, headers=key).get_json()
    assert answer["result"]["at"] == SENT
    assert db.session.scalars(select(InboundMessage.said_at)).one() == datetime.fromisoformat(SENT)
