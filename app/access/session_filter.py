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
from sqlalchemy import ColumnElement, Executable, Select, event, select
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
    """Register on the session factory the listener that limits ORM reads to visible cases; calling it again has no
    effect.
    """
    factory = db.session.session_factory
    if not event.contains(factory, "do_orm_execute", _limit):
        event.listen(factory, "do_orm_execute", _limit)


@contextmanager
def only_case(complaint_id: int) -> Iterator[None]:
    """Context manager: within the block, limit the ORM reads of this request to one case, whatever the session cookie
    says. The caller must have checked the tracking proof first (`app/public/tracking_proof.py`).
    """
    context = request_context()
    before, context.only_case = context.only_case, complaint_id
    try:
        yield
    finally:
        context.only_case = before


@contextmanager
def only_public() -> Iterator[None]:
    """Context manager: within the block, limit the ORM reads of this request to public cases, whatever the session
    cookie says.
    """
    context = request_context()
    before, context.only_public = context.only_public, True
    try:
        yield
    finally:
        context.only_public = before


@contextmanager
def as_person(person: Person) -> Iterator[None]:
    """Context manager for background jobs: within the block, ORM reads are limited to the cases that this person may
    see, and `current_person` returns this person.
    """
    context = request_context()
    before = context.acting, context.reads_as_person
    context.acting, context.reads_as_person = person, True
    try:
        yield
    finally:
        context.acting, context.reads_as_person = before


def reads_are_limited() -> bool:
    """Return whether ORM reads are now limited to visible cases, which is so in a request and inside `as_person`."""
    return has_request_context() or (has_app_context() and request_context().reads_as_person)


def _limit(state: ORMExecuteState) -> None:
    """Called before each ORM statement: limit it to public cases, to one case, or to the cases that the requesting
    person may see. A statement with the option `unscoped`, or of a person who sees every case, is left unchanged.
    """
    if not reads_are_limited() or request_context().finding_person or state.is_column_load:
        return
    context = request_context()
    # Also for `unscoped` statements: the database role they run under depends on the requesting person.
    sight: Person | Select[tuple[int]] | None
    if context.only_public:
        sight = public_ids()
    elif context.only_case is not None:
        cases = Complaint.__table__
        sight = select(cases.c.id).where(cases.c.id == context.only_case)
    else:
        with finding_person():
            person = current_person()
        sight = None if person.sees_every_case else person
    if sight is None or state.execution_options.get("unscoped"):
        return
    if not isinstance(sight, Person):
        state.statement = state.statement.options(*_criteria(sight))
    elif not state.is_select:
        state.statement = state.statement.options(*_criteria_for(sight))
    else:
        kind, known = kind_of(sight, IN_SIGHT), _LIMITED.setdefault(state.statement, {})
        if kind not in known:
            known[kind] = state.statement.options(*_criteria_for(kind))
        state.statement = known[kind]
        state.parameters = {**cast("dict[str, Any]", state.parameters or {}), **values_of(sight, IN_SIGHT)}


_LIMITED: WeakKeyDictionary[Executable, dict[Person, Executable]] = WeakKeyDictionary()
"""Long-lived statements with the criteria of each kind of person added; an entry goes when its statement is garbage
collected.
"""


@lru_cache(MOST_KEPT)
def _criteria_for(kind: Person) -> tuple[LoaderCriteriaOption, ...]:
    ids = visible_ids(kind)
    return () if ids is None else tuple(_criteria(ids))


def _criteria(ids: Select[tuple[int]]) -> list[LoaderCriteriaOption]:
    """Return the loader criteria that limit every table of cases to the complaints selected by `ids`; notices and
    papers that belong to no case are not limited.
    """
    tasks, letters = StepTask.__table__, Letter.__table__
    limits: list[tuple[Any, ColumnElement[bool]]] = [
        (Complaint, Complaint.id.in_(ids)),
        *((table, table.complaint_id.in_(ids)) for table in OF_A_CASE),
        *((table, table.complaint_id.is_(None) | table.complaint_id.in_(ids)) for table in (Notice, Paper)),
        (LetterScan, LetterScan.letter_id.in_(select(letters.c.id).where(letters.c.complaint_id.in_(ids)))),
        (StepPause, StepPause.task_id.in_(select(tasks.c.id).where(tasks.c.complaint_id.in_(ids)))),
    ]
    return [
        with_loader_criteria(table, limit, include_aliases=True, propagate_to_loaders=False) for table, limit in limits
    ]
