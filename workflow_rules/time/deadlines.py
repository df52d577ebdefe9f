"""Limits of steps and of the national clock: when they are due, how near they are, when to raise the next alarm.

Everything takes aware datetimes and answers in the calendar's zone; `ValueError` as in `working_calendar`. Nothing here
turns days into minutes or back: shares and remainders are measured as working time of the calendar.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from workflow_rules.time.allowance import Allowance, Unit
from workflow_rules.time.working_calendar import Pauses, WorkingCalendar

__all__ = [
    "Allowance",
    "TimeState",
    "Unit",
    "WorkingLength",
    "deadline_for",
    "deadline_for_all",
    "next_alarm_at",
    "remaining",
    "span",
    "time_state",
    "used",
    "warn_at",
]

WARNING_SHARE = 0.8


class TimeState(StrEnum):
    """How a step stands against its limit; exactly at the limit it is still in time."""

    SAFE = "safe"
    NEAR = "near"
    LATE = "late"
    PAUSED = "paused"


@dataclass(frozen=True)
class WorkingLength:
    """A stretch of working time as it is told: whole working days, and the working time beyond the last of them."""

    days: int
    rest: timedelta


def deadline_for(calendar: WorkingCalendar, start: datetime, allowance: Allowance, pauses: Pauses = ()) -> datetime:
    """Return the instant at which an allowance that runs from `start` is used up."""
    if allowance.unit is Unit.WORKING_DAYS:
        return calendar.add_days(start, allowance.value, pauses)
    return calendar.add_minutes(start, allowance.value, pauses)


def deadline_for_all(
    calendar: WorkingCalendar, start: datetime, allowances: Iterable[Allowance], pauses: Pauses = ()
) -> datetime:
    """Return when a whole SOP is used up: its working days first, then its minutes, neither turned into the other."""
    given, pauses = tuple(allowances), tuple(pauses)
    days = sum(a.value for a in given if a.unit is Unit.WORKING_DAYS)
    minutes = sum(a.value for a in given if a.unit is Unit.WORKING_MINUTES)
    return calendar.add_minutes(calendar.add_days(start, days, pauses), minutes, pauses)


def warn_at(
    calendar: WorkingCalendar, start: datetime, due_at: datetime, pauses: Pauses = (), share: float = WARNING_SHARE
) -> datetime:
    """Return the instant at which the share of the unpaused working time between start and limit is used.

    Without any such time there is nothing to warn of, and the answer is the limit itself.
    """
    if not 0 < share <= 1:
        raise ValueError(f"not a share of the time: {share}")
    pauses = tuple(pauses)
    granted = calendar.elapsed(start, due_at, pauses)
    if not granted:
        return calendar.in_zone(due_at)
    return calendar.add_time(start, granted * share, pauses)


def time_state(now: datetime, due_at: datetime, warn_at: datetime, paused: bool) -> TimeState:
    """Return the state that lists and badges show; a paused step is neither near nor late."""
    if any(at.utcoffset() is None for at in (now, due_at, warn_at)):
        raise ValueError("naive datetime")
    if paused:
        return TimeState.PAUSED
    if _later(now, due_at):
        return TimeState.LATE
    return TimeState.SAFE if _later(warn_at, now) else TimeState.NEAR


def remaining(calendar: WorkingCalendar, now: datetime, due_at: datetime) -> timedelta:
    """Return the working time left until the limit, negative by the working time that has passed since."""
    return calendar.elapsed(now, due_at) - calendar.elapsed(due_at, now)


def used(calendar: WorkingCalendar, start: datetime, now: datetime, pauses: Pauses = ()) -> timedelta:
    """Return the working time spent since the start, pauses left out."""
    return calendar.elapsed(start, now, pauses)


def span(calendar: WorkingCalendar, a: datetime, b: datetime) -> WorkingLength:
    """Return the working time from a to b in days counted as `add_days` counts them; nothing when b is not after a."""
    begin, end = calendar.next_open(a), calendar.in_zone(b)
    days = calendar.working_days(begin.date(), end.date())
    if days and _later(calendar.same_time_after(begin, days), end):
        days -= 1
    return WorkingLength(days, calendar.elapsed(calendar.same_time_after(begin, days), end))


def next_alarm_at(
    calendar: WorkingCalendar, start: datetime, due_at: datetime, now: datetime, pauses: Pauses = ()
) -> datetime:
    """Return the first alarm after `now`: the warning, the limit, then its local time on each following working day."""
    due, moment = calendar.in_zone(due_at), calendar.in_zone(now)
    for alarm in (warn_at(calendar, start, due, pauses), due):
        if _later(alarm, moment):
            return alarm
    return _daily_alarm(calendar, due, moment)


def _daily_alarm(calendar: WorkingCalendar, due: datetime, now: datetime) -> datetime:
    """Count from the eve of today, so that a step late by years costs no more than one late by an hour."""
    eve = max(due.date(), now.date() - timedelta(days=1))
    from_eve = due.replace(year=eve.year, month=eve.month, day=eve.day)
    first = calendar.same_time_after(from_eve, 1)
    return first if _later(first, now) else calendar.same_time_after(from_eve, 2)


def _later(a: datetime, b: datetime) -> bool:
    """Compare instants: within one zone Python compares wall clocks, which an autumn night repeats."""
    return a.astimezone(UTC) > b.astimezone(UTC)
