"""How a case stood at an instant, told from its events alone: its turns one by one, its open steps with their limits,
the clock of the whole SOP.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from workflow_rules.process.actions import Action
from workflow_rules.process.events import Event, SystemEvent
from workflow_rules.process.evolve import begin, evolve
from workflow_rules.process.facts import ComplaintFacts, OpenStep, Pause
from workflow_rules.process.sop import Sop
from workflow_rules.process.steps import Step
from workflow_rules.time.deadlines import Allowance, deadline_for, deadline_for_all, used
from workflow_rules.time.working_calendar import WorkingCalendar

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Turn:
    """One event with the facts before and after it; before the reception there are none."""

    before: ComplaintFacts | None
    event: Event
    after: ComplaintFacts


@dataclass(frozen=True)
class Standing:
    """One step that was open: whose it was and by when it was due; minutes are whole working minutes, and `over` is
    zero unless it was late.
    """

    step: Step
    track: str | None
    actor: str
    opened_at: datetime
    due_at: datetime
    paused: bool
    late: bool
    used_minutes: int
    over_minutes: int


def retell(number: str, events: Iterable[Event]) -> Iterator[Turn]:
    """The events of one case in their order, each with what it changed; the first is the reception."""
    facts: ComplaintFacts | None = None
    for event in events:
        after = begin(number, event) if facts is None else evolve(facts, event)
        yield Turn(facts, event, after)
        facts = after


def standings(facts: ComplaintFacts, sop: Sop, calendar: WorkingCalendar, at: datetime) -> list[Standing]:
    """Every step open at the instant up to which the facts were told; one that waits for the reporter is not late."""
    return [_standing(step, facts, sop, calendar, at) for step in facts.open_steps]


def _standing(step: OpenStep, facts: ComplaintFacts, sop: Sop, calendar: WorkingCalendar, at: datetime) -> Standing:
    due_at = deadline_for(calendar, step.clock_from, _allowance(step, facts, sop), step.pauses)
    waits = step.pauses if step.paused_at is None else (*step.pauses, (step.paused_at, at))
    late = step.paused_at is None and at > due_at
    return Standing(
        step=step.step,
        track=step.agency,
        actor=sop.owner(step.step).value,
        opened_at=step.opened_at,
        due_at=due_at,
        paused=step.paused_at is not None,
        late=late,
        used_minutes=used(calendar, step.clock_from, at, waits) // MINUTE,
        over_minutes=used(calendar, due_at, at) // MINUTE if late else 0,
    )


def _allowance(step: OpenStep, facts: ComplaintFacts, sop: Sop) -> Allowance:
    track = facts.track(step.agency)
    return sop.allowance(step.step, extended=track is not None and track.extended)


@dataclass
class WholeClock:
    """The clock of the SOP as a whole: it runs from the reception or the reopening, without the office's questions."""

    begins: datetime | None = None
    pauses: list[Pause] = field(default_factory=list)

    def see(self, turn: Turn) -> None:
        """Take note of a turn."""
        if turn.event.kind in (SystemEvent.RECEIVED, Action.REOPEN):
            self.begins, self.pauses = turn.event.at, []
        asked = turn.before.find_step(Step.REGISTER, None) if turn.before is not None else None
        if asked is not None and turn.after.find_step(Step.REGISTER, None) is None:
            self.pauses += asked.pauses

    def due_at(self, facts: ComplaintFacts, sop: Sop, calendar: WorkingCalendar) -> datetime:
        """When the SOP is used up; the longer draft counts where an agency has it."""
        assert self.begins is not None, "a case begins with its reception"
        extended = any(track.extended for track in facts.tracks)
        allowances = sop.allowances(extended, reopened=facts.cycle > 1)
        return deadline_for_all(calendar, self.begins, allowances, self.pauses)

    def used_minutes(self, calendar: WorkingCalendar, at: datetime) -> int:
        """Whole working minutes since it began, the office's questions left out."""
        assert self.begins is not None, "a case begins with its reception"
        return used(calendar, self.begins, at, self.pauses) // MINUTE
