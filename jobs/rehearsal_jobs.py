"""Rehearsals computed in the background."""

from app.core.clock import utc_now
from app.reporting.rehearsals import run
from jobs.context import in_app


@in_app
def run_rehearsal(rehearsal_id: int) -> str:
    return run.run_rehearsal(rehearsal_id)


@in_app
def relay_rehearsals() -> int:
    return run.relay_rehearsals(utc_now())
