"""Messages on their way out."""

from app.core.clock import utc_now
from app.delivery import deliver as delivery
from app.delivery import digests
from jobs.context import in_app


@in_app
def deliver(delivery_id: int) -> str:
    return delivery.deliver(delivery_id, utc_now())


@in_app
def relay_deliveries() -> int:
    return delivery.relay_deliveries(utc_now())


@in_app
def make_digests() -> int:
    return digests.make_digests(utc_now())
