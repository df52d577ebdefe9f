"""An independent second computation of deadlines, day by day from the calendar's rows.

It shares only the specification (design section 5) with `workflow_rules.time`, so that a fault in either one shows as a
difference. It is slow and simple on purpose.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)
LONGEST_WALK = 4000
"""Most days to search before the calendar is taken to have no further opening."""

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Week:
    """One row of office hours: first and last date (None: open-ended), and the text of each weekday."""

    starts_on: date | None
    ends_on: date | None
    texts: tuple[str, ...]

    def covers(self, day: date) -> bool:
        return (self.starts_on is None or self.starts_on <= day) and (self.ends_on is None or day <= self.ends_on)


@dataclass
class DayTable:
    """The office's open spans by date, computed on first use and cached."""

    zone: ZoneInfo
    weeks: Sequence[Week]
    closed: frozenset[date]
    known: dict[date, list[Span]] = field(default_factory=dict)

    def spans(self, day: date) -> list[Span]:
        """Return the open spans of an office date in order, empty when the office is closed."""
        if day not in self.known:
            weeks = () if day in self.closed else (week for week in reversed(self.weeks) if week.covers(day))
            hours = next((week.texts[day.weekday()] for week in weeks), "")
            texts = hours.replace(",", " ").split()
            spans = (text.split("-") for text in texts)
            self.known[day] = sorted((self._at(day, begins), self._at(day, ends)) for begins, ends in spans)
        return self.known[day]

    def _at(self, day: date, clock: str) -> datetime:
        if clock == "24:00":
            return datetime.combine(day + ONE_DAY, time(), self.zone)
        return datetime.combine(day, time.fromisoformat(clock), self.zone)

    def after(self, at: datetime, until: datetime | None = None) -> Iterator[Span]:
        """Yield the open spans from an instant on, the first one cut at it; `until` limits the days that are searched.

        Raises ValueError when iterated past 4,000 days.
        """
        day = at.astimezone(self.zone).date() - ONE_DAY
        for _ in range(LONGEST_WALK):
            if until is not None and day > until.astimezone(self.zone).date():
                return
            for begins, ends in self.spans(day):
                if ends > at:
                    yield max(begins, at), ends
            day += ONE_DAY
        raise ValueError(f"nothing is open after {at}")

    def opening(self, at: datetime) -> datetime:
        """Return the instant itself when the office is open, else the next opening."""
        return next(self.after(at))[0]

    def walk(self, at: datetime, work: timedelta) -> datetime:
        """Return the earliest instant by which this much open time has passed after `at`."""
        for begins, ends in self.after(at):
            if ends - begins >= work:
                return begins + work
            work -= ends - begins
        raise ValueError("the walk has no end")

    def work_in(self, begins: datetime, ends: datetime) -> timedelta:
        """Return the open time between two instants."""
        spans = ((opens, min(closes, ends)) for opens, closes in self.after(begins, ends))
        return sum((closes - opens for opens, closes in spans if closes > opens), timedelta())


def due_at(table: DayTable, start: datetime, amount: int, unit: str, pauses: Iterable[Span] = ()) -> datetime:
    """Return the deadline of an allowance that runs from `start`; pauses are excluded.

    `unit` is `working_minutes` or `working_days`. Raises ValueError when the calendar never opens long enough.
    """
    merged = _merged(pauses)
    if unit == "working_minutes":
        return _after_minutes(table, table.opening(start), timedelta(minutes=amount), merged)
    return _after_days(table, table.opening(start), amount, merged)


def _after_minutes(table: DayTable, begin: datetime, left: timedelta, pauses: list[Span]) -> datetime:
    """Return the instant after this much open and unpaused time."""
    if not left:
        return begin
    for open_span in table.after(begin):
        for begins, ends in _without(open_span, pauses):
            if ends - begins >= left:
                return begins + left
            left -= ends - begins
    raise ValueError("the minutes have no end")


def _after_days(table: DayTable, begin: datetime, days: int, pauses: list[Span]) -> datetime:
    """Return the same time of day on the n-th working day after, extended by the open time of each pause before it."""
    due = _same_clock(table, begin, days)
    for begins, ends in pauses:
        if begins < due and (lost := table.work_in(max(begins, begin), ends)):
            due = table.walk(due, lost)
    return due


def _same_clock(table: DayTable, begin: datetime, days: int) -> datetime:
    local = begin.astimezone(table.zone)
    day, left = local.date(), days
    if not left:
        return local
    for _ in range(LONGEST_WALK):
        day += ONE_DAY
        left -= bool(table.spans(day))
        if not left:
            return _inside(table.spans(day), datetime.combine(day, local.timetz().replace(tzinfo=None), table.zone))
    raise ValueError("too few working days")


def _inside(spans: list[Span], at: datetime) -> datetime:
    """Move a time into office hours: forward to the first opening, else back to the closing before it."""
    if at < spans[0][0]:
        return spans[0][0]
    return min(at, [span for span in spans if span[0] <= at][-1][1])


def _merged(pauses: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for begins, ends in sorted(pause for pause in pauses if pause[1] > pause[0]):
        if merged and begins <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], ends))
        else:
            merged.append((begins, ends))
    return merged


def _without(span: Span, pauses: list[Span]) -> Iterator[Span]:
    """Yield the parts of an open span outside the pauses."""
    at, until = span
    for begins, ends in pauses:
        if ends <= at or begins >= until:
            continue
        if begins > at:
            yield at, begins
        at = max(at, ends)
    if at < until:
        yield at, until
