"""Totals of a rehearsal: late steps and working minutes, as happened and as rehearsed, by step and actor."""

from array import array
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from app.reporting.figures.measures import median
from app.reporting.rehearsals.model import Outcome, whole_time
from workflow_rules.time.working_calendar import WorkingCalendar

MINUTE = timedelta(minutes=1)


@dataclass
class Side:
    """An object that sums one side of a comparison: a count, how many of it were late, and working minutes."""

    count: int = 0
    late: int = 0
    minutes: int = 0

    def add(self, late: bool, minutes: int) -> None:
        self.count += 1
        self.late += late
        self.minutes += minutes


@dataclass
class Pair:
    """A pair of sums of past steps or cases: as happened (`then`), and as the rehearsal gives them (`now`)."""

    then: Side = field(default_factory=Side)
    now: Side = field(default_factory=Side)


@dataclass
class CaseSums:
    """Sums of cases: late as happened (`late_then`) and as rehearsed (`late_now`), and a list of working minutes of
    each.

    `saved` cases were late only as happened, `lost` cases are late only as rehearsed.
    """

    count: int = 0
    late_then: int = 0
    late_now: int = 0
    saved: int = 0
    lost: int = 0
    minutes_then: "array[int]" = field(default_factory=lambda: array("q"))
    minutes_now: "array[int]" = field(default_factory=lambda: array("q"))

    @property
    def medians(self) -> tuple[float, float]:
        """The median working minutes of a case, as (as happened, as rehearsed); 0 without cases."""
        then, now = (sorted(found) or [0] for found in (self.minutes_then, self.minutes_now))
        return median(then), median(now)


class Rehearsal:
    """An object that sums up all totals of a rehearsal's result page case by case; per case only two numbers stay in
    memory.

    `changed` holds (complaint id, late as happened, late as rehearsed) of the cases where both differ.
    """

    def __init__(self) -> None:
        self.whole = Pair()
        self.steps: dict[str, Pair] = {}
        self.actors: dict[str, Pair] = {}
        self.cases = CaseSums()
        self.changed: list[tuple[int, bool, bool]] = []

    def add(self, complaint: int, outcomes: Sequence[Outcome], calendar: WorkingCalendar) -> None:
        """Add one case (by its complaint id) with the outcomes of its steps to the totals."""
        for one in outcomes:
            minutes, step = one.spent // MINUTE, one.then.step
            for pair in (self.whole, _of(self.steps, step), _of(self.actors, one.then.actor)):
                pair.then.add(one.then.late, minutes)
            if one.actor is not None:
                for pair in (self.whole, _of(self.steps, step), _of(self.actors, one.actor)):
                    pair.now.add(one.late, minutes)
        then, now = (any(o.then.late for o in outcomes), any(o.late for o in outcomes))
        cases = self.cases
        cases.count += 1
        cases.late_then += then
        cases.late_now += now
        cases.saved += then and not now
        cases.lost += now and not then
        if then != now:
            self.changed.append((complaint, then, now))
        was, would = whole_time(outcomes, calendar)
        cases.minutes_then.append(was // MINUTE)
        cases.minutes_now.append(would // MINUTE)


def _of(pairs: dict[Any, Pair], key: Hashable) -> Pair:
    return pairs.setdefault(key, Pair())
