"""Sending of webhooks: signed, to a checked address, retried for three days, in order for each report."""

from datetime import datetime, timedelta

import structlog
from flask import current_app
from sqlalchemy import select

from app.core.after_commit import enqueue_after_commit
from app.core.extensions import db
from app.core.jobs import JobName
from app.core.transaction import lock_row, one_transaction
from app.models import Complaint, JournalEntry, WebhookDelivery, WebhookEndpoint
from app.outbound.allowed_target import TargetRefused, find_target
from app.outbound.http_client import Unanswered, call
from app.webhooks.payload import GUARDED, thinned
from app.webhooks.relay import CLAIM, WEBHOOKS, in_turn
from app.webhooks.retries import Outcome, hold, next_try, outcome_of
from app.webhooks.signature import signed_headers

log = structlog.get_logger()

SECONDS = 15.0
LARGEST_ANSWER = 64 * 1024
FAILING = timedelta(days=5)
"""Time without a success after which an endpoint is disabled."""


def deliver_webhook(delivery_id: int, now: datetime) -> str:
    """Send one due webhook message, commit the result and return its new state: "delivered", "parked" (given up), or
    "queued" for another try; a failed try raises nothing.

    Returns "elsewhere" if it is not due, not its turn, locked by another worker, or sending is on hold in a restored
    copy; the relay job enqueues it again when it is due.
    """
    with one_transaction():
        message = WEBHOOKS.lock(delivery_id, WEBHOOKS.due(now + CLAIM), in_turn(now))
        if message is None:
            return "elsewhere"
        _reduce_if_secret(message)
        outcome = _try(message, now)
        _record(message, outcome, now)
        return message.state


def disable(endpoint: WebhookEndpoint, reason: str, officer_id: int | None, now: datetime) -> None:
    """Disable a webhook endpoint and write a journal entry; its waiting messages stay queued. Does not commit."""
    endpoint.active, endpoint.disabled_for, endpoint.disabled_at = False, reason, now
    endpoint.version += 1
    data = {"endpoint": endpoint.name, "act": f"disabled_{reason}"}
    db.session.add(JournalEntry(kind="webhook_changed", at=now, officer_id=officer_id, data=data))


def _reduce_if_secret(message: WebhookDelivery) -> None:
    """Replace the body of a message by its reduced form if its report became secret or anonymous after the message was
    written.
    """
    if message.complaint_id is None:
        return
    confidentiality = select(Complaint.confidentiality).where(Complaint.id == message.complaint_id)
    if db.session.execute(confidentiality).scalar_one() in GUARDED:
        message.body = thinned(message.body)


def _try(message: WebhookDelivery, now: datetime) -> Outcome:
    try:
        return _send(message, now)
    except TargetRefused as refused:
        return Outcome(f"target_{refused.fault}")
    except Unanswered as silence:
        return Outcome(silence.fault)
    except Exception:
        # An unexpected error counts as a try; otherwise the message would be retried for ever.
        log.exception("webhook_not_sent", delivery=message.id)
        return Outcome("broken")


def _send(message: WebhookDelivery, now: datetime) -> Outcome:
    endpoint = message.endpoint
    target = find_target(endpoint.url, current_app.config["WEBHOOK_ALLOW_PRIVATE"])
    keys = [endpoint.secret]
    if endpoint.previous_secret and endpoint.previous_until and endpoint.previous_until > now:
        keys.append(endpoint.previous_secret)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Lapor-Balangan-Webhooks/1.0",
        **signed_headers(message.message_id, now, message.body, keys),
    }
    answer = call("POST", target, body=message.body.encode(), headers=headers, seconds=SECONDS, largest=LARGEST_ANSWER)
    return outcome_of(answer, now)


def _record(message: WebhookDelivery, outcome: Outcome, now: datetime) -> None:
    message.attempts += 1
    message.tried_at = now
    message.last_status, message.last_fault, message.last_answer = outcome.status, outcome.fault, outcome.answer
    if message.change_id is None:
        _finish(message, "parked" if outcome.fault else "delivered", now)
        return
    lock_row(message.endpoint)
    if outcome.fault is None:
        endpoint = message.endpoint
        endpoint.succeeded_at, endpoint.failures, endpoint.failing_since, endpoint.held_until = now, 0, None, None
        _finish(message, "delivered", now)
        return
    _record_failure(message.endpoint, outcome, now)
    again = next_try(message.attempts, outcome, now)
    if again is None:
        log.error("webhook_parked", delivery=message.id, fault=outcome.fault)
        _finish(message, "parked", now)
    else:
        message.next_try_at = again


def _finish(message: WebhookDelivery, state: str, now: datetime) -> None:
    message.state, message.finished_at = state, now
    same = (WebhookDelivery.complaint_id == message.complaint_id, WebhookDelivery.endpoint_id == message.endpoint_id)
    following = select(WebhookDelivery.id).where(
        *same, WebhookDelivery.state == "queued", WebhookDelivery.id > message.id
    )
    next_id = db.session.scalars(following.order_by(WebhookDelivery.id).limit(1)).first()
    if next_id is not None:
        enqueue_after_commit(JobName.DELIVER_WEBHOOK, next_id)


def _record_failure(endpoint: WebhookEndpoint, outcome: Outcome, now: datetime) -> None:
    endpoint.failing_since = endpoint.failing_since or now
    if outcome.of_the_whole_server:
        endpoint.failures += 1
        endpoint.held_until = hold(endpoint.failures, outcome, now)
    if not endpoint.active:
        return
    if outcome.fault == "gone":
        disable(endpoint, "gone", None, now)
    elif now - endpoint.failing_since >= FAILING:
        disable(endpoint, "failing", None, now)
