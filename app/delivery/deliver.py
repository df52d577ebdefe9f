"""Sending of messages from the outbox, with retries."""

from datetime import datetime, timedelta

import structlog
from rq.timeouts import JobTimeoutException

from app.core.after_commit import enqueue_after_commit
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.jobs import JobName
from app.core.transaction import one_transaction
from app.core.work_queue import WorkQueue
from app.delivery.addresses import address_of, without_address
from app.delivery.gateway_breaker import Turn, gateways_in_trouble, note_failure, note_success, turn_of
from app.delivery.message_texts import compose
from app.models import Delivery
from app.notices.outbox import CLAIM_SECONDS
from app.outbound.gateway import GatewayAway, Refused, Unsent
from app.outbound.notification_channels import CHANNELS
from app.outbound.restore_hold import not_held
from app.reporting.exports.mail import prepare_report

log = structlog.get_logger()

DELAYS = (60, 300, 900, 1800, 3600, 3600, 3600, 3600)
"""Seconds between tries: nearly five hours in all, enough for most outages of a mail server."""

CLAIM = timedelta(seconds=CLAIM_SECONDS)
DELIVERIES = WorkQueue(
    Delivery,
    JobName.DELIVER,
    due=lambda now: (Delivery.state == "queued") & (Delivery.next_try_at <= now) & not_held(),
    claimed=lambda now: {"next_try_at": now + CLAIM},
    order=(Delivery.next_try_at,),
)


def deliver(delivery_id: int, now: datetime) -> str:
    """Send one due message, commit, and return its new state: "sent", "queued" (to be tried again), "failed" or
    "skipped" (channel not configured). Errors of sending are recorded in the message, not raised.

    Returns "elsewhere" if it is not due, already sent, locked by another worker, or sending is on hold in a restored
    copy; "held" if its gateway is on hold. Neither counts as a try; the message stays due.
    """
    with one_transaction():
        message = DELIVERIES.lock(delivery_id, DELIVERIES.due(now + CLAIM))
        if message is None:
            return "elsewhere"
        turn = turn_of(message.channel, now)
        if turn == "held":
            return "held"
        _try(message, turn, now)
        return message.state


def _try(message: Delivery, turn: Turn, now: datetime) -> None:
    message.attempts += 1
    away = None
    try:
        with db.session.begin_nested():
            prepare_report(message, now)
            sent = _send(message)
    except Refused as refusal:
        message.state, message.last_error = "failed", without_address(message, str(refusal))[:300]
    except (GatewayAway, JobTimeoutException) as silence:
        _put_off(message, str(silence), now)
        away = message.last_error
    except Unsent as problem:
        _put_off(message, str(problem), now)
    except Exception as fault:
        # An unexpected error counts as a try; otherwise the message would be retried for ever.
        log.exception("message_not_sent", delivery=message.id, channel=message.channel)
        _put_off(message, f"{type(fault).__name__}: {fault}", now)
    else:
        message.state, message.last_error = ("sent", None) if sent else ("skipped", "no such channel is set up")
        message.sent_at = now if sent else None
        message.sealed_code = None
    if away is not None:
        note_failure(message.channel, away, max(now, utc_now()))
    elif turn == "probe" and note_success(message.channel):
        # The gateway answers again, whatever it said of this message, so enqueue what waited for it.
        enqueue_after_commit(JobName.RELAY_DELIVERIES)


def _send(message: Delivery) -> bool:
    """Send one message on its channel; return False if the channel is off, or the officer has removed the address.

    Raises Unsent if the message should be retried, Refused if it can never be sent.
    """
    channel = CHANNELS[message.channel]
    url = channel.server_url()
    address = address_of(message, channel) if url is not None else None
    if url is None or (not address and not channel.for_everyone):
        return False
    if not address:
        raise Refused("there is no e-mail address to send to")
    channel.gateway(url, address, compose(message))
    return True


def _put_off(message: Delivery, problem: str, now: datetime) -> None:
    message.last_error = without_address(message, problem)[:300]
    if message.attempts > len(DELAYS):
        message.state = "failed"
        log.error("message_failed", delivery=message.id, channel=message.channel, error=message.last_error)
        return
    message.next_try_at = now + timedelta(seconds=DELAYS[message.attempts - 1])


def relay_deliveries(now: datetime, batch: int = 500) -> int:
    """Enqueue the jobs of all due messages, commit, and return how many were enqueued. This recovers messages that
    Redis has lost.

    For a failing gateway nothing is enqueued during its hold, and then one message as a probe.
    """
    handed = 0
    with one_transaction():
        troubled = {state.channel: state.held_until for state in gateways_in_trouble()}
    while count := DELIVERIES.relay(now, batch, Delivery.channel.not_in(troubled)):
        handed += count
    for channel, held_until in troubled.items():
        if held_until is not None and held_until <= now:
            handed += DELIVERIES.relay(now, 1, Delivery.channel == channel)
    return handed


def send_again(delivery_id: int, now: datetime) -> bool:
    """Queue a failed message again with its tries reset, commit, and return True; return False if there is no failed
    message with this id.
    """
    with one_transaction():
        again = {"state": "queued", "attempts": 0, "next_try_at": now + CLAIM}
        if DELIVERIES.update_if(delivery_id, Delivery.state == "failed", **again) is None:
            return False
        enqueue_after_commit(JobName.DELIVER, delivery_id)
        return True


def send_all_again(now: datetime) -> int:
    """Queue every failed message again with its tries reset, in one transaction, and return how many.

    Messages locked by another request are left to it. The relay job enqueues them in batches, so that the page need not
    wait.
    """
    with one_transaction():
        failed = Delivery.state == "failed"
        again = DELIVERIES.update_free(failed, state="queued", attempts=0, next_try_at=now)
        if again:
            enqueue_after_commit(JobName.RELAY_DELIVERIES)
        return len(again)
