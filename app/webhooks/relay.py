"""Webhook messages from the change feed: one for each change and each subscribed endpoint."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from app.core.extensions import db
from app.core.jobs import JobName
from app.core.transaction import delete_batch, one_transaction
from app.core.work_queue import WorkQueue
from app.feed.read import changes_after
from app.feed.sequence import number_changes
from app.models import Complaint, SyncChange, WebhookDelivery, WebhookEndpoint
from app.outbound.restore_hold import not_held
from app.webhooks.payload import EVERY_TYPE, GUARDED, body_of, type_of

BATCH = 500
CLAIM = timedelta(seconds=60)
"""Time until a claimed message is enqueued again; longer than any try takes."""

WEBHOOKS = WorkQueue(
    WebhookDelivery,
    JobName.DELIVER_WEBHOOK,
    due=lambda now: (WebhookDelivery.state == "queued") & (WebhookDelivery.next_try_at <= now) & not_held(),
    claimed=lambda now: {"next_try_at": now + CLAIM},
    order=(WebhookDelivery.next_try_at, WebhookDelivery.id),
)


def relay_webhooks(now: datetime) -> int:
    """Write webhook messages for new changes and enqueue every due message; commits, and returns how many messages were
    enqueued.
    """
    write_webhooks(now)
    handed = 0
    while count := WEBHOOKS.relay(now, BATCH, in_turn(now)):
        handed += count
    return handed


def write_webhooks(now: datetime) -> None:
    """Write the messages of new changes for every active webhook endpoint and commit, without enqueuing them."""
    number_changes()
    for endpoint_id in db.session.scalars(select(WebhookEndpoint.id).where(WebhookEndpoint.active)).all():
        while _read_on(endpoint_id, now):
            pass


def in_turn(now: datetime) -> ColumnElement[bool]:
    """Return an SQL criterion on WebhookDelivery for queued messages that may be sent now: the endpoint is active and
    not on hold, and no earlier message of the same report to it is queued. A test may always be sent.
    """
    earlier = aliased(WebhookDelivery)
    same = (earlier.endpoint_id == WebhookDelivery.endpoint_id, earlier.complaint_id == WebhookDelivery.complaint_id)
    behind = exists().where(*same, earlier.state == "queued", earlier.id < WebhookDelivery.id)
    free = or_(WebhookEndpoint.held_until.is_(None), WebhookEndpoint.held_until <= now)
    listening = select(WebhookEndpoint.id).where(WebhookEndpoint.active, free)
    return or_(WebhookDelivery.change_id.is_(None), WebhookDelivery.endpoint_id.in_(listening) & ~behind)


def new_message_id() -> str:
    """Return a random message id, `msg_` and 32 hexadecimal digits; a message has the same id in all tries."""
    return f"msg_{secrets.token_hex(16)}"


def forget_old_messages(now: datetime, batch: int = 1000) -> int:
    """Delete up to `batch` finished webhook messages older than SYNC_RETENTION_DAYS and commit; return how many were
    deleted.
    """
    before = now - timedelta(days=current_app.config["SYNC_RETENTION_DAYS"])
    done = (WebhookDelivery.at < before) & (WebhookDelivery.state != "queued")
    return delete_batch(WebhookDelivery, done, batch, WebhookDelivery.id)


def _read_on(endpoint_id: int, now: datetime) -> bool:
    """Write the messages of an endpoint's next changes, store its position and commit; return whether more changes may
    wait. The endpoint's row is locked, and skipped if another reader has locked it.
    """
    with one_transaction():
        mine = select(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id, WebhookEndpoint.active)
        mine = mine.with_for_update(skip_locked=True).execution_options(populate_existing=True)
        endpoint = db.session.scalars(mine).first()
        if endpoint is None:
            return False
        changes = changes_after(endpoint.position, BATCH)
        if not changes:
            return False
        if rows := _messages(endpoint, changes, now):
            db.session.execute(insert(WebhookDelivery.__table__).values(rows).on_conflict_do_nothing())
        endpoint.position = changes[-1].position or endpoint.position
        return len(changes) == BATCH


def _messages(endpoint: WebhookEndpoint, changes: Sequence[SyncChange], now: datetime) -> list[dict[str, Any]]:
    """Return a list with a dict of WebhookDelivery column values for each change that the endpoint is subscribed to;
    reports that are now secret or anonymous are reduced.
    """
    wanted = [c for c in changes if EVERY_TYPE in endpoint.event_types or type_of(c) in endpoint.event_types]
    these = (Complaint.id.in_({change.complaint_id for change in wanted}), Complaint.confidentiality.in_(GUARDED))
    guarded = set(db.session.scalars(select(Complaint.id).where(*these)))
    return [
        {
            "endpoint_id": endpoint.id,
            "change_id": change.id,
            "complaint_id": change.complaint_id,
            "message_id": new_message_id(),
            "type": type_of(change),
            "body": body_of(change, change.complaint_id in guarded),
            "at": change.at,
            "state": "queued",
            "attempts": 0,
            "next_try_at": now,
        }
        for change in wanted
    ]
