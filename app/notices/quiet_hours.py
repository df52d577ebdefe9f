"""When a notice is sent: at once in office hours, otherwise with the morning digest."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from workflow_rules.time.working_calendar import WorkingCalendar


@dataclass(frozen=True)
class SendingChoices:
    """A value object: an officer's choices about sending. `quiet` (no messages outside office hours), `only_digest`,
    `limit_at_any_hour` (alarms of a passed limit are sent at once).
    """

    quiet: bool = True
    only_digest: bool = False
    limit_at_any_hour: bool = False


@dataclass(frozen=True)
class Release:
    """A value object: when a notice is sent (aware, in the calendar's zone), and whether with the digest of that
    morning.
    """

    at: datetime
    with_digest: bool


def release(calendar: WorkingCalendar, now: datetime, choices: SendingChoices, at_limit: bool = False) -> Release:
    """Return as Release when a notice that arises `now` is sent, and whether with a digest. `at_limit` says that it is
    an alarm of a passed limit, which may ignore quiet hours.
    """
    moment = calendar.in_zone(now)
    if at_limit and choices.limit_at_any_hour:
        return Release(moment, False)
    if choices.only_digest:
        return Release(next_morning(calendar, moment), True)
    if choices.quiet and not in_office_time(calendar, moment):
        return Release(next_morning(calendar, moment), True)
    return Release(moment, False)


def in_office_time(calendar: WorkingCalendar, now: datetime) -> bool:
    """Return whether `now` is between the day's first opening and last closing, breaks included;
    False on a closed day.
    """
    midnight = _midnight(calendar, now)
    begun = calendar.is_open(now) or calendar.elapsed(midnight, now) > timedelta()
    return begun and calendar.elapsed(now, midnight + timedelta(days=1)) > timedelta()


def next_morning(calendar: WorkingCalendar, now: datetime) -> datetime:
    """Return the next instant after `now` at which the office opens for the first time on a working day (aware, in the
    calendar's zone).
    """
    midnight = _midnight(calendar, now)
    first = calendar.next_open(midnight)
    return first if first > calendar.in_zone(now) else calendar.next_open(midnight + timedelta(days=1))


def _midnight(calendar: WorkingCalendar, now: datetime) -> datetime:
    return datetime.combine(calendar.in_zone(now).date(), time(), calendar.in_zone(now).tzinfo)
