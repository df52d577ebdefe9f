"""Classes of case age in working days, expressed as dates of receipt, so that counts and filtered lists agree."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, islice

from workflow_rules.time.working_calendar import WorkingCalendar

BOUNDS = (1, 3, 5, 7, 14)
"""Upper bound in working days of each class but the oldest; the whole SOP allows seven and a half days."""


@dataclass(frozen=True)
class AgeClass:
    """A value object: a class of cases by age, `least` to `most` working days old, received from `first` to `last`.

    The dates are inclusive office dates. None means no bound on that side.
    """

    least: int
    most: int | None
    first: date | None
    last: date | None


def age_classes(calendar: WorkingCalendar, today: date) -> list[AgeClass]:
    """Return a list of the six AgeClass values for an office date, youngest first; a case received
    today is 0 days old.
    """
    back = (today - timedelta(days=n) for n in count())
    office_days = list(islice(filter(calendar.is_working_day, back), BOUNDS[-1] + 1))
    found, last, least = [], None, 0
    for most in BOUNDS:
        first = office_days[most]
        found.append(AgeClass(least, most, first, last))
        last, least = first - timedelta(days=1), most + 1
    return [*found, AgeClass(least, None, None, last)]
