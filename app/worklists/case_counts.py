"""How many cases there are that somebody may see, without reading one of them."""

from sqlalchemy import ScalarSelect, func, select, true

from app.access.visibility import visible_ids
from app.core.statement_cache import Moment, as_moment, counted
from app.models import Complaint, NumberCounter
from workflow_rules.process.actors import Person

_cases = Complaint.__table__
COMPLAINTS = "complaint"
"""The series from which complaints get their numbers."""


def counting_late(person: Person, now: Moment, at_most: int | None = None) -> ScalarSelect[int]:
    """Cases past a limit, as part of another query: few of all there are, so that they are looked through first."""
    # The moment stands behind a SELECT, or a kept plan would seem dearer than to plan anew for each moment.
    moment = select(as_moment(now)).scalar_subquery()
    late = select(_cases.c.id).where(_cases.c.next_due_at < moment).offset(0).subquery("late")
    ids = visible_ids(person)
    seen = true() if ids is None else late.c.id.in_(ids)
    return counted(select(late.c.id).where(seen), at_most)


def counting_visible(person: Person) -> ScalarSelect[int]:
    """Every case that this person may see, as part of another query."""
    ids = visible_ids(person)
    if ids is None:
        return counting_all()
    (case,) = ids.selected_columns
    return ids.with_only_columns(func.count(case.distinct())).scalar_subquery()


def counting_all() -> ScalarSelect[int]:
    """Every complaint there is, as part of another query: as many as numbers were given, since each number is drawn
    with its case and no case is ever removed (invariant I1); counting the rows would take longer with every year.
    """
    given = select(func.coalesce(func.sum(NumberCounter.last), 0)).where(NumberCounter.series == COMPLAINTS)
    return given.scalar_subquery()
