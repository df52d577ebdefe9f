"""Classes of age in working days, as days of receipt: so that a count and a filtered list mean the same cases."""

from dataclasses import dataclass
from datetime import date, timedelta

from workflow_rules.time.working_calendar import WorkingCalendar

BOUNDS = (1, 3, 5, 7, 14)
"""The last working day of each class but the oldest; seven days and a half is what the whole SOP takes."""


@dataclass(frozen=True)
class AgeClass:
    """Cases from `least` to `most` working days old (None: any older), received from `first` to `last`."""

    least: int
    most: int | None
    first: date | None
    last: date | None


def age_classes(calendar: WorkingCalendar, today: date) -> list[AgeClass]:
    """The youngest first; what came today is no day old, and so on back over working days."""
    found, last, least = [], None, 0
    for most in BOUNDS:
        first = _received_since(calendar, today, most)
        found.append(AgeClass(least, most, first, last))
        last, least = first - timedelta(days=1), most + 1
    return [*found, AgeClass(least, None, None, last)]


def _received_since(calendar: WorkingCalendar, today: date, days: int) -> date:
    """The first day of receipt after which no more than so many working days have begun until today."""
    day, left = today, days
    while True:
        if calendar.is_working_day(day):
            if not left:
                return day
            left -= 1
        day -= timedelta(days=1)
