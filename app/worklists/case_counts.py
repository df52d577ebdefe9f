"""Counts of cases without reading their rows."""

from typing import Any

from sqlalchemy import ScalarSelect, Select, func, select, true

from app.access.visibility import visible_ids
from app.core.extensions import db
from app.core.statement_cache import Moment, as_moment, counted
from app.models import Complaint, NumberCounter
from workflow_rules.process.actors import Person

_cases = Complaint.__table__
COMPLAINTS = "complaint"
"""The number series of complaints."""


def count_visible(person: Person, among: Select[Any] | None = None) -> int:
    """Return how many cases this person may see; with `among`, a select of visible cases, how many those are."""
    counting = select(counting_visible(person))
    if among is not None:
        counting = select(func.count()).select_from(among.with_only_columns(Complaint.id).subquery())
    return db.session.execute(counting).scalar_one()


def counting_late(person: Person, now: Moment, at_most: int | None = None) -> ScalarSelect[int]:
    """Return a scalar subquery that counts the cases visible to the person with a deadline before `now`; with `at_most`
    it counts no further than that.

    Late cases are few, so they are filtered before visibility.
    """
    # As a subquery the instant is no constant, so PostgreSQL keeps using the generic plan.
    moment = select(as_moment(now)).scalar_subquery()
    late = select(_cases.c.id).where(_cases.c.next_due_at < moment).offset(0).subquery("late")
    ids = visible_ids(person)
    seen = true() if ids is None else late.c.id.in_(ids)
    return counted(select(late.c.id).where(seen), at_most)


def counting_visible(person: Person) -> ScalarSelect[int]:
    """Return a scalar subquery that counts the cases this person may see.

    All cases are counted by the numbers issued: every number is issued with its case and no case is ever deleted
    (invariant I1), while counting rows would get slower every year.
    """
    ids = visible_ids(person)
    if ids is None:
        issued = select(func.coalesce(func.sum(NumberCounter.last), 0)).where(NumberCounter.series == COMPLAINTS)
        return issued.scalar_subquery()
    (case,) = ids.selected_columns
    return ids.with_only_columns(func.count(case.distinct())).scalar_subquery()
