"""The state of a case at a past instant, computed from its events: its open steps with their deadlines and the
whole-SOP clock.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from workflow_rules.process.actions import Action
from workflow_rules.process.events import SystemEvent
from workflow_rules.process.evolve import Replayed
from workflow_rules.process.facts import ComplaintFacts, OpenStep, Pause
from workflow_rules.process.sop import Sop
from workflow_rules.process.steps import Step
from workflow_rules.time.deadlines import Allowance, deadline_for, deadline_for_all, used
from workflow_rules.time.working_calendar import WorkingCalendar

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Standing:
    """An open step at one instant. Datetimes are aware; minutes are whole working minutes; `over_minutes` is zero
    unless late. `track` is the agency, None for the office.
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


def standings(facts: ComplaintFacts, sop: Sop, calendar: WorkingCalendar, at: datetime) -> list[Standing]:
    """Return every open step as of `at` (aware), up to which the facts were replayed. A paused step is never late."""
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
    """The clock of the whole SOP: it starts at the reception or reopening and leaves out pauses of step 1."""

    begins: datetime | None = None
    pauses: list[Pause] = field(default_factory=list)

    def see(self, turn: Replayed) -> None:
        """Update the clock with the next event."""
        if turn.event.kind in (SystemEvent.RECEIVED, Action.REOPEN):
            self.begins, self.pauses = turn.event.at, []
        asked = turn.before.find_step(Step.REGISTER, None) if turn.before is not None else None
        if asked is not None and turn.after.find_step(Step.REGISTER, None) is None:
            self.pauses += asked.pauses

    def due_at(self, facts: ComplaintFacts, sop: Sop, calendar: WorkingCalendar) -> datetime:
        """Return when all allowances of the SOP are used up, in the calendar's zone; with the longer draft allowance if
        an agency has it.
        """
        assert self.begins is not None, "a case begins with its reception"
        extended = any(track.extended for track in facts.tracks)
        allowances = sop.allowances(extended, reopened=facts.cycle > 1)
        return deadline_for_all(calendar, self.begins, allowances, self.pauses)

    def used_minutes(self, calendar: WorkingCalendar, at: datetime) -> int:
        """Return the whole working minutes from the start to `at`, without pauses of step 1."""
        assert self.begins is not None, "a case begins with its reception"
        return used(calendar, self.begins, at, self.pauses) // MINUTE
