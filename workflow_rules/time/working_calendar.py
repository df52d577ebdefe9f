"""Working time of an office: when it is open, and when an allowance is used up.

Every method takes aware datetimes of any zone and returns them in the office's zone. Raises ValueError for a naive
datetime, a negative or fractional amount, and a deadline past the last opening. Pauses are (from, to) pairs in any
order; a pair that ends no later than it begins is ignored. The default hours are those of Perpres 21/2023.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Self

from workflow_rules.time.allowance import Allowance, Unit, whole_amount
from workflow_rules.time.explanation import Account, Push, Segment
from workflow_rules.time.office_hours import (
    DAY,
    EPOCH,
    MICROSECOND,
    MINUTE,
    OfficeHours,
    Period,
    hours_from_dict,
    hours_to_dict,
    year_of,
)

Pauses = Iterable[tuple[datetime, datetime]]


class WorkingCalendar:
    """A calendar of working time by an office's opening hours, closed days and zone. Reuse it: it caches each year."""

    def __init__(self, hours: OfficeHours) -> None:
        self._hours = hours

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return a calendar from a dict with `zone`, `weeks` (the later wins where two cover a date) and `closed_days`.
        Raises ValueError for malformed data.
        """
        return cls(hours_from_dict(data))

    def to_dict(self) -> dict[str, Any]:
        """Return the calendar as a JSON-ready dict with `zone`, `weeks` and `closed_days`, which `from_dict` reads."""
        return hours_to_dict(self._hours)

    def in_zone(self, at: datetime) -> datetime:
        """Return the instant as an aware datetime in the office's zone. Raises ValueError for a naive datetime."""
        return self._hours.local(_instant(at))

    def is_working_day(self, day: date) -> bool:
        """Return whether the office opens at all on the local date."""
        return bool(self._hours.pieces_on(day.toordinal()))

    def working_days(self, after: date, until: date) -> int:
        """Return the number of working days after the local date `after`, up to and including `until`; 0 if `until` is
        not later. Raises ValueError for a year that the calendar does not cover.
        """
        if until <= after:
            return 0
        whole_years = sum(len(self._hours.year(year).days) for year in range(after.year, until.year))
        within_first, within_last = (
            bisect_right(self._hours.year(day.year).days, day.toordinal()) for day in (after, until)
        )
        return whole_years + within_last - within_first

    def is_open(self, at: datetime) -> bool:
        """Return whether the office is open at an aware instant; a period includes its opening but not its closing."""
        instant = _instant(at)
        return self._hours.year(year_of(instant)).next_open(instant) == instant

    def next_open(self, at: datetime) -> datetime:
        """Return an aware datetime in the office's zone: the given instant when the office is open then, otherwise the
        next opening. Raises ValueError when the calendar has none.
        """
        return self._hours.local(self._next_open(_instant(at)))

    def add_minutes(self, start: datetime, n: int, pauses: Pauses = ()) -> datetime:
        """Return the aware datetime, in the office's zone, when this many working minutes outside the pauses are used
        up; for 0, the next opening. Raises ValueError for a negative number or when the calendar has too few openings.
        """
        return self._add_work(start, whole_amount(n) * MINUTE, pauses)

    def add_time(self, start: datetime, amount: timedelta, pauses: Pauses = ()) -> datetime:
        """Return the aware datetime, in the office's zone, when `amount` of working time is used up, for amounts finer
        than a minute. Raises ValueError when it is negative or the calendar has too few openings.
        """
        if amount < timedelta():
            raise ValueError(f"negative amount: {amount}")
        return self._add_work(start, amount // MICROSECOND, pauses)

    def add_days(self, start: datetime, n: int, pauses: Pauses = ()) -> datetime:
        """Return the aware datetime, in the office's zone, when n working days are used up: the start's local time on
        the n-th following working day, later by the working time of pauses before it. A time outside that day's periods
        becomes its opening, closing or start of break. Raises ValueError for n < 0 or too few working days.
        """
        begin = self._next_open(_instant(start))
        due = self._same_time_after(begin, whole_amount(n))
        return self._hours.local(self._pushed(begin, due, pauses)[0])

    def same_time_after(self, at: datetime, n: int) -> datetime:
        """Return the aware datetime, in the office's zone, with the local time of `at` on the n-th working day after
        its date, even outside office hours; `at` itself for 0. Raises ValueError for too few working days.
        """
        return self._hours.local(self._same_time_after(_instant(at), whole_amount(n)))

    def elapsed(self, a: datetime, b: datetime, pauses: Pauses = ()) -> timedelta:
        """Return the working time from a to b without pauses, as a timedelta; zero when b is not after a. Raises
        ValueError for naive datetimes.
        """
        begin, end = _instant(a), _instant(b)
        paused = sum(self._work(max(begin, first), min(end, last)) for first, last in _merged(pauses))
        return (self._work(begin, end) - paused) * MICROSECOND

    def explain(self, start: datetime, allowance: Allowance, pauses: Pauses = ()) -> tuple[Segment, ...]:
        """Return a `Segment` for each line that explains the deadline of an allowance; the last is the deadline that
        `add_minutes` or `add_days` returns. Raises ValueError as they do.
        """
        asked, account = _instant(start), Account(self._hours)
        begin = self._next_open(asked)
        if allowance.unit is Unit.WORKING_DAYS:
            unpaused = self._same_time_after(begin, allowance.value)
            last_day = self._working_day_after(self._hours.local_parts(begin)[0], allowance.value)
            due, pushes = self._pushed(begin, unpaused, pauses)
            lines = account.day_lines(begin, unpaused, last_day, pushes)
        else:
            due, pushes = self._done_after(begin, allowance.value * MINUTE, pauses)
            lines = account.minute_lines(begin, due, pushes)
        return tuple(account.whole(asked, begin, lines, due))

    def _add_work(self, start: datetime, work: int, pauses: Pauses) -> datetime:
        begin = self._next_open(_instant(start))
        due = self._done_after(begin, work, pauses)[0] if pauses else self._walk(begin, work)
        return self._hours.local(due)

    def _done_after(self, begin: int, work: int, pauses: Pauses) -> tuple[int, list[Push]]:
        # Zero minutes are used up at once, even inside a pause.
        return self._pushed(begin, self._walk(begin, work), pauses if work else ())

    def _next_open(self, instant: int) -> int:
        year = year_of(instant)
        while year <= self._hours.last_year:
            found = self._hours.year(year).next_open(instant)
            if found is not None:
                return found
            year += 1
        raise _past_the_end(instant)

    def _work(self, begin: int, end: int) -> int:
        if end <= begin:
            return 0
        first, last = year_of(begin), year_of(end)
        whole_years = sum(self._hours.year(year).total for year in range(first, last))
        return whole_years + self._hours.year(last).work_before(end) - self._hours.year(first).work_before(begin)

    def _walk(self, instant: int, work: int) -> int:
        if not work:
            return instant
        if work > self._hours.horizon - instant:
            raise _past_the_end(instant)
        number = year_of(instant)
        left = work + self._hours.year(number).work_before(instant)
        while number <= self._hours.last_year:
            year = self._hours.year(number)
            if left <= year.before[-1]:
                return year.instant_after(left)
            left -= year.before[-1]
            number += 1
        raise _past_the_end(instant)

    def _same_time_after(self, instant: int, n: int) -> int:
        if not n:
            return instant
        if n * DAY > self._hours.horizon - instant:
            raise _past_the_end(instant)
        today, clock = self._hours.local_parts(instant)
        day = self._working_day_after(today, n)
        # Moved up to the day's first opening, else back to the nearest closing before it.
        due, pieces = self._hours.local_instant(day, clock), self._hours.pieces_on(day)
        opening = pieces[0][0]
        begin, end = next((piece for piece in reversed(pieces) if piece[0] <= due), (opening, opening))
        return max(begin, min(due, end))

    def _working_day_after(self, today: int, n: int) -> int:
        if not n:
            return today
        first = date.fromordinal(today).year
        index = bisect_right(self._hours.year(first).days, today) + n - 1
        for number in range(first, self._hours.last_year + 1):
            days = self._hours.year(number).days
            if index < len(days):
                return days[index]
            index -= len(days)
        raise ValueError(f"the calendar has too few working days after {date.fromordinal(today)}")

    def _pushed(self, begin: int, due: int, pauses: Pauses) -> tuple[int, list[Push]]:
        pushes = []
        for first, last in _merged(pauses):
            if first >= due:
                break
            push = Push(max(first, begin), last, self._work(max(first, begin), last))
            if push.work:
                pushes.append(push)
                due = self._walk(due, push.work)
        return due, pushes


def _instant(at: datetime) -> int:
    if not isinstance(at, datetime) or at.utcoffset() is None:
        raise ValueError(f"not an aware datetime: {at!r}")
    return (at - EPOCH) // MICROSECOND


def _merged(pauses: Pauses) -> list[Period]:
    if not pauses:
        return []
    merged: list[Period] = []
    for first, last in sorted((_instant(first), _instant(last)) for first, last in pauses):
        if merged and first <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], last)
        else:
            merged.append((first, last))
    return merged


def _past_the_end(instant: int) -> ValueError:
    return ValueError(f"the calendar has too few openings after {EPOCH + instant * MICROSECOND}")
