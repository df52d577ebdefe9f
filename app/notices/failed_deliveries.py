"""Messages that could not be sent, for the administrator."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from app.core.extensions import db
from app.models import Delivery, DeliveryItem
from app.outbound.notification_channels import CHANNELS

SHOWN = 100


@dataclass(frozen=True)
class FailedMessage:
    """A value object: one message that failed for good. `name` is that of its recipient, `notices` how many notices it
    carries, `error` the last error ("" if none); `address` is "" unless it is an officer's e-mail.
    """

    id: int
    name: str
    address: str
    channel: str
    notices: int
    created_at: datetime
    error: str


@dataclass(frozen=True)
class MessageCounts:
    """A value object: the numbers of waiting and failed messages; `oldest_due` is when the oldest overdue message was
    due (aware UTC), None if none is overdue.
    """

    waiting: int
    failed: int
    oldest_due: datetime | None


def failed_messages(limit: int = SHOWN) -> list[FailedMessage]:
    """Return a list of FailedMessage with the newest finally failed messages, at most `limit`, without addresses at
    gateways or of reporters.
    """
    inside = select(func.count()).where(DeliveryItem.delivery_id == Delivery.id).scalar_subquery()
    statement = select(Delivery, inside).where(Delivery.state == "failed").order_by(Delivery.id.desc()).limit(limit)
    rows = db.session.execute(statement.options(selectinload(Delivery.user), selectinload(Delivery.complaint)))
    return [
        FailedMessage(
            row.id,
            str(row.user.get_full_name()).strip() if row.user is not None else _reporter_name(row),
            row.user.email if row.user is not None and CHANNELS[row.channel].for_everyone else "",
            row.channel,
            notices,
            row.created_at,
            row.last_error or "",
        )
        for row, notices in rows
    ]


def count_messages(now: datetime) -> MessageCounts:
    """Return the MessageCounts of the outbox: the numbers of waiting and failed messages, and when the oldest overdue
    message was due.
    """
    waiting = select(func.count(), func.min(Delivery.next_try_at)).where(Delivery.state == "queued")
    count, first = db.session.execute(waiting).one()
    return MessageCounts(count, count_failed(), first if first is not None and first < now else None)


def count_failed() -> int:
    """Return how many messages have failed for good."""
    return db.session.scalars(select(func.count()).where(Delivery.state == "failed")).one()


def _reporter_name(row: Delivery) -> str:
    """Return the name shown for a reporter: "Pelapor" with the complaint number, without it if the case is not
    visible.
    """
    return gettext("Pelapor aduan %(number)s", number=row.complaint.number) if row.complaint else gettext("Pelapor")
