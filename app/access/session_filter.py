"""Agency isolation in the SQLAlchemy session: every ORM read in a request is limited to the cases that the person may
see.

Lists, counts, pick lists, relations and the API all read through the session, so none can omit the predicate. Outside a
request nothing is limited except inside `as_person`. A statement that must read more sets the execution option
`unscoped`; row-level security in the database is the second guard.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, cast
from weakref import WeakKeyDictionary

from flask import has_app_context, has_request_context
from sqlalchemy import Executable, Select, event, select
from sqlalchemy.orm import LoaderCriteriaOption, ORMExecuteState, with_loader_criteria

from app.access.current_person import current_person, finding_person
from app.access.visibility import public_ids, visible_ids
from app.core.extensions import db
from app.core.request_context import request_context
from app.core.statement_cache import IN_SIGHT, MOST_KEPT, kind_of, values_of
from app.models import (
    AgencyTrackRow,
    Attachment,
    Complaint,
    ComplaintEvent,
    LedgerRow,
    Letter,
    LetterScan,
    Notice,
    OriginalText,
    Paper,
    Reporter,
    StepPause,
    StepTask,
)
from workflow_rules.process.actors import Person

OF_A_CASE = (AgencyTrackRow, Attachment, ComplaintEvent, LedgerRow, Letter, OriginalText, Reporter, StepTask)


def install_row_scope() -> None:
    """Register the listener on the session factory; calling it again has no effect."""
    factory = db.session.session_factory
    if not event.contains(factory, "do_orm_execute", _limit):
        event.listen(factory, "do_orm_execute", _limit)


@contextmanager
def only_case(complaint_id: int) -> Iterator[None]:
    """Context manager: limit the reads of this request to one case, whatever the session cookie says. The caller must
    have checked the tracking proof first (`app/public/tracking_proof.py`).
    """
    context = request_context()
    before, context.only_case = context.only_case, complaint_id
    try:
        yield
    finally:
        context.only_case = before


@contextmanager
def only_public() -> Iterator[None]:
    """Context manager: limit the reads of this request to public cases, whatever the session cookie says."""
    context = request_context()
    before, context.only_public = context.only_public, True
    try:
        yield
    finally:
        context.only_public = before


@contextmanager
def as_person(person: Person) -> Iterator[None]:
    """Context manager for background jobs: read with the visibility of this person."""
    context = request_context()
    before = context.acting, context.reads_as_person
    context.acting, context.reads_as_person = person, True
    try:
        yield
    finally:
        context.acting, context.reads_as_person = before


def listens() -> bool:
    """Return whether reads are limited now: in a request, or inside `as_person`."""
    return has_request_context() or (has_app_context() and request_context().reads_as_person)


def _limit(state: ORMExecuteState) -> None:
    if not listens() or request_context().finding_person or state.is_column_load:
        return
    # Also for `unscoped` statements: the database role they run under depends on the requesting person.
    sight = _in_sight()
    if sight is None or state.execution_options.get("unscoped"):
        return
    if isinstance(sight, Person) and state.is_select:
        state.statement = _limited(state.statement, kind_of(sight, IN_SIGHT))
        state.parameters = {**cast("dict[str, Any]", state.parameters or {}), **values_of(sight, IN_SIGHT)}
        return
    criteria = _criteria_for(sight) if isinstance(sight, Person) else _criteria(sight)
    state.statement = state.statement.options(*criteria)


def _in_sight() -> Person | Select[tuple[int]] | None:
    """Return the person, or the query of case ids, by which reads are limited; None if every case may be read."""
    context = request_context()
    if context.only_public:
        return public_ids()
    one = context.only_case
    if one is None:
        person = _person()
        return None if person.sees_every_case else person
    cases = Complaint.__table__
    return select(cases.c.id).where(cases.c.id == one)


_LIMITED: WeakKeyDictionary[Executable, dict[Person, Executable]] = WeakKeyDictionary()
"""Long-lived statements with the criteria of each kind of person added; an entry goes when its statement is garbage
collected.
"""


def _limited(statement: Executable, kind: Person) -> Executable:
    known = _LIMITED.setdefault(statement, {})
    if kind not in known:
        known[kind] = statement.options(*_criteria_for(kind))
    return known[kind]


@lru_cache(MOST_KEPT)
def _criteria_for(kind: Person) -> tuple[LoaderCriteriaOption, ...]:
    ids = visible_ids(kind)
    return () if ids is None else tuple(_criteria(ids))


def _person() -> Person:
    with finding_person():
        return current_person()


def _criteria(ids: Select[tuple[int]]) -> list[LoaderCriteriaOption]:
    tasks = StepTask.__table__
    own_tasks = select(tasks.c.id).where(tasks.c.complaint_id.in_(ids))
    criteria = [
        with_loader_criteria(Complaint, Complaint.id.in_(ids), include_aliases=True, propagate_to_loaders=False)
    ]
    criteria += [
        with_loader_criteria(c, c.complaint_id.in_(ids), include_aliases=True, propagate_to_loaders=False)
        for c in OF_A_CASE
    ]
    told = Notice.complaint_id.is_(None) | Notice.complaint_id.in_(ids)
    criteria += [with_loader_criteria(Notice, told, include_aliases=True, propagate_to_loaders=False)]
    of_no_case = Paper.complaint_id.is_(None) | Paper.complaint_id.in_(ids)
    criteria += [with_loader_criteria(Paper, of_no_case, include_aliases=True, propagate_to_loaders=False)]
    letters = Letter.__table__
    own_letters = select(letters.c.id).where(letters.c.complaint_id.in_(ids))
    criteria += [
        with_loader_criteria(
            LetterScan, LetterScan.letter_id.in_(own_letters), include_aliases=True, propagate_to_loaders=False
        )
    ]
    criteria += [
        with_loader_criteria(
            StepPause, StepPause.task_id.in_(own_tasks), include_aliases=True, propagate_to_loaders=False
        )
    ]
    return criteria
