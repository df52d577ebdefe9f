"""Notices as rows beside the event that causes them: shown at the bell, sent after the commit, never told twice."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from app.extensions import db
from app.models import Complaint, DelegationRow, Notice, StepTask
from app.operations.outbox import Told, send_out
from app.queries.people import who_hears
from workflow_rules.actors import Person


def notify_opened(complaint: Complaint, opened: Iterable[StepTask], by: Person, at: datetime) -> None:
    """Tell every officer who holds the office a step waits for, and who stands in for them, except who opened it."""
    for task in opened:
        holders = who_hears(task.actor, task.agency_code, at)
        add_notices(complaint, task, "step_opened", [h for h in holders if h != by.id], at)


def add_notices(
    complaint: Complaint, task: StepTask, kind: str, users: Iterable[int], at: datetime, level: int = 0
) -> None:
    """One notice a user; whoever has been told of this cause already is left out by the unique row."""
    cause = {"complaint_id": complaint.id, "task_id": task.id, "level": level}
    _add(cause, kind, users, at)


def tell_of_delegation(row: DelegationRow, at: datetime) -> None:
    """Both officers of a delegation hear that it has ended."""
    _add({"delegation_id": row.id, "level": 0}, "delegation_ended", (row.giver_id, row.holder_id), at)


def _add(cause: dict[str, Any], kind: str, users: Iterable[int], at: datetime) -> None:
    rows = [{**cause, "user_id": user, "kind": kind, "created_at": at} for user in users]
    if not rows:
        return
    table = Notice.__table__
    statement = insert(table).values(rows).on_conflict_do_nothing().returning(table.c.id, table.c.user_id)
    told = [Told(row.id, row.user_id) for row in db.session.execute(statement)]
    send_out(told, kind, at)
