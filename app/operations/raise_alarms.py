"""Limits that have passed: seen once each, recorded on the case, told to its holder."""

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import insert

from app.extensions import db
from app.models import Complaint, StepAlarm, StepTask
from app.operations.notify import add_notices
from app.operations.record_history import record_history
from app.queries.people import holders_of
from app.transaction import one_transaction
from workflow_rules.actors import SYSTEM, Actor, Capacity
from workflow_rules.events import Event, SystemEvent
from workflow_rules.steps import Step

LATE = "late"


def raise_due_alarms(now: datetime, batch: int = 50) -> int:
    """Record one batch of passed limits and say how many cases it looked at; safe to run twice or side by side.

    Cases are locked one sweep at a time (SKIP LOCKED); the unique row (step, level) is the right to record and notify.
    """
    with one_transaction():
        cases = _lock_due_cases(now, batch)
        for complaint in cases:
            for task in _due_tasks(complaint, now):
                _raise(complaint, task, now)
        return len(cases)


def _due(now: datetime) -> ColumnElement[bool]:
    return StepTask.closed_at.is_(None) & (StepTask.next_alarm_at <= now)


def _lock_due_cases(now: datetime, batch: int) -> list[Complaint]:
    due = select(StepTask.complaint_id).where(_due(now)).order_by(StepTask.next_alarm_at).limit(batch)
    statement = select(Complaint).where(Complaint.id.in_(due.scalar_subquery())).order_by(Complaint.id)
    return list(db.session.scalars(statement.with_for_update(skip_locked=True)))


def _due_tasks(complaint: Complaint, now: datetime) -> list[StepTask]:
    statement = select(StepTask).where(StepTask.complaint_id == complaint.id, _due(now)).order_by(StepTask.id)
    return list(db.session.scalars(statement.execution_options(populate_existing=True)))


def _raise(complaint: Complaint, task: StepTask, now: datetime) -> None:
    table = StepAlarm.__table__
    row = {"task_id": task.id, "level": LATE, "due_at": task.due_at, "raised_at": now}
    won = db.session.execute(insert(table).values(row).on_conflict_do_nothing().returning(table.c.id)).first()
    task.next_alarm_at = None
    if won is None:
        return
    data = {"due_at": task.due_at.isoformat()}
    event = Event(SystemEvent.BREACHED, now, Capacity(Actor.SYSTEM), Step(task.step), task.agency_code, data)
    record_history(complaint, event, SYSTEM, None)
    add_notices(complaint, task, "step_late", holders_of(db.session(), task.actor, task.agency_code), now)
