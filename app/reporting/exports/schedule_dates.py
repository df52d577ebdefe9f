"""Due dates of scheduled reports and the past span of days that each covers."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.models.report import Rhythm

NOT_LATER_THAN = timedelta(days=2)
"""A report that could not be made within this time is skipped, since the next one is near."""


@dataclass(frozen=True)
class Span:
    """A span of office dates, both inclusive; `first` identifies it."""

    first: date
    last: date


def span_due(rhythm: Rhythm, hour: int, since: datetime, now: datetime) -> Span | None:
    """Return the span of the report that is due at `now`, or None.

    `now` and `since` are aware datetimes in office time. None: the hour is before `since` (the schedule did not exist
    yet), still ahead, or more than two days past.
    """
    day = now.date()
    if rhythm is Rhythm.WEEKLY:
        day -= timedelta(days=now.weekday())
    elif rhythm is Rhythm.MONTHLY:
        day = day.replace(day=1)
    at = now.replace(year=day.year, month=day.month, day=day.day, hour=hour, minute=0, second=0, microsecond=0)
    if not at <= now <= at + NOT_LATER_THAN or at < since:
        return None
    last = day - timedelta(days=1)
    firsts = {Rhythm.DAILY: last, Rhythm.WEEKLY: day - timedelta(days=7), Rhythm.MONTHLY: last.replace(day=1)}
    return Span(firsts[rhythm], last)
