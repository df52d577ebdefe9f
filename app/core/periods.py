"""Spans of time that figures are told for: from an instant on, up to but without another."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo


@dataclass(frozen=True)
class Period:
    """Aware instants, the first inside and the last outside; `ValueError` for naive ones or an end before the start."""

    begins: datetime
    ends: datetime

    def __post_init__(self) -> None:
        """Refuse what no clock could tell."""
        if self.begins.utcoffset() is None or self.ends.utcoffset() is None or self.ends < self.begins:
            raise ValueError(f"no period: {self.begins} to {self.ends}")

    def holds(self, at: datetime) -> bool:
        """Tell whether an instant lies in it."""
        return self.begins <= at < self.ends

    def over(self, now: datetime) -> bool:
        """Tell whether nothing more can happen in it."""
        return self.ends <= now


def days(first: date, last: date, zone: tzinfo) -> Period:
    """From the midnight before the first day to the midnight after the last, by the clocks of a zone."""
    ends = last + timedelta(days=1)
    return Period(datetime.combine(first, time(), zone), datetime.combine(ends, time(), zone))


def month_of(day: date, zone: tzinfo) -> Period:
    """The whole month that a day lies in."""
    first = day.replace(day=1)
    return days(first, month_after(first) - timedelta(days=1), zone)


def month_before(day: date) -> date:
    """The first day of the month before the one of `day`."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def month_after(day: date) -> date:
    """The first day of the month after the one of `day`."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
