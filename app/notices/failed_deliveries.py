"""Messages that did not leave, for the person who looks after the system."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from app.core.extensions import db
from app.models import Delivery, DeliveryItem

SHOWN = 100


@dataclass(frozen=True)
class FailedMessage:
    """One message that was given up: for whom, by which channel, with how many notices, since when and why."""

    id: int
    name: str
    address: str
    channel: str
    notices: int
    created_at: datetime
    error: str


@dataclass(frozen=True)
class MessageCounts:
    """How many messages wait and how many were given up, and since when the oldest should have been sent."""

    waiting: int
    failed: int
    oldest_due: datetime | None


def failed_messages(limit: int = SHOWN) -> list[FailedMessage]:
    """The messages that were given up, newest first."""
    inside = select(func.count()).where(DeliveryItem.delivery_id == Delivery.id).scalar_subquery()
    statement = select(Delivery, inside).where(Delivery.state == "failed").order_by(Delivery.id.desc()).limit(limit)
    rows = db.session.execute(statement.options(selectinload(Delivery.user), selectinload(Delivery.complaint)))
    return [_line(row, count) for row, count in rows]


def count_messages(now: datetime) -> MessageCounts:
    """Waiting, failed and overdue messages, by the indexes that hold just these."""
    waiting = select(func.count(), func.min(Delivery.next_try_at)).where(Delivery.state == "queued")
    count, first = db.session.execute(waiting).one()
    return MessageCounts(count, count_failed(), first if first is not None and first < now else None)


def count_failed() -> int:
    """How many messages were given up and wait for an administrator."""
    return db.session.scalars(select(func.count()).where(Delivery.state == "failed")).one()


def _line(row: Delivery, notices: int) -> FailedMessage:
    """The number or name at the gateway is the officer's own and is not shown; of a reporter only the case is."""
    address = row.user.email if row.user is not None and row.channel == "email" else ""
    return FailedMessage(row.id, _recipient(row), address, row.channel, notices, row.created_at, row.last_error or "")


def _recipient(row: Delivery) -> str:
    """The officer's name; a reporter is named by the number of the case alone, and not even so where it is hidden."""
    if row.user is not None:
        return str(row.user.get_full_name()).strip()
    return gettext("Pelapor aduan %(number)s", number=row.complaint.number) if row.complaint else gettext("Pelapor")
