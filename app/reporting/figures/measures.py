"""Measures of punctuality: each closing of a step compared with its allowance, summarised by group.

A step is in time by its deadline, an instant that the calendar computed for allowances in days and in minutes. The
share used is in working minutes, with the time from start to deadline as 100 percent. Waits for the reporter are
excluded from both.
"""

from array import array
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Literal

from app.access.process_rows import known_steps
from workflow_rules.record.time_ledger import LedgerEntry, LedgerKind, stretches
from workflow_rules.time.allowance import Allowance, Unit
from workflow_rules.time.working_calendar import WorkingCalendar

MINUTE = timedelta(minutes=1)
Dimension = Literal["step", "actor", "agency"]
Grouping = tuple[Dimension, ...]
Pauses = tuple[tuple[datetime, datetime], ...]


@cache
def allowance_of(value: int, unit: str) -> Allowance:
    """Return the Allowance of the stored columns `value` and `unit`, cached, since millions of rows share a few.

    Raises ValueError for an unknown unit.
    """
    return Allowance(value, Unit(unit))


@dataclass(frozen=True, slots=True)
class Clock:
    """A value object: the time rules of one step of a case, with actor, start of its clock and deadline (aware UTC),
    and allowance.
    """

    actor: str
    clock_from: datetime
    due_at: datetime
    allowance: Allowance


@dataclass(frozen=True, slots=True)
class ClosedStep:
    """A value object: a step of a case that was opened and closed once, with the waits for the reporter in between
    (`pauses`).

    `agency` is the agency to which the time is charged, None for the office.
    """

    complaint: int
    step: str
    track: str | None
    agency: str | None
    opened_at: datetime
    closed_at: datetime
    clock: Clock
    pauses: Pauses

    @property
    def actor(self) -> str:
        return self.clock.actor

    @property
    def late(self) -> bool:
        """Whether the step closed after its deadline; exactly at the deadline is in time."""
        return self.closed_at > self.clock.due_at

    def used_minutes(self, calendar: WorkingCalendar) -> int:
        """Return the whole working minutes from the start of the step's clock to its closing, without pauses."""
        return calendar.elapsed(self.clock.clock_from, self.closed_at, self.pauses) // MINUTE

    def granted_minutes(self, calendar: WorkingCalendar) -> int:
        """Return the step's allowance in whole working minutes.

        For an allowance in days, it is the working time from start to deadline without pauses.
        """
        allowance = self.clock.allowance
        if allowance.unit is Unit.WORKING_MINUTES:
            return allowance.value
        return calendar.elapsed(self.clock.clock_from, self.clock.due_at, self.pauses) // MINUTE

    def over_minutes(self, calendar: WorkingCalendar) -> int:
        """Return the whole working minutes from the step's deadline to its closing, without pauses; 0 when it was not
        late.
        """
        return calendar.elapsed(self.clock.due_at, self.closed_at, self.pauses) // MINUTE


@dataclass(frozen=True, slots=True)
class Line:
    """A value object: one row of the time ledger, in the order of reading.

    `agency` is the agency to which the time is charged, None for the office; `clock` is set only for a closing.
    """

    complaint: int
    kind: LedgerKind
    at: datetime
    step: str
    track: str | None
    agency: str | None
    clock: Clock | None = None


@dataclass(frozen=True)
class Measure:
    """A value object: the punctuality of a group of closed steps, with times in working minutes.

    A dimension that does not split the group is None. `within` of `count` steps were in time. The median of an even
    number is the mean of the middle two; the 90th percentile is the smallest value that nine of ten do not exceed.
    `median_percent` is the median of time used in percent of the allowance.
    """

    step: str | None
    actor: str | None
    agency: str | None
    count: int
    within: int
    median_minutes: float
    p90_minutes: int
    longest_minutes: int
    median_percent: float
    allowances: tuple[Allowance, ...]

    @property
    def late(self) -> int:
        return self.count - self.within


