"""Read state of notices."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, ScalarSelect, select, update

from app.core.extensions import db
from app.core.statement_cache import counted
from app.core.transaction import one_transaction
from app.models import Notice
from app.vocabulary.words import LARGEST_BADGE


@dataclass(frozen=True)
class Seen:
    """A value object: a notice that its officer has opened. `complaint_id` is None if it leads to no case, `of_report`
    and `of_records` say whether it is about an export report or the nightly check of the records.
    """

    complaint_id: int | None
    of_report: bool = False
    of_records: bool = False


def mark_read(notice_id: int, user_id: int, now: datetime) -> Seen | None:
    """Record when an officer first opened a notice, commit, and return the notice as Seen; None if the officer has no
    such notice.
    """
    with one_transaction():
        statement = select(Notice).where(Notice.id == notice_id, Notice.user_id == user_id)
        notice = db.session.scalars(statement).first()
        if notice is None:
            return None
        notice.read_at = notice.read_at or now
        return Seen(notice.complaint_id, notice.report_job_id is not None, notice.invariant_run_id is not None)


def mark_all_read(user_id: int, now: datetime) -> int:
    """Record that an officer has read all notices, commit, and return how many were unread."""
    table = Notice.__table__
    with one_transaction():
        statement = update(table).where(table.c.user_id == user_id, table.c.read_at.is_(None)).values(read_at=now)
        return len(db.session.execute(statement.returning(table.c.id)).all())


def counting_unread(user_id: int | BindParameter[int] | None) -> ScalarSelect[int]:
    """Return a scalar subquery that counts an officer's unread notices; it stops at LARGEST_BADGE + 1."""
    return counted(select(Notice.id).where(Notice.user_id == user_id, Notice.read_at.is_(None)), LARGEST_BADGE + 1)


def unread_count(user_id: int) -> int:
    """Return how many notices an officer has not read, as int; the count stops at LARGEST_BADGE + 1."""
    return db.session.scalars(select(counting_unread(user_id))).one()
