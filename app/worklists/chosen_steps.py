"""Steps that an officer has selected in the inbox."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core.extensions import db
from app.models import Complaint, StepTask
from app.worklists.waiting import waits_for
from workflow_rules.process.actors import Person


def my_steps_among(person: Person, tasks: Iterable[int]) -> Sequence[StepTask]:
    """Return those of the given tasks that still wait for this person and are not paused, earliest limit first."""
    statement = (
        select(StepTask)
        .where(StepTask.id.in_(tuple(tasks)), StepTask.paused_at.is_(None), waits_for(person))
        .options(joinedload(StepTask.complaint), joinedload(StepTask.agency))
        .order_by(StepTask.due_at, StepTask.id)
    )
    return db.session.scalars(statement).all()


def numbers_of(complaints: Iterable[int]) -> dict[int, str]:
    """Return the complaint numbers, by id, of those of the given complaints that the officer may see."""
    statement = select(Complaint.id, Complaint.number).where(Complaint.id.in_(tuple(complaints)))
    return {row.id: row.number for row in db.session.execute(statement)}
