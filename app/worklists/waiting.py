"""Conditions on StepTask: for whom a step waits, and how near its limit is."""

from sqlalchemy import ColumnElement, and_, false, literal, or_, select
from sqlalchemy.dialects.postgresql import JSONB, distinct_on
from sqlalchemy.orm import aliased

from app.core.statement_cache import Moment, as_agency
from app.models import AgencyTrackRow, StepTask
from workflow_rules.process.actors import Capacity, Person
from workflow_rules.process.steps import StepKind
from workflow_rules.time.deadlines import TimeState

_tasks = StepTask.__table__


def offices_of(person: Person) -> tuple[Capacity, ...]:
    """Return the capacities whose work this person sees in the inbox: own and delegated ones, and those in which a
    clerk reads.
    """
    return person.capacities + person.reads


def waits_for(person: Person) -> ColumnElement[bool]:
    """Return an SQL condition on StepTask for open steps that this person may do today, by own capacity or
    delegation, or that a clerk prepares.
    """
    if not offices_of(person):
        return false()
    return StepTask.closed_at.is_(None) & is_held_by(person)


def is_held_by(person: Person) -> ColumnElement[bool]:
    """Return an SQL condition on StepTask for steps, open or closed, that belong to a capacity this person
    holds today.
    """
    held = []
    for capacity in offices_of(person):
        own = _tasks.c.actor == capacity.actor
        if capacity.agency is not None:
            own = own & (_tasks.c.agency_code == as_agency(capacity.agency))
        held.append(own)
    return or_(false(), *held)


def waits_elsewhere(person: Person) -> ColumnElement[bool]:
    """Return an SQL condition on StepTask for the nearest open step of each case that has no open step for this person:
    one step a case.
    """
    mine = select(StepTask.complaint_id).where(waits_for(person))
    other = aliased(StepTask)
    nearest = (
        select(other.id)
        .ext(distinct_on(other.complaint_id))
        .where(other.closed_at.is_(None), other.complaint_id.not_in(mine))
        .order_by(other.complaint_id, other.paused_at.is_not(None), other.due_at, other.id)
    )
    return StepTask.id.in_(nearest)


def waits_for_initial(person: Person) -> ColumnElement[bool]:
    """Return an SQL condition on StepTask for open signing steps whose draft letter this person has yet to initial."""
    track = aliased(AgencyTrackRow)
    same = (
        track.complaint_id == StepTask.complaint_id,
        track.cycle == StepTask.cycle,
        track.agency_code == StepTask.agency_code,
    )
    mine = []
    for capacity in offices_of(person):
        if capacity.agency is not None:
            awaited = track.awaits.op("@>")(literal([capacity.actor], JSONB))
            mine.append(and_(track.agency_code == as_agency(capacity.agency), awaited))
    if not mine:
        return false()
    waiting = select(track.id).where(*same, or_(*mine)).exists()
    return StepTask.closed_at.is_(None) & (StepTask.step == StepKind.SIGN_ANSWER.value) & waiting


def in_state(state: TimeState, now: Moment) -> ColumnElement[bool]:
    """Return an SQL condition on StepTask for open steps that at `now` are in this TimeState: paused, late (deadline
    passed), near (warning time reached) or safe, by the rules of `time_state`.
    """
    running = StepTask.paused_at.is_(None)
    if state is TimeState.PAUSED:
        return StepTask.paused_at.is_not(None)
    if state is TimeState.LATE:
        return running & (StepTask.due_at < now)
    reached = StepTask.warn_at <= now
    return running & (StepTask.due_at >= now) & (reached if state is TimeState.NEAR else ~reached)


def was_sent_back() -> ColumnElement[bool]:
    """Return an SQL condition on StepTask, meant for open steps, that the step was closed before in this cycle at the
    same agency.
    """
    before = _tasks.alias("before")
    return (
        select(before.c.id)
        .where(
            before.c.complaint_id == StepTask.complaint_id,
            before.c.cycle == StepTask.cycle,
            before.c.step == StepTask.step,
            before.c.agency_code.is_not_distinct_from(StepTask.agency_code),
            before.c.closed_at.is_not(None),
        )
        .exists()
    )
