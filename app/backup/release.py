"""Release of a restored copy: it may send again, and old messages can be set aside, so that nobody gets them twice."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select, update

from app.core.after_commit import enqueue_after_commit
from app.core.extensions import db
from app.core.jobs import JobName
from app.core.transaction import one_transaction
from app.models import Delivery, DeliveryItem, JournalEntry, Notice, SendingHold, SyncLedger, WebhookDelivery
from app.webhooks.relay import write_webhooks

NOT_SENT = "not sent: older than the restored copy's release allowed"
SET_ASIDE = "set_aside"


@dataclass(frozen=True)
class Waiting:
    """A value object: counts of what a release would send, namely messages to people, webhook deliveries and reports to
    the SP4N peer.

    `oldest` is the creation time (aware) of the oldest message or webhook delivery, None without one.
    """

    messages: int
    webhooks: int
    reports: int
    oldest: datetime | None

    @property
    def count(self) -> int:
        """Total number of waiting messages, webhook deliveries and reports."""
        return self.messages + self.webhooks + self.reports


@dataclass(frozen=True)
class Released:
    """A value object: the result of a release, with the numbers of messages and webhook deliveries set aside, and
    counts of what is being sent (`going`).
    """

    dropped_messages: int
    dropped_webhooks: int
    going: Waiting


def find_waiting(now: datetime) -> Waiting:
    """Return a Waiting with the counts of what waits to be sent to people, webhook endpoints and the peer; first writes
    the webhook deliveries of recent events and commits.
    """
    write_webhooks(now)
    messages, oldest_message = _count(Delivery, Delivery.created_at)
    webhooks, oldest_webhook = _count(WebhookDelivery, WebhookDelivery.at)
    behind = select(func.count()).where(SyncLedger.next_try_at.is_not(None))
    oldest = min((at for at in (oldest_message, oldest_webhook) if at), default=None)
    return Waiting(messages, webhooks, db.session.execute(behind).scalar_one(), oldest)


def release_copy(older_than: timedelta | None, now: datetime) -> Released | None:
    """End the sending hold of a restored copy; return a Released, or None if there was no hold. One transaction,
    committed, also sets aside what is older than `older_than` (None: nothing), writes a journal entry and enqueues the
    relay jobs.

    Messages set aside are skipped, webhook deliveries parked, so that they can be sent by hand. The peer receives
    states, not messages, and the nightly comparison updates it.
    """
    write_webhooks(now)
    with one_transaction():
        hold = db.session.scalars(select(SendingHold).with_for_update()).first()
        if hold is None:
            return None
        messages = webhooks = 0
        if older_than is not None:
            skipped = {"state": "skipped", "last_error": NOT_SENT, "sealed_code": None}
            messages = _change(Delivery, _last_notice_at() < now - older_than, skipped)
            parked = {"state": "parked", "last_fault": SET_ASIDE, "finished_at": now}
            webhooks = _change(WebhookDelivery, WebhookDelivery.at < now - older_than, parked)
        taken_at = hold.taken_at.isoformat()
        db.session.delete(hold)
        going = find_waiting(now)
        data = {
            "taken_at": taken_at,
            "dropped": {"messages": messages, "webhooks": webhooks},
            "going": {"messages": going.messages, "webhooks": going.webhooks, "reports": going.reports},
        }
        db.session.add(JournalEntry(kind="copy_released", at=now, officer_id=None, data=data))
        for job in (JobName.RELAY_DELIVERIES, JobName.RELAY_WEBHOOKS, JobName.PUSH_PEER):
            enqueue_after_commit(job)
        return Released(messages, webhooks, going)


def _count(table: Any, at: Any) -> tuple[int, datetime | None]:
    row = db.session.execute(select(func.count(), func.min(at)).where(table.state == "queued")).one()
    return row[0], row[1]


def _last_notice_at() -> ColumnElement[datetime]:
    """Return an SQL expression on Delivery for the time from which a message's age counts: creation of its newest
    notice, since new notices join a waiting message.
    """
    items = select(func.max(Notice.created_at)).join(DeliveryItem, DeliveryItem.notice_id == Notice.id)
    newest = items.where(DeliveryItem.delivery_id == Delivery.id).scalar_subquery()
    return func.coalesce(newest, Delivery.created_at)


def _change(table: Any, old: Any, values: dict[str, Any]) -> int:
    statement = update(table).where(table.state == "queued", old).values(**values).returning(table.id)
    return len(db.session.scalars(statement.execution_options(synchronize_session=False)).all())
