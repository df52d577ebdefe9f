"""Rehearsals computed in the background."""

from app.core.clock import utc_now
from app.operations import rehearse
from jobs.job_context import in_app


@in_app
def run_rehearsal(rehearsal_id: int) -> str:
    return rehearse.run_rehearsal(rehearsal_id)


@in_app
def relay_rehearsals() -> int:
    return rehearse.relay_rehearsals(utc_now())
