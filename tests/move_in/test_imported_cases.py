"""Complaints of older records: their event replays, nobody is told, and no figure of time knows them."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from app.access.visibility import public_ids
from app.audit.invariants.run import check_now
from app.audit.replay import audit_all
from app.casefile.time_ledger import national_clocks_of
from app.cases.import_complaints import OldCase, import_complaints
from app.cases.report_input import clean_report
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.periods import Period
from app.demo.accounts import demo_person
from app.models import Complaint, Delivery, Notice, StepTask, SyncChange
from app.public.open_figures import open_figures
from app.reference.calendar import load_working_calendar
from app.reference.national_limits import load_national_limits
from app.reporting.figures.dashboard import count_everything
from tests.factories import Case, a_report
from tests.office_zone import OFFICE_ZONE
from workflow_rules.process.refusals import ActionRefused
from workflow_rules.process.steps import CaseStatus

RECORD = [f"I{n}" for n in range(1, 15)]
RECEIVED = datetime(2024, 3, 5, 9, 30, tzinfo=OFFICE_ZONE)


def old_case(key: str = "a", **more: Any) -> OldCase:
    report = clean_report(a_report(**more.pop("report", {})), moment="")
    ended = {"ended": CaseStatus.CLOSED, "ended_at": RECEIVED + timedelta(days=9), "answer": "Sudah diperbaiki."}
    ended |= {"answered_at": RECEIVED + timedelta(days=8), "agencies": ("dplh", "dishub")}
    given = {} if more.pop("goes_on", False) else ended
    return OldCase(report, RECEIVED, key, "12/A/2024", {"row": 2}, **{**given, **more})


def bring(*old: OldCase, now: datetime | None = None) -> list[Complaint]:
    return import_complaints(old, demo_person("admin.aduan"), now or utc_now())


def faults() -> tuple[list[Any], dict[str, Any]]:
    red = {name: checked.findings for name, checked in check_now(RECORD, utc_now()) if checked.findings}
    return audit_all(), red


def test_an_ended_case_is_one_event_that_replays(context: Flask) -> None:
    secret = {"confidentiality": "secret", "reporter": {"name": "Contoh Warga"}}
    shown, hidden = bring(old_case(), old_case("b", report=secret))
    db.session.expire_all()
    assert (shown.number, hidden.number) == ("LP-2024-000001", "LP-2024-000002")
    assert (shown.status, shown.answered_at, shown.ended_at) == (
        "closed",
        RECEIVED + timedelta(days=8),
        RECEIVED + timedelta(days=9),
    )
    assert (shown.sent_to, hidden.sent_to) == (["dishub", "dplh"], [])
    assert faults() == ([], {})
    for table in (Notice, Delivery, SyncChange, StepTask):
        assert db.session.scalars(select(func.count()).select_from(table)).one() == 0


def test_an_open_case_begins_with_the_import_and_goes_on(context: Flask) -> None:
    now = utc_now()
    (case,) = bring(old_case(goes_on=True), now=now)
    db.session.expire_all()
    (task,) = case.tasks
    assert (case.status, case.received_at, task.clock_from) == ("registering", RECEIVED, now)
    assert task.due_at > now
    Case(case, ("dplh",), "").act("complaint_admin", "register")
    assert case.status == "checking"
    assert faults() == ([], {})


def test_one_old_complaint_is_imported_once_and_by_who_receives(context: Flask) -> None:
    bring(old_case())
    with pytest.raises(IntegrityError):
        bring(replace(old_case(), old_number="13"))
    db.session.rollback()
    with pytest.raises(ActionRefused):
        import_complaints([old_case("c")], demo_person("pengawas"), utc_now())
    last = db.session.execute(text("SELECT year, last FROM number_counter WHERE series = 'imported'")).all()
    assert (last, audit_all()) == ([(2024, 1)], [])


def test_no_figure_of_time_and_no_public_page_knows_an_ended_one(context: Flask) -> None:
    person, now = demo_person("kadis"), utc_now()
    month = Period(now - timedelta(days=40), now + timedelta(days=1))
    lately = {"ended_at": now - timedelta(days=9), "answered_at": now - timedelta(days=10)}
    bring(replace(old_case(), received_at=now - timedelta(days=20), **lately))
    counts = count_everything(person, now, month, month, [(None, None)])
    assert (counts.median_of, counts.open, sum(counts.received.values())) == (0, 0, 0)
    assert open_figures(now + timedelta(days=14)).categories == ()
    assert db.session.scalars(public_ids()).all() == []
    (case,) = db.session.scalars(select(Complaint))
    assert national_clocks_of(case, load_national_limits(), load_working_calendar(), now) == ()
