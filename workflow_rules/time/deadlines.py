"""Deadlines of steps: when they are due, how much time is left, and when the next alarm is raised.

Datetimes are aware and results are in the calendar's zone; ValueError is raised as in `working_calendar`. Days are
never converted into minutes or back: shares and remainders are measured as working time of the calendar.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from workflow_rules.time.allowance import Allowance as Allowance
from workflow_rules.time.allowance import Unit as Unit
from workflow_rules.time.working_calendar import Pauses, WorkingCalendar

WARNING_SHARE = 0.8


class TimeState(StrEnum):
    """An enum of the states of a step against its deadline; exactly at the deadline it is not yet late."""

    SAFE = "safe"
    NEAR = "near"
    LATE = "late"
    PAUSED = "paused"


@dataclass(frozen=True)
class WorkingLength:
    """A value object: a length of working time, as whole working days and the working time beyond the last of them."""

    days: int
    rest: timedelta


def deadline_for(calendar: WorkingCalendar, start: datetime, allowance: Allowance, pauses: Pauses = ()) -> datetime:
    """Return the aware datetime, in the calendar's zone, when an allowance that runs from `start` is used up; pauses do
    not count. Raises ValueError for naive datetimes or when the calendar has too few openings.
    """
    if allowance.unit is Unit.WORKING_DAYS:
        return calendar.add_days(start, allowance.value, pauses)
    return calendar.add_minutes(start, allowance.value, pauses)


def deadline_for_all(
    calendar: WorkingCalendar, start: datetime, allowances: Iterable[Allowance], pauses: Pauses = ()
) -> datetime:
    """Return the aware datetime, in the calendar's zone, when the sum of the allowances is used up: all working days
    first, then all minutes. Raises ValueError for naive datetimes or when the calendar has too few openings.
    """
    given, pauses = tuple(allowances), tuple(pauses)
    days = sum(a.value for a in given if a.unit is Unit.WORKING_DAYS)
    minutes = sum(a.value for a in given if a.unit is Unit.WORKING_MINUTES)
    return calendar.add_minutes(calendar.add_days(start, days, pauses), minutes, pauses)


def warn_at(
    calendar: WorkingCalendar, start: datetime, due_at: datetime, pauses: Pauses = (), share: float = WARNING_SHARE
) -> datetime:
    """Return the aware datetime of the warning, in the calendar's zone: when `share` of the unpaused working time
    between `start` and `due_at` is used; `due_at` when there is no such time. Raises ValueError unless 0 < share <= 1.
    """
    if not 0 < share <= 1:
        raise ValueError(f"not a share of the time: {share}")
    pauses = tuple(pauses)
    granted = calendar.elapsed(start, due_at, pauses)
    if not granted:
        return calendar.in_zone(due_at)
    return calendar.add_time(start, granted * share, pauses)


def time_state(now: datetime, due_at: datetime, warn_at: datetime, paused: bool) -> TimeState:
    """Return the `TimeState` of a step at `now`: late after `due_at`, near from `warn_at` on, else safe; a paused step
    is neither near nor late. Raises ValueError for naive datetimes.
    """
    if any(at.utcoffset() is None for at in (now, due_at, warn_at)):
        raise ValueError("naive datetime")
    if paused:
        return TimeState.PAUSED
    if later(now, due_at):
        return TimeState.LATE
    return TimeState.SAFE if later(warn_at, now) else TimeState.NEAR


def remaining(calendar: WorkingCalendar, now: datetime, due_at: datetime) -> timedelta:
    """Return the working time left until `due_at`, as a timedelta; negative once `due_at` has passed."""
    return calendar.elapsed(now, due_at) - calendar.elapsed(due_at, now)


def span(calendar: WorkingCalendar, a: datetime, b: datetime) -> WorkingLength:
    """Return the `WorkingLength` from a to b, its days counted as by `add_days`; zero when b is not after a."""
    begin, end = calendar.next_open(a), calendar.in_zone(b)
    days = calendar.working_days(begin.date(), end.date())
    if days and later(calendar.same_time_after(begin, days), end):
        days -= 1
    return WorkingLength(days, calendar.elapsed(calendar.same_time_after(begin, days), end))


def next_alarm_at(
    calendar: WorkingCalendar, start: datetime, due_at: datetime, now: datetime, pauses: Pauses = ()
) -> datetime:
    """Return the aware datetime, in the calendar's zone, of the first alarm after `now`: the warning, the deadline, or
    the deadline's local time on a later working day.
    """
    due, moment = calendar.in_zone(due_at), calendar.in_zone(now)
    for alarm in (warn_at(calendar, start, due, pauses), due):
        if later(alarm, moment):
            return alarm
    # Counted from yesterday, so that the cost does not grow with lateness.
    eve = max(due.date(), moment.date() - timedelta(days=1))
    from_eve = due.replace(year=eve.year, month=eve.month, day=eve.day)
    first = calendar.same_time_after(from_eve, 1)
    return first if later(first, moment) else calendar.same_time_after(from_eve, 2)


def later(a: datetime, b: datetime) -> bool:
    """Return whether `a` is after `b`, compared as UTC, since wall clock times repeat when daylight saving ends."""
    return a.astimezone(UTC) > b.astimezone(UTC)
