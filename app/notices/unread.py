"""An officer has seen a notice, or all of them: the mark that the bell counts by."""

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
    """A notice that its officer has opened, and the case it leads to; None where it leads to no case."""

    complaint_id: int | None
    of_report: bool = False
    of_records: bool = False


def mark_read(notice_id: int, user_id: int, now: datetime) -> Seen | None:
    """Note the first time an officer opened a notice; None where there is no such notice of that officer."""
    with one_transaction():
        statement = select(Notice).where(Notice.id == notice_id, Notice.user_id == user_id)
        notice = db.session.scalars(statement).first()
        if notice is None:
            return None
        notice.read_at = notice.read_at or now
        return Seen(notice.complaint_id, notice.report_job_id is not None, notice.invariant_run_id is not None)


def mark_all_read(user_id: int, now: datetime) -> int:
    """Note that an officer has seen everything told so far; says how many notices were new."""
    table = Notice.__table__
    with one_transaction():
        statement = update(table).where(table.c.user_id == user_id, table.c.read_at.is_(None)).values(read_at=now)
        return len(db.session.execute(statement.returning(table.c.id)).all())


def counting_unread(user_id: int | BindParameter[int] | None) -> ScalarSelect[int]:
    """How many notices an officer has not read, as part of another query; no further than the bell can show."""
    return counted(select(Notice.id).where(Notice.user_id == user_id, Notice.read_at.is_(None)), LARGEST_BADGE + 1)


def unread_count(user_id: int) -> int:
    """The same by itself."""
    return db.session.scalars(select(counting_unread(user_id))).one()
