"""The registers of days and months that are over."""

from app.core.clock import utc_now
from app.reporting.registers import make
from jobs.context import in_app


@in_app
def make_registers() -> int:
    """Make what is missing; a slot that was not met is made up for by the next."""
    return make.make_due_registers(utc_now())
