"""When a step is due, reckoned a second time: day by day from the calendar's own rows, by none of the rules' code.

It shares nothing with `workflow_rules.time.working_calendar` and `deadlines` but the words of the specification (design
section 5), so that a fault in one of the two shows as a difference. Slow and simple on purpose: it walks.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)
LONGEST_WALK = 4000
"""Days without an end that are walked before the calendar is said to be shut for good."""

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Week:
    """One row of office hours: from and to which day (None: open-ended), and the text of each weekday."""

    starts_on: date | None
    ends_on: date | None
    texts: tuple[str, ...]

    def covers(self, day: date) -> bool:
        return (self.starts_on is None or self.starts_on <= day) and (self.ends_on is None or day <= self.ends_on)


@dataclass
class DayTable:
    """The office's days: their open spans, worked out when first asked for."""

    zone: ZoneInfo
    weeks: Sequence[Week]
    closed: frozenset[date]
    known: dict[date, list[Span]] = field(default_factory=dict)

    def spans(self, day: date) -> list[Span]:
        """The open spans of one day, in order; none where the office is closed."""
        if day not in self.known:
            self.known[day] = self._read(day)
        return self.known[day]

    def _read(self, day: date) -> list[Span]:
        if day in self.closed:
            return []
        week = next((week for week in reversed(self.weeks) if week.covers(day)), None)
        texts = week.texts[day.weekday()].replace(",", " ").split() if week else []
        return sorted(self._span(day, text) for text in texts)

    def _span(self, day: date, text: str) -> Span:
        begins, ends = text.split("-")
        return self._at(day, begins), self._at(day, ends)

    def _at(self, day: date, clock: str) -> datetime:
        if clock == "24:00":
            return datetime.combine(day + ONE_DAY, time(), self.zone)
        return datetime.combine(day, time.fromisoformat(clock), self.zone)

    def after(self, at: datetime, until: datetime | None = None) -> Iterator[Span]:
        """What is open from an instant on, the first span cut at it; up to another instant where one is given."""
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
        """The instant itself while open, else the next opening."""
        return next(self.after(at))[0]

    def walk(self, at: datetime, work: timedelta) -> datetime:
        """The earliest instant by which so much open time has passed."""
        for begins, ends in self.after(at):
            if ends - begins >= work:
                return begins + work
            work -= ends - begins
        raise ValueError("the walk has no end")

    def work_in(self, begins: datetime, ends: datetime) -> timedelta:
        """Open time between two instants."""
        spans = ((opens, min(closes, ends)) for opens, closes in self.after(begins, ends))
        return sum((closes - opens for opens, closes in spans if closes > opens), timedelta())


def due_at(table: DayTable, start: datetime, amount: int, unit: str, pauses: Iterable[Span] = ()) -> datetime:
    """When an allowance that runs from `start` is used up; `unit` is `working_minutes` or `working_days`."""
    merged = _merged(pauses)
    if unit == "working_minutes":
        return _after_minutes(table, table.opening(start), timedelta(minutes=amount), merged)
    return _after_days(table, table.opening(start), amount, merged)


def _after_minutes(table: DayTable, begin: datetime, left: timedelta, pauses: list[Span]) -> datetime:
    """Step through what is open and not paused until the minutes are used up."""
    if not left:
        return begin
    for open_span in table.after(begin):
        for begins, ends in _without(open_span, pauses):
            if ends - begins >= left:
                return begins + left
            left -= ends - begins
    raise ValueError("the minutes have no end")


def _after_days(table: DayTable, begin: datetime, days: int, pauses: list[Span]) -> datetime:
    """The same clock on the n-th working day after, then on by what each pause before it took away."""
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
    """Before the first opening: the opening; after a closing or in a break: the closing before it."""
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
    """What is left of an open span outside the pauses."""
    at, until = span
    for begins, ends in pauses:
        if ends <= at or begins >= until:
            continue
        if begins > at:
            yield at, begins
        at = max(at, ends)
    if at < until:
        yield at, until
