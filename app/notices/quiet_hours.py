"""When an officer is told: at once in office time, in the morning otherwise; no mail at night."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from workflow_rules.time.working_calendar import WorkingCalendar


@dataclass(frozen=True)
class Wishes:
    """What an officer has chosen: rest outside office time, all by the morning message, the limit at any hour."""

    quiet: bool = True
    only_digest: bool = False
    limit_at_any_hour: bool = False


@dataclass(frozen=True)
class Release:
    """When a notice goes out (aware, in the calendar's zone), and whether with the message of that morning."""

    at: datetime
    with_digest: bool


def release(calendar: WorkingCalendar, now: datetime, wishes: Wishes, at_limit: bool = False) -> Release:
    """Say when a notice that arises `now` is sent; the alarm at the limit may break the silence if so wished."""
    moment = calendar.in_zone(now)
    if at_limit and wishes.limit_at_any_hour:
        return Release(moment, False)
    if wishes.only_digest:
        return Release(next_morning(calendar, moment), True)
    if wishes.quiet and not in_office_time(calendar, moment):
        return Release(next_morning(calendar, moment), True)
    return Release(moment, False)


def in_office_time(calendar: WorkingCalendar, now: datetime) -> bool:
    """Whether the office is at work on this day: between its first opening and its last closing, breaks included."""
    midnight = _midnight(calendar, now)
    begun = calendar.is_open(now) or calendar.elapsed(midnight, now) > timedelta()
    return begun and calendar.elapsed(now, midnight + timedelta(days=1)) > timedelta()


def next_morning(calendar: WorkingCalendar, now: datetime) -> datetime:
    """The first opening of a working day that is still to come."""
    midnight = _midnight(calendar, now)
    first = calendar.next_open(midnight)
    return first if first > calendar.in_zone(now) else calendar.next_open(midnight + timedelta(days=1))


def _midnight(calendar: WorkingCalendar, now: datetime) -> datetime:
    return datetime.combine(calendar.in_zone(now).date(), time(), calendar.in_zone(now).tzinfo)
