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
    """A value object with office hours: first and last date (None: open-ended), and the hours from Monday to Sunday.

    Hours are text such as "07:30-12:00 13:00-16:00", "" for a closed day.
    """

    starts_on: date | None
    ends_on: date | None
    texts: tuple[str, ...]

    def covers(self, day: date) -> bool:
        return (self.starts_on is None or self.starts_on <= day) and (self.ends_on is None or day <= self.ends_on)


@dataclass
class DayTable:
    """A table in memory of the office's open spans by date, each computed on first use and cached."""

    zone: ZoneInfo
    weeks: Sequence[Week]
    closed: frozenset[date]
    known: dict[date, list[Span]] = field(default_factory=dict)

    def spans(self, day: date) -> list[Span]:
        """Return the (begin, end) spans in which the office is open on an office date, in order.

        Both are aware, in the office's zone. Returns [] when the office is closed.
        """
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
        """Yield the open (begin, end) spans after an instant; one that is already open begins at the instant.

        `until` limits the days that are searched. Raises ValueError when iterated past 4,000 days.
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
        """Return the instant itself when the office is open then, otherwise the next opening (aware).

        Raises ValueError when there is none within 4,000 days.
        """
        return next(self.after(at))[0]

    def walk(self, at: datetime, work: timedelta) -> datetime:
        """Return the earliest instant by which `work` of open time has passed after `at` (aware).

        Raises ValueError when the calendar has too little open time.
        """
        for begins, ends in self.after(at):
            if ends - begins >= work:
                return begins + work
            work -= ends - begins
        raise ValueError("the walk has no end")

    def work_in(self, begins: datetime, ends: datetime) -> timedelta:
        """Return the open time between two aware instants as a timedelta."""
        spans = ((opens, min(closes, ends)) for opens, closes in self.after(begins, ends))
        return sum((closes - opens for opens, closes in spans if closes > opens), timedelta())


def due_at(table: DayTable, start: datetime, amount: int, unit: str, pauses: Iterable[Span] = ()) -> datetime:
    """Return the deadline (aware) of an allowance that runs from `start`; open time inside the pauses does not count.

    `amount` is in `unit`, `working_minutes` or `working_days`. Raises ValueError when the calendar never opens long
    enough.
    """
    merged = _merged(pauses)
    if unit == "working_minutes":
        return _after_minutes(table, table.opening(start), timedelta(minutes=amount), merged)
    return _after_days(table, table.opening(start), amount, merged)


def _after_minutes(table: DayTable, begin: datetime, left: timedelta, pauses: list[Span]) -> datetime:
    """Return the instant at which `left` of open and unpaused time after `begin` has passed.

    Raises ValueError when the calendar has too little open time.
    """
    if not left:
        return begin
    for open_span in table.after(begin):
        for begins, ends in _without(open_span, pauses):
            if ends - begins >= left:
                return begins + left
            left -= ends - begins
    raise ValueError("the minutes have no end")


def _after_days(table: DayTable, begin: datetime, days: int, pauses: list[Span]) -> datetime:
    """Return the deadline (aware): the time of day of `begin` on the n-th working day after it, moved later by the open
    time of each pause.

    Only pauses that begin before the deadline count. Raises ValueError when the calendar has too few working days.
    """
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
    """Return the instant moved into the open spans of its day.

    Before the first opening it becomes that opening, in a break or after hours the closing before it.
    """
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
    """Yield the (begin, end) parts of an open span that lie outside the pauses."""
    at, until = span
    for begins, ends in pauses:
        if ends <= at or begins >= until:
            continue
        if begins > at:
            yield at, begins
        at = max(at, ends)
    if at < until:
        yield at, until
