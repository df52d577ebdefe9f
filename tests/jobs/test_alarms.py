"""A limit that passed is recorded once and told once, however often and however late the sweep runs."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.clock import OFFICE_ZONE
from app.extensions import db
from app.models import ComplaintEvent, Notice, StepAlarm
from app.operations.audit import audit_all
from app.operations.raise_alarms import raise_due_alarms
from jobs import alarm_jobs, job_context
from tests.factories import a_complaint

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=OFFICE_ZONE)


def counted() -> tuple[int, int, int]:
    breaches = select(func.count()).where(ComplaintEvent.kind == "breached")
    late = select(func.count()).where(Notice.kind == "step_late")
    alarms = select(func.count()).select_from(StepAlarm)
    return tuple(db.session.execute(q).scalar_one() for q in (alarms, breaches, late))  # type: ignore[return-value]


def test_a_step_in_time_raises_nothing(context: Flask) -> None:
    a_complaint(at="check", received=MONDAY)
    raise_due_alarms(MONDAY + timedelta(minutes=59))
    assert counted() == (0, 0, 0)


def test_a_late_step_is_marked_once_and_no_form_goes_stale(context: Flask) -> None:
    case = a_complaint(at="check", received=MONDAY)
    version = case.complaint.version
    for hours in (2, 2, 30):
        raise_due_alarms(MONDAY + timedelta(hours=hours))
    assert counted() == (1, 1, 1)
    assert case.complaint.version == version
    assert audit_all() == []


def test_four_sweeps_at_once_mark_each_late_step_once(context: Flask) -> None:
    for _ in range(12):
        a_complaint(at="check", received=MONDAY)
    db.session.remove()

    def sweep(_: int) -> int:
        with context.app_context():
            return sum(iter(lambda: raise_due_alarms(MONDAY + timedelta(days=2), batch=3), 0))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(sweep, range(4)))
    assert counted() == (12, 12, 12)


def test_a_paused_step_is_not_late(context: Flask, freeze: Callable[[str], Any]) -> None:
    case = a_complaint(at="register", received=MONDAY)
    case.act("complaint_admin", "request_information", now=MONDAY + timedelta(minutes=5), question="Di mana?")
    raise_due_alarms(MONDAY + timedelta(days=3))
    assert counted() == (0, 0, 0)


def test_a_sweep_that_fails_keeps_the_batches_before(
    app: Flask, freeze: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        for _ in range(4):
            a_complaint(at="check", received=MONDAY)
    calls = iter([2, 2, OSError])

    def fails_at_the_third(now: datetime) -> int:
        if (batch := next(calls)) is OSError:
            raise OSError("the disk is full")
        return raise_due_alarms(now, batch=batch)

    monkeypatch.setattr(job_context, "worker_app", lambda: app)
    monkeypatch.setattr(alarm_jobs.raise_alarms, "raise_due_alarms", fails_at_the_third)
    freeze("2026-11-25 09:00")
    with pytest.raises(OSError, match="disk"):
        alarm_jobs.sweep_alarms()
    with app.app_context():
        assert counted() == (4, 4, 4)
