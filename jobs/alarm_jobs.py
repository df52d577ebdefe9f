"""Limits that pass: seen by a sweep that may run late, twice or side by side."""

from app.clock import utc_now
from app.operations import raise_alarms
from jobs.job_context import in_app


@in_app
def sweep_alarms() -> int:
    """Raise everything that is due, in small batches."""
    seen = 0
    while batch := raise_alarms.raise_due_alarms(utc_now()):
        seen += batch
    return seen
