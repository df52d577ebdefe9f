"""Reports made in the background, those of the plans too, and files whose time is over."""

from app.core.clock import utc_now
from app.reporting.exports import relay as relay
from app.reporting.exports import run as making
from app.reporting.exports import schedules
from jobs.context import in_app


@in_app
def run_report(job_id: int) -> str:
    return making.run_report(job_id)


@in_app
def relay_reports() -> int:
    return relay.relay_reports(utc_now())


@in_app
def sweep_reports() -> int:
    """Make what the plans ask for, and take away the files whose time is over."""
    made = schedules.make_scheduled_reports(utc_now())
    while relay.expire_reports(utc_now()):
        pass
    return made
