"""A limit that comes near or passes is recorded once and told once a level, however often and late the sweep runs."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from structlog.testing import capture_logs

from app.audit.replay import audit_all
from app.cases import raise_alarms
from app.cases.raise_alarms import raise_due_alarms
from app.core.extensions import db
from app.models import ComplaintEvent, DelegationRow, Delivery, Notice, StepAlarm, StepTask
from app.notices.outbox import ALARMS
from jobs import context as job_context
from jobs import tasks
from tests.factories import a_complaint, events_of
from tests.office_zone import OFFICE_ZONE
from tests.statements import statements
from workflow_rules.process.actors import Person
from workflow_rules.process.escalation import LIMIT

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=OFFICE_ZONE)


def alarms() -> list[tuple[int, str]]:
    """Level and officer of every notice about time, in the order in which they were written."""
    statement = select(Notice).where(Notice.kind.in_(ALARMS)).order_by(Notice.id)
    return [(n.level, n.user.username) for n in db.session.scalars(statement)]


def counted() -> tuple[int, int, int]:
    breaches = select(func.count()).where(ComplaintEvent.kind == "breached")
    late = select(func.count()).where(Notice.kind == "step_late")
    limits = select(func.count()).where(StepAlarm.level == LIMIT)
    return tuple(db.session.execute(q).scalar_one() for q in (limits, breaches, late))  # type: ignore[return-value]


def test_a_step_in_time_raises_nothing(context: Flask) -> None:
    a_complaint(at="check", received=MONDAY)
    raise_due_alarms(MONDAY + timedelta(minutes=47))
    assert alarms() == []


def test_each_level_is_told_once_to_whom_the_line_names(context: Flask) -> None:
    a_complaint(at="check", received=MONDAY)
    told = [(0, "kasi"), (1, "kasi"), (2, "kabid"), (3, "kadis"), (4, "kadis")]
    moments = ["23 09:48", "23 10:00", "24 10:00", "25 10:00", "26 10:00"]
    for count, moment in enumerate(moments, start=1):
        now = datetime.fromisoformat(f"2026-11-{moment}").replace(tzinfo=OFFICE_ZONE)
        assert raise_due_alarms(now - timedelta(seconds=1)) == 0
        assert raise_due_alarms(now) == 1
        assert raise_due_alarms(now) == 0
        assert alarms() == told[:count]
    assert counted() == (1, 1, 1)


def test_a_sweep_sends_as_few_statements_for_many_steps_as_for_one(context: Flask) -> None:
    late = datetime(2026, 11, 23, 11, 0, tzinfo=OFFICE_ZONE)
    for steps in (1, 8):
        for _ in range(steps):
            a_complaint(at="check", received=MONDAY)
        with statements(context) as asked:
            assert raise_due_alarms(late) == steps
        assert len(asked) <= 14, asked
    assert Counter(alarms()) == {(0, "kasi"): 9, (1, "kasi"): 9}


def test_two_steps_of_a_case_that_are_late_together_follow_each_other_in_its_chain(context: Flask) -> None:
    case = a_complaint(at="agency_receive", agencies=("dishub", "dplh"), received=MONDAY)
    with capture_logs() as failures:
        raise_due_alarms(MONDAY + timedelta(days=8))
    assert failures == []
    breaches = [e.agency_code for e in events_of(case.id) if e.kind == "breached"]
    assert sorted(breaches, key=str) == ["dishub", "dplh"]
    assert audit_all() == []


def test_an_act_on_a_case_makes_no_sweep_late_for_its_other_steps(context: Flask) -> None:
    case = a_complaint(at="agency_receive", agencies=("dishub", "dplh"), received=MONDAY)
    now = MONDAY + timedelta(days=8)
    raise_due_alarms(now)
    case.act("agency_admin", "accept", "dplh", now=now)
    looks = select(StepTask.next_alarm_at).where(StepTask.closed_at.is_(None), StepTask.agency_code == "dishub")
    assert db.session.scalars(looks).all() == [now]
    before = alarms()
    assert raise_due_alarms(now) == 1
    assert alarms() == before


def test_at_an_agency_the_line_ends_with_the_head_of_the_office(context: Flask) -> None:
    a_complaint(at="agency_receive", agencies=("dishub",), received=MONDAY)
    raise_due_alarms(MONDAY + timedelta(days=8))
    assert [who for _, who in alarms()] == [
        "admin.dishub",
        "admin.dishub",
        "sekretaris.dishub",
        "kepala.dishub",
        "kadis",
        "kadis",
        "kadis",
    ]


def test_a_late_step_is_marked_once_and_no_form_goes_stale(context: Flask) -> None:
    case = a_complaint(at="check", received=MONDAY)
    version = case.complaint.version
    for hours in (2, 2, 30):
        raise_due_alarms(MONDAY + timedelta(hours=hours))
    assert counted() == (1, 1, 1)
    assert case.complaint.version == version
    assert audit_all() == []


def test_an_outage_of_thirty_hours_ends_in_one_notice_a_level_and_one_message_an_officer(context: Flask) -> None:
    for _ in range(5):
        a_complaint(at="check", received=MONDAY)
    db.session.execute(update(Delivery).values(state="sent"))
    db.session.commit()
    for _ in range(3):
        raise_due_alarms(MONDAY + timedelta(hours=30), batch=2)
    assert Counter(alarms()) == {(0, "kasi"): 5, (1, "kasi"): 5, (2, "kabid"): 5}
    waiting = db.session.scalars(select(Delivery).where(Delivery.state == "queued")).all()
    assert sorted((d.user.username, len(d.items)) for d in waiting) == [("kabid", 5), ("kasi", 10)]


def test_a_limit_that_moves_away_is_warned_of_again(context: Flask) -> None:
    case = a_complaint(at="draft_answer", agencies=("dishub",), received=MONDAY)
    warned = MONDAY + timedelta(days=4)
    assert raise_due_alarms(warned) == 1
    case.act("agency_head", "mark_field_visit", "dishub", now=warned, reason="Perlu dilihat di lapangan.")
    task = case.complaint.tasks[-1]
    assert task.due_at == datetime(2026, 12, 11, 9, 0, tzinfo=OFFICE_ZONE)
    raise_due_alarms(warned + timedelta(minutes=1))
    raise_due_alarms(datetime(2026, 12, 10, 9, 0, tzinfo=OFFICE_ZONE))
    assert alarms() == [(0, "sekretaris.dishub")] * 2
    raise_due_alarms(task.due_at)
    assert alarms() == [*[(0, "sekretaris.dishub")] * 2, (1, "sekretaris.dishub")]


def test_a_deputy_hears_what_the_absent_officer_hears(context: Flask, person: Callable[[str], Person]) -> None:
    giver, holder = person("kasi").id, person("kabid").id
    days = {"starts_on": MONDAY.date(), "ends_on": MONDAY.date()}
    row = DelegationRow(kind="plh", giver_id=giver, holder_id=holder, decree_number="1/UJI", created_at=MONDAY, **days)
    db.session.add(row)
    db.session.commit()
    a_complaint(at="check", received=MONDAY)
    raise_due_alarms(MONDAY + timedelta(hours=1))
    assert alarms() == [(0, "kasi"), (0, "kabid"), (1, "kasi"), (1, "kabid")]


def test_four_sweeps_at_once_mark_each_late_step_once(context: Flask) -> None:
    for _ in range(12):
        a_complaint(at="check", received=MONDAY)
    db.session.remove()

    def sweep(_: int) -> int:
        with context.app_context():
            return sum(iter(lambda: raise_due_alarms(MONDAY + timedelta(hours=5), batch=3), 0))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(sweep, range(4)))
    assert counted() == (12, 12, 12)


def test_a_step_done_late_while_no_sweep_ran_is_on_record_as_late(context: Flask) -> None:
    case = a_complaint(at="check", received=MONDAY)
    case.act("section_head", "approve_check", now=MONDAY + timedelta(hours=30))
    kinds = [e.kind for e in events_of(case.id)]
    assert kinds == ["received", "register", "breached", "approve_check"]
    raise_due_alarms(MONDAY + timedelta(hours=30))
    assert Counter(alarms()) == {(0, "kasi"): 1, (1, "kasi"): 1, (2, "kabid"): 1}
    assert counted() == (1, 1, 1)
    assert audit_all() == []


def test_a_step_done_at_its_limit_is_in_time(context: Flask) -> None:
    case = a_complaint(at="check", received=MONDAY)
    case.act("section_head", "approve_check", now=MONDAY + timedelta(hours=1))
    raise_due_alarms(MONDAY + timedelta(hours=1))
    assert counted() == (0, 0, 0)


def test_a_paused_step_is_not_late(context: Flask) -> None:
    case = a_complaint(at="register", received=MONDAY)
    case.act("complaint_admin", "request_information", now=MONDAY + timedelta(minutes=5), question="Di mana?")
    raise_due_alarms(MONDAY + timedelta(days=3))
    # An act puts on record first what has passed, and so does the end of the question.
    case.act("complaint_admin", "note", now=MONDAY + timedelta(days=3), text="Pelapor ditelepon.")
    raise_due_alarms(MONDAY + timedelta(days=15))
    assert case.complaint.status == "archived"
    assert (alarms(), counted()) == ([], (0, 0, 0))


def test_a_case_that_cannot_be_taken_up_does_not_hold_up_the_others(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, fine = a_complaint(at="check", received=MONDAY), a_complaint(at="check", received=MONDAY)
    set_next = raise_alarms.set_next_alarm

    def fails_for_one(task: StepTask, *rest: Any) -> None:
        if task.complaint_id == broken.id:
            raise ValueError("no calendar reaches this")
        set_next(task, *rest)

    monkeypatch.setattr(raise_alarms, "set_next_alarm", fails_for_one)
    assert raise_due_alarms(MONDAY + timedelta(hours=1)) == 2
    assert raise_due_alarms(MONDAY + timedelta(hours=1)) == 0
    assert {n.complaint_id for n in db.session.scalars(select(Notice).where(Notice.kind.in_(ALARMS)))} == {fine.id}
    monkeypatch.undo()
    raise_due_alarms(MONDAY + timedelta(hours=2))
    assert counted() == (2, 2, 2)


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
    monkeypatch.setattr(tasks.raise_alarms, "raise_due_alarms", fails_at_the_third)
    freeze("2026-11-23 11:00")
    with pytest.raises(OSError, match="disk"):
        tasks.sweep_alarms()
    with app.app_context():
        assert counted() == (4, 4, 4)
