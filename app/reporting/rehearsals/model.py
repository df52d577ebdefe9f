"""A rehearsal ("gladi"): what a past case would have come to under another SOP, if everybody had worked as they did.

What is assumed, and told on the page: the work of a step takes the working time that it took, whoever does it; the time
of a step that is left out falls away, and what followed it begins so much earlier; a wait for the reporter lasts as
long as it lasted; officers do not work faster because an allowance is shorter. Nothing can begin later than it did.
With the SOP that the case ran under, what comes out is exactly what happened.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.reporting.figures.measures import Pauses
from workflow_rules.process.actors import Actor
from workflow_rules.process.sop import Sop
from workflow_rules.process.steps import AGENCY_STEPS, Step
from workflow_rules.time.deadlines import Allowance, deadline_for
from workflow_rules.time.working_calendar import WorkingCalendar

# Without these there would be no case, no agency, no answer.
SKIPPABLE = frozenset(Step) - {Step.REGISTER, Step.DIRECT, Step.DRAFT_ANSWER, Step.REPLY}
NO_TIME = timedelta()


@dataclass(frozen=True)
class WhatIf:
    """Another SOP: its allowances and actors, and steps left out, which the SOP itself cannot say; `ValueError` for a
    step that cannot be left out.
    """

    sop: Sop
    skipped: frozenset[Step] = frozenset()

    def __post_init__(self) -> None:
        """Refuse to leave out what makes a case."""
        if not self.skipped <= SKIPPABLE:
            raise ValueError(f"cannot be left out: {sorted(self.skipped - SKIPPABLE)}")


@dataclass(frozen=True, slots=True)
class Opening:
    """One ended opening of a step as it happened; `extended` is the longer draft. Instants are aware."""

    step: Step
    track: str | None
    cycle: int
    actor: Actor
    opened_at: datetime
    closed_at: datetime
    clock_from: datetime
    due_at: datetime
    granted: Allowance
    extended: bool = False
    pauses: Pauses = ()

    @property
    def late(self) -> bool:
        """Ended after its limit; exactly at the limit is in time."""
        return self.closed_at > self.due_at


@dataclass(frozen=True, slots=True)
class Outcome:
    """One opening beside itself: who had it and would have, the working time it took, and whether it was late.

    `actor` is None for a step that is left out; it would have begun and ended at the same instant.
    """

    then: Opening
    actor: Actor | None
    begins: datetime
    ends: datetime
    late: bool
    spent: timedelta

    @property
    def left_out(self) -> bool:
        return self.actor is None


@dataclass(slots=True)
class _Replay:
    """The case so far, as it would have gone."""

    what_if: WhatIf
    calendar: WorkingCalendar
    done: list[Outcome] = field(default_factory=list)

    def add(self, then: Opening) -> None:
        begins = self._begins(then)
        spent = self.calendar.elapsed(then.opened_at, then.closed_at, then.pauses)
        if then.step in self.what_if.skipped:
            self.done.append(Outcome(then, None, begins, begins, False, spent))
            return
        ends = self._ends(then, begins)
        late = ends > self._due(then, begins)
        self.done.append(Outcome(then, self.what_if.sop.owner(then.step), begins, ends, late, spent))

    def _begins(self, then: Opening) -> datetime:
        """When all that it waited for had ended; as it was where nothing of that has moved."""
        before = [one for one in self.done if _led_to(one.then, then)]
        if all(one.ends == one.then.closed_at for one in before):
            return then.opened_at
        return max(one.ends for one in before)

    def _ends(self, then: Opening, begins: datetime) -> datetime:
        if begins == then.opened_at:
            return then.closed_at
        whole = self.calendar.elapsed(then.opened_at, then.closed_at)
        # What was done while the office was closed takes no working time and waits for no opening.
        return self.calendar.add_time(begins, whole) if whole else begins

    def _due(self, then: Opening, begins: datetime) -> datetime:
        """Its limit: the recorded one where neither beginning nor allowance differ, whatever the calendar says now."""
        allowance = self.what_if.sop.allowance(then.step, then.extended)
        clock_from = self._clock_from(then, begins)
        if clock_from == then.clock_from and allowance == then.granted and begins == then.opened_at:
            return then.due_at
        return deadline_for(self.calendar, clock_from, allowance, self._pauses(then, begins))

    def _clock_from(self, then: Opening, begins: datetime) -> datetime:
        """A relay's time runs from the direction before it."""
        if then.clock_from == then.opened_at:
            return begins
        first = (one for one in self.done if one.then.opened_at == then.clock_from and not one.left_out)
        return next((one.begins for one in first), begins)

    def _pauses(self, then: Opening, begins: datetime) -> Pauses:
        """Waits for the reporter, as far from the beginning and as long as they were, in working time."""
        if begins == then.opened_at:
            return then.pauses
        return tuple((self._moved(then, begins, a), self._moved(then, begins, b)) for a, b in then.pauses)

    def _moved(self, then: Opening, begins: datetime, at: datetime) -> datetime:
        return self.calendar.add_time(begins, self.calendar.elapsed(then.opened_at, at))


def rehearse(openings: Sequence[Opening], what_if: WhatIf, calendar: WorkingCalendar) -> list[Outcome]:
    """One case again under another SOP; its ended openings in the order in which they came."""
    replay = _Replay(what_if, calendar)
    for then in openings:
        replay.add(then)
    return replay.done


def _led_to(one: Opening, then: Opening) -> bool:
    """Whether an opening waited for another: the act that ended it opened this one, or both join at step 10."""
    if one.cycle != then.cycle:
        return False
    if then.step is Step.DISPOSE_ANSWER and one.step in AGENCY_STEPS:
        return one.closed_at <= then.opened_at
    together = one.track == then.track or one.track is None or then.track is None
    return together and one.closed_at == then.opened_at


def whole_time(outcomes: Sequence[Outcome], calendar: WorkingCalendar) -> tuple[timedelta, timedelta]:
    """Working time from the first beginning of a case to its last end, as it was and as it would have been."""
    first = min(one.then.opened_at for one in outcomes)
    was = calendar.elapsed(first, max(one.then.closed_at for one in outcomes))
    return was, calendar.elapsed(first, max(one.ends for one in outcomes))
