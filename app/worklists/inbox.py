"""The inbox: open steps that wait for a person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, case, func, select
from sqlalchemy.orm import contains_eager, joinedload

from app.core.extensions import db
from app.core.statement_cache import NOW, Moment, kept, kind_of, values_of
from app.models import Complaint, SopStepRow, StepTask
from app.worklists.complaint_lists import PARTS, about, names_of_agencies, one_page
from app.worklists.highlight_hits import hit_words
from app.worklists.search import Search
from app.worklists.waiting import in_state, waits_elsewhere, waits_for, waits_for_initial, was_sent_back
from workflow_rules.process.actors import Person
from workflow_rules.process.steps import CaseStatus, Route
from workflow_rules.time.deadlines import TimeState

_cases = Complaint.__table__
_tasks = StepTask.__table__
_sop_steps = SopStepRow.__table__


class Queue(StrEnum):
    """An enum of the lists of open steps in the inbox: MINE are the steps that wait for the person, INITIALS signing
    steps with a draft that the person has to initial, OTHERS the visible steps that wait for somebody else, AGENCIES
    those of OTHERS in cases that are with agencies.
    """

    MINE = "mine"
    INITIALS = "initials"
    OTHERS = "others"
    AGENCIES = "agencies"


@dataclass(frozen=True)
class WorkFilter:
    """A value object: a filter of the inbox. `returned` matches steps that were sent back, `fast` cases on the fast
    route; category and district are codes.
    """

    queue: Queue = Queue.MINE
    state: TimeState | None = None
    step: str | None = None
    returned: bool = False
    fast: bool = False
    category: str | None = None
    district: str | None = None
    search: Search | None = None


class WorkRow(NamedTuple):
    """A named tuple: a line of the inbox, with an open step (StepTask row), its number on the SOP sheet, the numbers of
    the cycle's steps done late, and the short names of the agencies.

    `hits` are the lower-case words found by a search.
    """

    task: StepTask
    number: int
    late_numbers: tuple[int, ...]
    agencies: tuple[str, ...]
    hits: frozenset[str] = frozenset()


def my_open_steps(person: Person, limit: int, offset: int = 0) -> Sequence[StepTask]:
    """Return one page of the open steps (StepTask rows) that wait for this person, earliest deadline first, paused ones
    last.
    """
    order = (StepTask.paused_at.is_not(None), StepTask.due_at, StepTask.id)
    page = one_page(select(StepTask.id).where(waits_for(person)).order_by(*order), limit, offset)
    case_parts = joinedload(StepTask.complaint)
    statement = (
        select(StepTask)
        .where(StepTask.id.in_(page))
        .options(case_parts.joinedload(Complaint.category), case_parts.joinedload(Complaint.district))
        .options(joinedload(StepTask.agency))
        .order_by(*order)
    )
    return db.session.scalars(statement).all()


def my_steps_among(person: Person, tasks: Iterable[int]) -> Sequence[StepTask]:
    """Return the steps (StepTask rows) with these ids that still wait for this person and are not paused, earliest
    deadline first.
    """
    statement = (
        select(StepTask)
        .where(StepTask.id.in_(tuple(tasks)), StepTask.paused_at.is_(None), waits_for(person))
        .options(joinedload(StepTask.complaint), joinedload(StepTask.agency))
        .order_by(StepTask.due_at, StepTask.id)
    )
    return db.session.scalars(statement).all()


def numbers_of(complaints: Iterable[int]) -> dict[int, str]:
    """Return a dict of complaint id to case number for those of the given complaint ids that the officer of this
    request may see.
    """
    statement = select(Complaint.id, Complaint.number).where(Complaint.id.in_(tuple(complaints)))
    return {row.id: row.number for row in db.session.execute(statement)}


def work_page(
    person: Person, wanted: WorkFilter, now: datetime, limit: int, offset: int = 0, order: str = ""
) -> list[WorkRow]:
    """Return one page of the inbox as a list of WorkRows, by urgency: late, near, other, then paused steps, each by
    deadline.

    Or by date of receipt: `order` "baru" for newest first, "lama" for oldest first.
    """
    often = wanted.search is None and not offset
    asked = _page_statement if often else _page_statement.__wrapped__
    statement = asked(kind_of(person), wanted, limit, offset, order)
    values = values_of(person) | (wanted.search.values if wanted.search else {})
    rows = []
    for task, number, late, agencies, hits in db.session.execute(statement, {"now": now, **values}):
        own = [task.agency.short_name] if task.agency is not None else agencies
        rows.append(WorkRow(task, number or 1, tuple(late or ()), tuple(own or ()), frozenset(hits or ())))
    return rows


@kept
def _page_statement(person: Person, wanted: WorkFilter, limit: int, offset: int, order: str) -> Select[Any]:
    urgency = (*_order(order, NOW), StepTask.id)
    place = func.row_number().over(order_by=urgency).label("place")
    keys = of_tasks(select(StepTask.id, place), wanted, order).where(*work_criteria(person, wanted, NOW))
    # The page is found by ids; full rows are read only for it.
    page = one_page(keys.order_by(*urgency), limit, offset).subquery("page")
    same_step = and_(_sop_steps.c.sop_version_id == Complaint.sop_version_id, _sop_steps.c.step == StepTask.step)
    number = select(_sop_steps.c.number).where(same_step).correlate(Complaint, StepTask).scalar_subquery()
    return (
        select(StepTask, number, _late_numbers(), names_of_agencies(), hit_words(wanted.search))
        .join(page, page.c.id == StepTask.id)
        .join(StepTask.complaint)
        .options(contains_eager(StepTask.complaint).options(*PARTS), joinedload(StepTask.agency))
        .order_by(page.c.place)
    )


def of_tasks(statement: Select[Any], wanted: WorkFilter, order: str = "") -> Select[Any]:
    """Return the given select on StepTask, joined with Complaint if `wanted` or `order` need a column of the case;
    otherwise return it unchanged, since the index of steps is enough.
    """
    by_case = wanted.fast or wanted.category or wanted.district or wanted.search or order in _BY_RECEIPT
    return statement.join(StepTask.complaint) if by_case or wanted.queue is Queue.AGENCIES else statement


def _order(order: str, now: Moment) -> list[Any]:
    if order in _BY_RECEIPT:
        return [_BY_RECEIPT[order]]
    near_first = case((in_state(TimeState.NEAR, now), 1), else_=2)
    urgency = case((in_state(TimeState.PAUSED, now), 3), (in_state(TimeState.LATE, now), 0), else_=near_first)
    return [urgency, StepTask.due_at]


_BY_RECEIPT: dict[str, Any] = {"baru": Complaint.received_at.desc(), "lama": Complaint.received_at}
_WAITS = {Queue.MINE: waits_for, Queue.INITIALS: waits_for_initial}


def work_criteria(person: Person, wanted: WorkFilter, now: Moment) -> list[ColumnElement[bool]]:
    """Return a list of the filter's SQL conditions on StepTask (joined with Complaint by `of_tasks`)."""
    found = [_WAITS.get(wanted.queue, waits_elsewhere)(person)]
    if wanted.queue is Queue.AGENCIES:
        found.append(Complaint.status == CaseStatus.WITH_AGENCIES.value)
    if wanted.state is not None:
        found.append(in_state(wanted.state, now))
    if wanted.step is not None:
        found.append(StepTask.step == wanted.step)
    if wanted.returned:
        found.append(was_sent_back())
    if wanted.fast:
        found.append(Complaint.route == Route.FAST.value)
    if wanted.search is not None:
        found.append(wanted.search.criterion())
    return [*found, *about(wanted.category, wanted.district)]


def _late_numbers() -> ScalarSelect[Any]:
    """Return a scalar subquery for an array of the SOP numbers of this cycle's steps that were done after their
    deadline; NULL if there are none.
    """
    done = _tasks.alias("done")
    same_step = and_(_sop_steps.c.sop_version_id == Complaint.sop_version_id, _sop_steps.c.step == done.c.step)
    statement: Select[Any] = (
        select(func.array_agg(func.distinct(_sop_steps.c.number)))
        .select_from(done.join(_sop_steps, same_step))
        .where(done.c.complaint_id == Complaint.id, done.c.cycle == Complaint.cycle, done.c.closed_at > done.c.due_at)
    )
    return statement.correlate(Complaint.__table__).scalar_subquery()
