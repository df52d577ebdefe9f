"""The change feed kept in bounds, and webhooks on their way."""

from app.core.clock import utc_now
from app.feed import sequence
from app.webhooks import deliver as delivery
from app.webhooks import relay as relay
from jobs.context import in_app


@in_app
def forget_changes() -> int:
    """Forget changes past their time and the webhooks that told of them, batch by batch; says how many changes."""
    forgotten = 0
    while batch := sequence.forget_old_changes(utc_now()):
        forgotten += batch
    while relay.forget_old_messages(utc_now()):
        pass
    return forgotten


@in_app
def deliver_webhook(delivery_id: int) -> str:
    return delivery.deliver_webhook(delivery_id, utc_now())


@in_app
def relay_webhooks() -> int:
    return relay.relay_webhooks(utc_now())
