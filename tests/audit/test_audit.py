"""The record proves itself: any edited, deleted, inserted or reordered event is found, and so is a row that lies."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import text

from app.audit.replay import audit_all
from app.commands.maintenance import make_demo, verify_audit
from app.core.extensions import db
from tests.factories import a_complaint
from tests.scenes import Scene


def an_answered_case() -> None:
    a_complaint(at="answered", agencies=("dishub", "dplh"))


@pytest.fixture
def open_log(scene: Scene[None], context: Flask) -> Iterator[None]:
    """An intruder who could switch the guards off."""
    scene(an_answered_case)
    for table in ("complaint_event", "ledger_entry"):
        db.session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    yield
    db.session.rollback()


EDITS = {
    "a changed particular": 'UPDATE complaint_event SET data = data || \'{"note": "lain"}\' WHERE seq = 4',
    "another officer": "UPDATE complaint_event SET officer_id = officer_id + 1 WHERE seq = 3",
    "another address": "UPDATE complaint_event SET address = '203.0.113.9' WHERE seq = 3",
    "another time": "UPDATE complaint_event SET at = at + interval '1 second' WHERE seq = 3",
    "another step": "UPDATE complaint_event SET step = 'report' WHERE seq = 3",
    "a deleted event": "DELETE FROM complaint_event WHERE seq = 5",
    "a deleted last event": "DELETE FROM complaint_event WHERE seq = (SELECT max(seq) FROM complaint_event)",
    "two events swapped": (
        "UPDATE complaint_event SET seq = 1000 + seq WHERE seq IN (3, 4);"
        " UPDATE complaint_event SET seq = CASE seq WHEN 1003 THEN 4 ELSE 3 END WHERE seq > 1000"
    ),
    "a changed status": "UPDATE complaint SET status = 'closed', ended_at = received_at",
    "a changed track": "UPDATE agency_track SET state = 'signed' WHERE agency_code = 'dplh'",
    "a changed cycle": "UPDATE complaint SET cycle = 2",
    "a changed version": "UPDATE complaint SET version = version + 1",
    "time given to another house": "UPDATE ledger_entry SET house = 'dplh' WHERE house = 'dishub' AND kind = 'opened'",
    "a line of the book taken out": "DELETE FROM ledger_entry WHERE kind = 'accepted' AND house = 'dishub'",
}


@pytest.mark.parametrize("edit", EDITS)
def test_every_tampering_is_found(open_log: None, edit: str) -> None:
    assert audit_all() == []
    for statement in EDITS[edit].split(";"):
        db.session.execute(text(statement))
    db.session.expire_all()
    assert [finding.number for finding in audit_all()] == ["LB-2026-000001"]


def test_the_event_log_of_every_demo_case_replays_to_its_rows(app: Flask, tmp_path: object) -> None:
    told = make_demo(app)
    assert len(told["tracking"]) == 44
    assert verify_audit(app)
    again = make_demo(app)
    assert again["tracking"] == told["tracking"]
    assert again["sp4n_api_key"] != told["sp4n_api_key"]


def test_a_late_finding_fails_the_command(app: Flask, freeze: Callable[[str], object]) -> None:
    with app.app_context():
        a_complaint(at="check")
        db.session.execute(text("UPDATE complaint SET version = 9"))
        db.session.commit()
    assert not verify_audit(app)
