"""Open steps that wait for a person, and the counts beside them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models import Complaint, StepTask
from workflow_rules.actors import Capacity, Person


def waits_for(person: Person) -> ColumnElement[bool]:
    """Open steps whose office this person holds today, in their own agency or for a delegator."""
    if not person.capacities:
        return false()
    return StepTask.closed_at.is_(None) & or_(*(_held(c) for c in person.capacities))


def _held(capacity: Capacity) -> ColumnElement[bool]:
    office = StepTask.actor == capacity.actor.value
    return office & (StepTask.agency_code == capacity.agency) if capacity.agency is not None else office


def my_open_steps(person: Person, limit: int, offset: int = 0) -> Sequence[StepTask]:
    """My open steps, the next limit first; paused ones last, since nothing can be done about them."""
    statement = (
        select(StepTask)
        .where(waits_for(person))
        .options(joinedload(StepTask.complaint).joinedload(Complaint.category), joinedload(StepTask.agency))
        .options(joinedload(StepTask.complaint).joinedload(Complaint.district))
        .order_by(StepTask.paused_at.is_not(None), StepTask.due_at, StepTask.id)
        .limit(limit)
        .offset(offset)
    )
    return db.session.scalars(statement).all()


def count_my_steps(person: Person, now: datetime) -> dict[str, int]:
    """How many of my open steps are late, near, safe and paused, in one query."""
    running = StepTask.paused_at.is_(None)
    late = running & (StepTask.due_at < now)
    near = running & (StepTask.due_at >= now) & (StepTask.warn_at <= now)
    statement = select(
        func.count().filter(late).label("late"),
        func.count().filter(near).label("near"),
        func.count().filter(running & (StepTask.warn_at > now)).label("safe"),
        func.count().filter(StepTask.paused_at.is_not(None)).label("paused"),
        func.count().label("all"),
    ).where(waits_for(person))
    row = db.session.execute(statement.select_from(StepTask)).one()
    return dict(row._mapping)


def count_elsewhere(person: Person) -> int:
    """Cases this person may see that are open and wait for somebody else."""
    mine = select(StepTask.complaint_id).where(waits_for(person))
    others = select(func.count(func.distinct(StepTask.complaint_id))).where(
        StepTask.closed_at.is_(None), StepTask.complaint_id.not_in(mine)
    )
    return db.session.execute(others).scalar_one()
