"""Half-open time periods for figures and reports: the begin is included, the end is not."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo


@dataclass(frozen=True)
class Period:
    """A value object: a period of aware datetimes; `begins` is included, `ends` is not. Raises ValueError for naive
    ones or an end before the begin.
    """

    begins: datetime
    ends: datetime

    def __post_init__(self) -> None:
        """Raise ValueError for naive datetimes or an end before the begin."""
        if self.begins.utcoffset() is None or self.ends.utcoffset() is None or self.ends < self.begins:
            raise ValueError(f"no period: {self.begins} to {self.ends}")

    def holds(self, at: datetime) -> bool:
        """Return whether the aware datetime `at` lies in the period, the begin included, the end not."""
        return self.begins <= at < self.ends

    def over(self, now: datetime) -> bool:
        """Return whether the period has ended at the aware datetime `now`; True also at its end itself."""
        return self.ends <= now


def days(first: date, last: date, zone: tzinfo) -> Period:
    """Return the `Period` from the start of the first date to the end of the last date, in the given zone. Raises
    ValueError when the last date lies more than a day before the first.
    """
    ends = last + timedelta(days=1)
    return Period(datetime.combine(first, time(), zone), datetime.combine(ends, time(), zone))


def month_of(day: date, zone: tzinfo) -> Period:
    """Return the `Period` of the month that contains the date, its days beginning at midnight in the given zone."""
    first = day.replace(day=1)
    return days(first, month_after(first) - timedelta(days=1), zone)


def month_before(day: date) -> date:
    """Return the first day (date) of the month before the month of `day`."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def month_after(day: date) -> date:
    """Return the first day (date) of the month after the month of `day`."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