def closings(lines: Iterable[Line]) -> Iterator[ClosedStep]:
    """Yield a ClosedStep for each opening and closing of a step in a stream of ledger lines.

    The lines of a case must be consecutive and in ledger order; a closing without opening or clock is skipped.
    """
    running: dict[tuple[str, str | None], list[Line]] = {}
    case = None
    for line in lines:
        if line.complaint != case:
            running, case = {}, line.complaint
        key = (line.step, line.track)
        if line.kind is LedgerKind.OPENED:
            running[key] = [line]
        elif line.kind is LedgerKind.CLOSED:
            lines_of_step = running.pop(key, None)
            if lines_of_step is not None and line.clock is not None:
                first, *between = lines_of_step
                pauses: Pauses = ()
                if between:
                    spans = stretches(
                        LedgerEntry(each.kind, each.at, each.step, each.track, each.agency)
                        for each in (*lines_of_step, line)
                    )
                    pauses = tuple((span.begins, span.ends) for span in spans if span.waited and span.ends is not None)
                opened = (first.complaint, first.step, first.track, first.agency, first.at)
                yield ClosedStep(*opened, line.at, line.clock, pauses)
        elif key in running:
            running[key].append(line)


@dataclass
class Tally:
    """An object that counts closed steps by group, storing a few bytes for each."""

    by: Grouping
    groups: "dict[tuple[Hashable, ...], _Group]" = field(default_factory=dict)

    def add(self, closed: ClosedStep, minutes: int, percent: int) -> None:
        """Count one closed step.

        `minutes` are the working minutes that it used, `percent` is their share of its allowance.
        """
        key = tuple(getattr(closed, name) for name in self.by)
        group = self.groups.get(key)
        if group is None:
            group = self.groups[key] = _Group()
        group.within += not closed.late
        group.minutes.append(minutes)
        group.percents.append(percent)
        group.allowances.add(closed.clock.allowance)

    def measures(self) -> list[Measure]:
        """Return a list of one Measure for each group, ordered by step, actor and agency, the
        office before agencies.
        """
        named = [(dict(zip(self.by, key, strict=True)), group) for key, group in self.groups.items()]
        return sorted((group.measure(names) for names, group in named), key=_order)


@dataclass
class _Group:
    within: int = 0
    minutes: "array[int]" = field(default_factory=lambda: array("q"))
    percents: "array[int]" = field(default_factory=lambda: array("q"))
    allowances: set[Allowance] = field(default_factory=set)

    def measure(self, names: dict[Dimension, Hashable]) -> Measure:
        minutes = sorted(self.minutes)
        allowances = sorted(self.allowances, key=lambda a: (a.unit.value, a.value))
        step, actor, agency = (names.get(name) for name in ("step", "actor", "agency"))
        return Measure(
            step=step,  # type: ignore[arg-type]
            actor=actor,  # type: ignore[arg-type]
            agency=agency,  # type: ignore[arg-type]
            count=len(minutes),
            within=self.within,
            median_minutes=median(minutes),
            p90_minutes=minutes[-(-9 * len(minutes) // 10) - 1],
            longest_minutes=minutes[-1],
            median_percent=median(sorted(self.percents)),
            allowances=tuple(allowances),
        )


def median(ordered: list[int]) -> float:
    """Return the median of sorted numbers. Raises IndexError for an empty list."""
    low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    return low if low == high else (low + high) / 2


def tally(closed: Iterable[ClosedStep], calendar: WorkingCalendar, *groupings: Grouping) -> list[list[Measure]]:
    """Return, for each grouping in order, a list of Measure, from one pass over the closed steps."""
    tallies = [Tally(by) for by in groupings]
    for one in closed:
        minutes, granted = one.used_minutes(calendar), one.granted_minutes(calendar)
        percent = 100 * minutes // granted if granted else 0
        for counted in tallies:
            counted.add(one, minutes, percent)
    return [counted.measures() for counted in tallies]


def _order(measure: Measure) -> tuple[int, str, str]:
    position = known_steps().index(measure.step) if measure.step is not None else -1
    return position, measure.actor or "", measure.agency or ""
