"""What reporters say at SP4N after the report: each once, as their own act, and never dropped."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.audit.replay import audit_all
from app.core.extensions import db
from app.demo.accounts import make_key
from app.models import ComplaintEvent, InboundHold, SyncChange
from app.sp4n.inbound.apply_revision import apply_report
from tests.factories import Case, move_on
from tests.sp4n.reports import a_linked_case, a_revision


@pytest.fixture
def key(context: Flask) -> dict[str, str]:
    return {"Authorization": f"Bearer {make_key()}"}


@pytest.fixture
def say(client: FlaskClient, key: dict[str, str]) -> Any:
    def post(message_id: str, kind: str, tracking_id: str = "9165816", **more: Any) -> Any:
        body = {"message_id": message_id, "kind": kind, **more}
        return client.post(f"/api/v1/sp4n/reports/{tracking_id}/messages", json=body, headers=key)

    return post


def last_event() -> tuple[str, str, dict[str, Any]]:
    found = db.session.scalars(select(ComplaintEvent).order_by(ComplaintEvent.id.desc()).limit(1)).one()
    return found.kind, found.actor, found.data


def held() -> list[tuple[str, str]]:
    rows = db.session.scalars(select(InboundHold).where(InboundHold.kind == "message").order_by(InboundHold.id))
    return [(row.state, row.faults[0]["fault"]) for row in rows]


def asked(case: Case) -> Case:
    case.act("complaint_admin", "request_information", question="Di sebelah mana?")
    return case


def test_an_answer_lets_the_clock_go_on(say: Any) -> None:
    case = asked(a_linked_case())
    answer = say("m1", "answer", text="Di sebelah kiri.", at="2026-11-24T09:00:00+08:00")
    assert (answer.status_code, answer.get_json()["outcome"]) == (200, "done")
    assert answer.get_json()["result"] == {
        "tracking_id": "9165816",
        "message_id": "m1",
        "outcome": "done",
        "reason": None,
        "at": "2026-11-24T09:00:00+08:00",
        "status": "registering",
        "version": 3,
    }
    assert last_event() == ("add_information", "reporter", {"text": "Di sebelah kiri."})
    origins = db.session.execute(select(SyncChange.kind, SyncChange.origin).order_by(SyncChange.id)).all()
    assert [tuple(row) for row in origins] == [
        ("received", "sp4n"),
        ("request_information", "office"),
        ("add_information", "sp4n"),
    ]
    assert case.complaint.paused is False
    assert audit_all() == []


def test_a_comment_a_rating_a_reopening_and_a_withdrawal_are_the_reporters_acts(say: Any) -> None:
    case = a_linked_case()
    assert say("m1", "comment", text="Mohon segera.").status_code == 200
    assert last_event() == ("note", "reporter", {"text": "Mohon segera."})
    move_on(case)
    assert say("m2", "rating", score=2, text="Kurang cepat").status_code == 200
    assert last_event() == ("rate", "reporter", {"score": 2, "comment": "Kurang cepat"})
    assert say("m3", "reopening", text="Lubangnya masih ada.").status_code == 200
    assert last_event()[0] == "reopen"
    assert say("m4", "withdrawal", text="Sudah saya tambal sendiri.").get_json()["result"]["status"] == "withdrawn"
    assert audit_all() == []


def test_each_message_acts_once_and_every_repeat_gets_the_first_answer(say: Any) -> None:
    a_linked_case()
    first = say("m1", "comment", text="Mohon segera.")
    say("m2", "comment", text="Masih menunggu.")
    again = say("m1", "comment", text="Mohon segera.")
    assert (again.status_code, again.get_data()) == (200, first.get_data())
    notes = select(ComplaintEvent.data).where(ComplaintEvent.kind == "note").order_by(ComplaintEvent.seq)
    assert [data["text"] for data in db.session.scalars(notes)] == ["Mohon segera.", "Masih menunggu."]


def test_other_words_under_a_known_id_wait_for_the_admin(say: Any) -> None:
    a_linked_case()
    say("m1", "comment", text="Mohon segera.")
    for _ in range(2):
        answer = say("m1", "comment", text="Kata yang lain.")
        assert (answer.status_code, answer.get_json()["result"]["reason"]) == (202, "message_conflict")
    assert held() == [("waiting", "message_conflict")]


@pytest.mark.parametrize(
    ("kind", "more", "reason"),
    [
        ("answer", {"text": "Tidak ada yang bertanya."}, "out_of_order"),
        ("answer", {"text": "Untuk siapa?", "agency": "dinas_luar"}, "unknown_agency"),
        ("rating", {"score": 5}, "out_of_order"),
        ("reopening", {"text": "Belum selesai."}, "out_of_order"),
    ],
)
def test_what_is_not_possible_now_waits_and_is_not_dropped(
    say: Any, kind: str, more: dict[str, Any], reason: str
) -> None:
    a_linked_case()
    first, again = say("m1", kind, **more), say("m1", kind, **more)
    assert (first.status_code, first.get_json()["result"]["reason"]) == (202, reason)
    assert (again.status_code, again.get_data()) == (202, first.get_data())
    assert held() == [("waiting", reason)]


def test_words_about_a_case_that_ended_wait(say: Any) -> None:
    a_linked_case().act("complaint_admin", "archive", reason="spam", note="Iklan")
    assert say("m1", "comment", text="Kenapa diarsipkan?").status_code == 202
    assert held() == [("waiting", "case_ended")]


def test_a_message_that_overtakes_its_report_is_carried_out_with_it(say: Any) -> None:
    apply_report("9165816", a_revision(1, category="Lampu taman"))
    assert say("m1", "comment", text="Mohon segera.").get_json()["result"]["reason"] == "report_waits"
    assert say("m2", "rating", score=5).status_code == 202
    apply_report("9165816", a_revision(2))
    assert last_event() == ("note", "reporter", {"text": "Mohon segera."})
    assert held() == [("applied", "report_waits"), ("waiting", "out_of_order")]
    assert say("m1", "comment", text="Mohon segera.").status_code == 202
    assert audit_all() == []


def test_a_message_about_a_report_that_never_came_is_not_found(say: Any) -> None:
    assert say("m1", "comment", tracking_id="9999999", text="Halo").status_code == 404
    assert held() == []


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"message_id", "kind"}),
        ({"message_id": "m", "kind": "praise"}, {"kind"}),
        ({"message_id": "m", "kind": "comment"}, {"text"}),
        ({"message_id": "m", "kind": "comment", "text": "x", "score": 3}, {"score"}),
        ({"message_id": "m", "kind": "comment", "text": "x", "agency": "dishub"}, {"agency"}),
        ({"message_id": "m", "kind": "rating", "score": 9}, {"score"}),
        ({"message_id": "m", "kind": "reopening"}, {"text"}),
        ({"message_id": 7, "kind": "comment", "text": "\ud800", "at": "kemarin"}, {"message_id", "text", "at"}),
        ({"message_id": "m", "kind": "comment", "text": "x", "hobby": 1}, {"hobby"}),
    ],
)
def test_a_message_that_cannot_be_read_is_told_by_its_fields(
    client: FlaskClient, key: dict[str, str], body: dict[str, Any], fields: set[str]
) -> None:
    a_linked_case()
    answer = client.post("/api/v1/sp4n/reports/9165816/messages", json=body, headers=key)
    assert answer.status_code == 422
    assert {error["field"] for error in answer.get_json()["errors"]} == fields
