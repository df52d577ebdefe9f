"""Rehearsed cases summed up: breaches and working time beside what happened, by step, by officer and in all."""

from array import array
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from app.reporting.figures.measures import median
from app.reporting.rehearsals.model import Outcome, whole_time
from workflow_rules.process.actors import Actor
from workflow_rules.process.steps import Step
from workflow_rules.time.working_calendar import WorkingCalendar

MINUTE = timedelta(minutes=1)


@dataclass
class Side:
    """How often, how often late, and how many working minutes in all."""

    count: int = 0
    late: int = 0
    minutes: int = 0

    def add(self, late: bool, minutes: int) -> None:
        self.count += 1
        self.late += late
        self.minutes += minutes


@dataclass
class Pair:
    """What happened, and what would have."""

    then: Side = field(default_factory=Side)
    now: Side = field(default_factory=Side)


@dataclass
class CaseSums:
    """Cases with a late step, then and now; those that change sides; and whole working minutes of each case."""

    count: int = 0
    late_then: int = 0
    late_now: int = 0
    saved: int = 0
    lost: int = 0
    minutes_then: "array[int]" = field(default_factory=lambda: array("q"))
    minutes_now: "array[int]" = field(default_factory=lambda: array("q"))

    @property
    def medians(self) -> tuple[float, float]:
        """Of the whole working minutes of a case, then and now; 0 where there is no case."""
        then, now = (sorted(found) or [0] for found in (self.minutes_then, self.minutes_now))
        return median(then), median(now)


class Rehearsal:
    """Everything that the result page tells, added up case by case in memory that does not grow with them but by two
    numbers each.
    """

    def __init__(self) -> None:
        self.whole = Pair()
        self.steps: dict[Step, Pair] = {}
        self.actors: dict[Actor, Pair] = {}
        self.cases = CaseSums()
        self.changed: list[tuple[int, bool, bool]] = []

    def add(self, complaint: int, outcomes: Sequence[Outcome], calendar: WorkingCalendar) -> None:
        """Count one case; `changed` keeps those that were late and would not be, or the other way round."""
        for one in outcomes:
            self._add_step(one)
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

    def _add_step(self, one: Outcome) -> None:
        minutes, then = one.spent // MINUTE, one.then
        for pair in (self.whole, _of(self.steps, then.step), _of(self.actors, then.actor)):
            pair.then.add(then.late, minutes)
        if one.actor is not None:
            for pair in (self.whole, _of(self.steps, then.step), _of(self.actors, one.actor)):
                pair.now.add(one.late, minutes)


def _of(pairs: dict[Any, Pair], key: Hashable) -> Pair:
    return pairs.setdefault(key, Pair())
