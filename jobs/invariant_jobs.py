"""The nightly look at what the records promise."""

from app.audit.invariants import run as looking
from jobs.context import in_app


@in_app
def check_invariants() -> str:
    """Look once a night; a slot that was not met is made up for by the next."""
    return looking.run_nightly()
