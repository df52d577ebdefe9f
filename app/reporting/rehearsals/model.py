"""A rehearsal ("gladi"): how a past case would have gone under another SOP with the same work.

Assumptions, which the page states: a step takes the working time it took, whoever does it; a skipped step takes no
time, so that later ones begin earlier; a wait for the reporter lasts as long as it did; a shorter allowance makes
nobody faster. With the SOP that the case ran under, the result is exactly what happened.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.reporting.figures.measures import Pauses
from workflow_rules.process.sop import Sop
from workflow_rules.process.steps import AGENCY_KINDS, StepKind
from workflow_rules.time.deadlines import Allowance, deadline_for
from workflow_rules.time.working_calendar import WorkingCalendar

# Without these four steps there would be no case, no agency or no answer.
_NEEDED = frozenset({StepKind.REGISTER, StepKind.DIRECT, StepKind.DRAFT_ANSWER, StepKind.REPLY})


def skippable(sop: Sop) -> frozenset[str]:
    """Return the ids of the steps of a version that a rehearsal may leave out."""
    return frozenset(row.step for row in sop.steps if row.kind not in _NEEDED)


@dataclass(frozen=True)
class WhatIf:
    """A value object: the assumption of a rehearsal, which is another SOP with other allowances and actors, and the
    steps to skip.

    Raises ValueError when a step cannot be skipped.
    """

    sop: Sop
    skipped: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Raise ValueError when a step that every case needs is skipped."""
        if wrong := self.skipped - skippable(self.sop):
            raise ValueError(f"cannot be left out: {sorted(wrong)}")


@dataclass(frozen=True, slots=True)
class Opening:
    """A value object: a step that was opened and closed once in a past case.

    Instants are aware UTC. `extended` is whether it had the longer draft allowance, `more_days` the working days by
    which the Kepala Dinas extended it.
    """

    step: str
    track: str | None
    cycle: int
    actor: str
    opened_at: datetime
    closed_at: datetime
    clock_from: datetime
    due_at: datetime
    granted: Allowance
    extended: bool = False
    more_days: int = 0
    pauses: Pauses = ()

    @property
    def late(self) -> bool:
        """Whether the step closed after its deadline; exactly at the deadline is in time."""
        return self.closed_at > self.due_at


@dataclass(frozen=True, slots=True)
class Outcome:
    """A value object: what a rehearsal gives for one step of a past case (`then`); `spent` is the working time that the
    step took.

    `actor` is None for a skipped step, which begins and ends at the same instant.
    """

    then: Opening
    actor: str | None
    begins: datetime
    ends: datetime
    late: bool
    spent: timedelta

    @property
    def left_out(self) -> bool:
        return self.actor is None


@dataclass(slots=True)
class _Replay:
    """An object that computes the rehearsal of one case step by step; `done` holds the outcomes so far."""

    what_if: WhatIf
    calendar: WorkingCalendar
    done: list[Outcome] = field(default_factory=list)

    def add(self, then: Opening) -> None:
        begins = self._begins(then)
        spent = self.calendar.elapsed(then.opened_at, then.closed_at, then.pauses)
        if then.step in self.what_if.skipped:
            self.done.append(Outcome(then, None, begins, begins, False, spent))
            return
        ends = then.closed_at
        if begins != then.opened_at:
            whole = self.calendar.elapsed(then.opened_at, then.closed_at)
            # Work done while the office was closed takes no working time, so it does not wait for opening hours.
            ends = self.calendar.add_time(begins, whole) if whole else begins
        late = ends > self._due(then, begins)
        self.done.append(Outcome(then, self.what_if.sop.owner(then.step), begins, ends, late, spent))

    def _begins(self, then: Opening) -> datetime:
        """Return the instant at which the rehearsed step begins (aware UTC).

        It is the latest end of the steps that it waited for; when none of them has moved, the recorded instant.
        """
        before = [one for one in self.done if _led_to(one.then, then)]
        if all(one.ends == one.then.closed_at for one in before):
            return then.opened_at
        return max(one.ends for one in before)

    def _due(self, then: Opening, begins: datetime) -> datetime:
        """Return the deadline of the rehearsed step (aware).

        It is the recorded one when start and allowance are unchanged, even if the calendar has changed since.
        """
        sop = self.what_if.sop
        more_days = then.more_days if sop.can_extend(then.extended) else 0
        allowance = sop.allowance(then.step, then.extended, more_days)
        clock_from = self._clock_from(then, begins)
        if clock_from == then.clock_from and allowance == then.granted and begins == then.opened_at:
            return then.due_at
        pauses = then.pauses
        if begins != then.opened_at:
            # Shifted to the new start, with the same distances and lengths in working time.
            pauses = tuple((self._moved(then, begins, a), self._moved(then, begins, b)) for a, b in then.pauses)
        return deadline_for(self.calendar, clock_from, allowance, pauses)

    def _clock_from(self, then: Opening, begins: datetime) -> datetime:
        """Return when the clock of the rehearsed step starts: at `begins`.

        A forwarding step shares the clock of the direction step before it, so it starts with that one.
        """
        if then.clock_from == then.opened_at:
            return begins
        first = (one for one in self.done if one.then.opened_at == then.clock_from and not one.left_out)
        return next((one.begins for one in first), begins)

    def _moved(self, then: Opening, begins: datetime, at: datetime) -> datetime:
        return self.calendar.add_time(begins, self.calendar.elapsed(then.opened_at, at))


def rehearse(openings: Sequence[Opening], what_if: WhatIf, calendar: WorkingCalendar) -> list[Outcome]:
    """Return a list of Outcome, one for each step of one past case under another SOP, in order.

    `openings` are its step openings that have closed, in order of opening. Raises ValueError when a deadline lies past
    the calendar's last opening.
    """
    replay = _Replay(what_if, calendar)
    for then in openings:
        replay.add(then)
    return replay.done


def _led_to(one: Opening, then: Opening) -> bool:
    """Return whether the step `then` waited for the step `one`.

    It did when the closing of `one` opened `then`, or when `then` is step 10, which joins agencies.
    """
    if one.cycle != then.cycle:
        return False
    if then.step == StepKind.DISPOSE_ANSWER and one.step in AGENCY_KINDS:
        return one.closed_at <= then.opened_at
    together = one.track == then.track or one.track is None or then.track is None
    return together and one.closed_at == then.opened_at


def whole_time(outcomes: Sequence[Outcome], calendar: WorkingCalendar) -> tuple[timedelta, timedelta]:
    """Return (as it was, as rehearsed), two timedeltas: the working time from a case's first step opening to its last
    closing. Raises ValueError without outcomes.
    """
    first = min(one.then.opened_at for one in outcomes)
    was = calendar.elapsed(first, max(one.then.closed_at for one in outcomes))
    return was, calendar.elapsed(first, max(one.ends for one in outcomes))
