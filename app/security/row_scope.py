"""The wall between agencies, in the session: every read in a request is limited to what the person may see.

Lists, counts, pick lists, related rows, actions and the API all read through the session, so none of them can forget
the predicate. What must look beyond (numbers, other officers' notices) says `unscoped` in its execution options. A
reporter, who is no officer, is let in to one case alone by `only_case`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import g, has_request_context
from sqlalchemy import Select, event, select
from sqlalchemy.orm import LoaderCriteriaOption, ORMExecuteState, with_loader_criteria

from app.extensions import db
from app.models import (
    AgencyTrackRow,
    Attachment,
    Complaint,
    ComplaintEvent,
    LedgerRow,
    Letter,
    Notice,
    Reporter,
    StepPause,
    StepTask,
)
from app.queries.complaints import visible_ids
from app.security.current_person import current_person, finding_person
from workflow_rules.actors import Person

OF_A_CASE = (AgencyTrackRow, Attachment, ComplaintEvent, LedgerRow, Letter, Reporter, StepTask)


def install_row_scope() -> None:
    """Listen on the program's session factory, once a process."""
    factory = db.session.session_factory
    if not event.contains(factory, "do_orm_execute", _limit):
        event.listen(factory, "do_orm_execute", _limit)


@contextmanager
def only_case(complaint_id: int) -> Iterator[None]:
    """Let this request see one case and no other, whoever's cookie it carries; what was proved decides, so that the
    caller must have proved it (`app/security/tracking_proof.py`).
    """
    before = g.get("only_case")
    g.only_case = complaint_id
    try:
        yield
    finally:
        g.only_case = before


def _limit(state: ORMExecuteState) -> None:
    if not has_request_context() or state.execution_options.get("unscoped") or state.is_column_load:
        return
    if g.get("finding_person"):
        return
    ids = _ids_in_sight()
    if ids is not None:
        state.statement = state.statement.options(*_criteria(ids))


def _ids_in_sight() -> Select[tuple[int]] | None:
    """Cases this request may know of, or None for every one."""
    one = g.get("only_case")
    if one is None:
        return visible_ids(_person())
    cases = Complaint.__table__
    return select(cases.c.id).where(cases.c.id == one)


def _person() -> Person:
    """The person asking."""
    with finding_person():
        return current_person()


def _criteria(ids: Select[tuple[int]]) -> list[LoaderCriteriaOption]:
    tasks = StepTask.__table__
    own_tasks = select(tasks.c.id).where(tasks.c.complaint_id.in_(ids))
    criteria = [with_loader_criteria(Complaint, Complaint.id.in_(ids), include_aliases=True)]
    criteria += [with_loader_criteria(c, c.complaint_id.in_(ids), include_aliases=True) for c in OF_A_CASE]
    told = Notice.complaint_id.is_(None) | Notice.complaint_id.in_(ids)
    criteria += [with_loader_criteria(Notice, told, include_aliases=True)]
    criteria += [with_loader_criteria(StepPause, StepPause.task_id.in_(own_tasks), include_aliases=True)]
    return criteria
