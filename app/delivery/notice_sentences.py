"""Notices as sentences, for the bell and for messages."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.access.process_rows import STEPS
from app.core.extensions import db
from app.models import Notice
from app.reporting.exports.request import wanted_of
from app.reporting.exports.titles import title_of
from app.texts.current import wording
from app.texts.placeholders import Values
from app.texts.values import instant
from workflow_rules.process.escalation import LIMIT

SHOWN = 50


@dataclass(frozen=True)
class NoticeLine:
    """A value object: one notice as a sentence. `due_at` is the deadline of its step (aware UTC), None if it is about
    no step; `unread` is whether the officer has not opened it.
    """

    id: int
    kind: str
    sentence: str
    due_at: datetime | None
    complaint_id: int | None
    created_at: datetime
    unread: bool


def newest_notices(user_id: int) -> list[NoticeLine]:
    """Return a list of NoticeLine with the newest 50 notices of an officer, newest first, as sentences in the current
    locale.
    """
    statement = select(Notice).where(Notice.user_id == user_id).order_by(Notice.id.desc()).limit(SHOWN)
    return [notice_line(row) for row in db.session.scalars(statement.options(*_WITH_CAUSE))]


def notice_line(row: Notice) -> NoticeLine:
    """Return a Notice row as NoticeLine, with its sentence in the current locale."""
    due = row.task.due_at if row.task is not None else None
    return NoticeLine(
        row.id, row.kind, sentence_of(row), due, row.complaint_id, row.created_at, unread=row.read_at is None
    )


def sentence_of(row: Notice) -> str:
    """Return the sentence of a Notice row as text in the current locale, worded as the office has it now."""
    return wording(f"notice.{row.kind}", _values_of(row))["body"]


def _values_of(row: Notice) -> Values:
    """Return the values of what the notice's sentence may name: number, step, limit, decree or report."""
    values: dict[str, str | Callable[[str], str]] = {}
    if row.delegation is not None:
        values["delegation.decree"] = row.delegation.decree_number
    if row.report_job is not None:
        values["report.title"] = title_of(wanted_of(row.report_job.wanted))
    if row.complaint is not None:
        values["complaint.number"] = row.complaint.number
        if row.task is not None:
            values["step.name"] = str(STEPS[row.task.step])
            values["step.overdue_days"] = str(row.level - LIMIT)
            values["deadline"] = instant(row.task.due_at)
    return values


_CAUSES = (Notice.task, Notice.complaint, Notice.delegation, Notice.report_job)
_WITH_CAUSE = tuple(joinedload(cause) for cause in _CAUSES)
