"""Limits that pass and acts that are due: seen by sweeps that may run late, twice or side by side."""

from collections.abc import Callable
from datetime import datetime

from app.accounts import attempt_counts, second_step, sessions
from app.calendar import watch_calendar
from app.cases import raise_alarms, timed_actions
from app.core.clock import utc_now
from jobs.context import in_app


@in_app
def sweep_alarms() -> int:
    """Raise everything that is due, in small batches."""
    return _until_done(raise_alarms.raise_due_alarms)


@in_app
def sweep_timed_acts() -> int:
    """Close what nobody answered, note the delegations that ended, forget old sign-ins and tries, say when the calendar
    ends.
    """
    old = (sessions.forget_old, second_step.forget_halves, attempt_counts.forget_counts)
    batches = (timed_actions.close_silent_cases, timed_actions.note_ended_delegations, *old)
    done = sum(_until_done(batch_of) for batch_of in batches)
    watch_calendar.warn_of_missing_year(utc_now())
    return done


def _until_done(batch_of: Callable[[datetime], int]) -> int:
    seen = 0
    while batch := batch_of(utc_now()):
        seen += batch
    return seen
