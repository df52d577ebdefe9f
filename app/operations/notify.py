"""Notices as outbox rows: written with the event, delivered after the commit, never twice for one cause."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert

from app.after_commit import enqueue_after_commit
from app.extensions import db
from app.job_names import JobName
from app.models import Complaint, Notice, StepTask
from app.queries.people import holders_of
from workflow_rules.actors import Person


def notify_opened(complaint: Complaint, opened: Iterable[StepTask], by: Person, at: datetime) -> None:
    """Tell every officer who holds the office a step waits for, except the one who has just opened it."""
    for task in opened:
        holders = holders_of(db.session(), task.actor, task.agency_code)
        add_notices(complaint, task, "step_opened", [h for h in holders if h != by.id], at)


def add_notices(complaint: Complaint, task: StepTask, kind: str, users: list[int], at: datetime) -> None:
    """One outbox row a user; whoever has been told of this cause already is left out by the unique row."""
    if not users:
        return
    rows = [
        {
            "complaint_id": complaint.id,
            "task_id": task.id,
            "user_id": user,
            "kind": kind,
            "state": "queued",
            "created_at": at,
            "next_try_at": at,
            "attempts": 0,
        }
        for user in users
    ]
    table = Notice.__table__
    statement = insert(table).values(rows).on_conflict_do_nothing().returning(table.c.id)
    for notice_id in db.session.scalars(statement):
        enqueue_after_commit(JobName.DELIVER_NOTICE, notice_id)
