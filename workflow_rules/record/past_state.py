"""A case at a past instant, computed from its events: open steps with their deadlines and the whole-SOP clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from workflow_rules.process.actions import Action
from workflow_rules.process.evolve import Replayed
from workflow_rules.process.facts import ComplaintFacts, Pause
from workflow_rules.process.sop import Sop
from workflow_rules.process.steps import StepKind
from workflow_rules.time.deadlines import deadline_for, deadline_for_all
from workflow_rules.time.working_calendar import WorkingCalendar

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Standing:
    """A value object: an open step at one instant. Datetimes are aware; minutes are whole working minutes;
    `over_minutes` is zero unless late. `track` is the agency's code, None for the office.
    """

    step: str
    track: str | None
    actor: str
    opened_at: datetime
    due_at: datetime
    paused: bool
    late: bool
    used_minutes: int
    over_minutes: int


def standings(facts: ComplaintFacts, sop: Sop, calendar: WorkingCalendar, at: datetime) -> list[Standing]:
    """Return a `Standing` for every step open at `at` (aware), the instant up to which the ComplaintFacts were
    replayed; [] when no step is open. A paused step is never late.
    """
    found = []
    for step in facts.open_steps:
        track = facts.track(step.agency)
        allowance = sop.allowance(step.step, track is not None and track.extended, track.more_days if track else 0)
        due_at = deadline_for(calendar, step.clock_from, allowance, step.pauses)
        waits = step.pauses if step.paused_at is None else (*step.pauses, (step.paused_at, at))
        late = step.paused_at is None and at > due_at
        standing = Standing(
            step=step.step,
            track=step.agency,
            actor=sop.owner(step.step),
            opened_at=step.opened_at,
            due_at=due_at,
            paused=step.paused_at is not None,
            late=late,
            used_minutes=calendar.elapsed(step.clock_from, at, waits) // MINUTE,
            over_minutes=calendar.elapsed(due_at, at) // MINUTE if late else 0,
        )
        found.append(standing)
    return found


@dataclass(frozen=True)
class WholeClock:
    """The clock of the SOP as a whole. It starts at the reception or last reopening and leaves out the pauses of step
    1. `extended` selects the longer draft allowance; a reopened case has no allowance for step 1.
    """

    begins: datetime
    pauses: tuple[Pause, ...]
    extended: bool
    reopened: bool

    def due_at(self, sop: Sop, calendar: WorkingCalendar) -> datetime:
        """Return when all allowances are used up (aware, calendar's zone). Raises ValueError for too few openings."""
        allowances = sop.allowances(self.extended, self.reopened)
        return deadline_for_all(calendar, self.begins, allowances, self.pauses)


def whole_clock(turns: Sequence[Replayed]) -> WholeClock:
    """Return the `WholeClock` of a case from its replayed events in order: at least one, the reception first."""
    begins: datetime = turns[0].event.at
    pauses: tuple[Pause, ...] = ()
    for turn in turns:
        if turn.event.kind is Action.REOPEN:
            begins, pauses = turn.event.at, ()
        left = turn.before.at_kind(StepKind.REGISTER) if turn.before is not None else None
        if left is not None and turn.after.at_kind(StepKind.REGISTER) is None:
            pauses += left.pauses
    facts = turns[-1].after
    return WholeClock(begins, pauses, any(track.extended for track in facts.tracks), facts.cycle > 1)
