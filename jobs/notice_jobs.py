"""Notices on their way out."""

from app.clock import utc_now
from app.operations import deliver_notice as delivery
from jobs.job_context import in_app


@in_app
def deliver_notice(notice_id: int) -> str:
    return delivery.deliver_notice(notice_id, utc_now())


@in_app
def relay_notices() -> int:
    return delivery.relay_notices(utc_now())
