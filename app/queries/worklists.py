"""Open steps that wait for a person, the counts beside them, and the pages of the inbox."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Label, ScalarSelect, Select, Subquery, and_, case, func, literal, select, true
from sqlalchemy.orm import contains_eager, joinedload

from app.extensions import db
from app.models import Complaint, SopStepRow, StepTask
from app.queries.case_counts import counting_late
from app.queries.complaint_lists import PARTS, about, names_of_agencies, one_page
from app.queries.complaints import visible_ids
from app.queries.notices import counting_unread
from app.queries.search import Search
from app.queries.search_marks import hit_words
from app.queries.waiting import in_state, is_held_by, waits_elsewhere, waits_for, waits_for_initial, was_sent_back
from workflow_rules.actors import Person
from workflow_rules.deadlines import TimeState
from workflow_rules.steps import CaseStatus, Route, Step

_cases = Complaint.__table__
_tasks = StepTask.__table__
_sop_steps = SopStepRow.__table__


class Queue(StrEnum):
    """Whose open steps: mine, those whose drafts want my initials, those of everybody else on cases I may see, or of
    these the ones at the agencies.
    """

    MINE = "mine"
    INITIALS = "initials"
    OTHERS = "others"
    AGENCIES = "agencies"


@dataclass(frozen=True)
class WorkFilter:
    """What an officer wants to see of the inbox; category and district by their codes."""

    queue: Queue = Queue.MINE
    state: TimeState | None = None
    step: Step | None = None
    returned: bool = False
    fast: bool = False
    category: str | None = None
    district: str | None = None
    search: Search | None = None


@dataclass(frozen=True)
class WorkCounts:
    """How many steps wait in which state and at which step; `elsewhere` are cases that wait for others, `found` what a
    filter of the inbox finds by state, `listed` the length of a list, `newest` the key of my newest step, `unread` the
    notices at the bell.
    """

    late: int = 0
    near: int = 0
    safe: int = 0
    paused: int = 0
    all: int = 0
    returned: int = 0
    fast: int = 0
    initials: int = 0
    elsewhere: int = 0
    at_agencies: int = 0
    late_cases: int = 0
    listed: int = 0
    unread: int = 0
    newest: int | None = None
    found: dict[str, int] = field(default_factory=dict)
    steps: dict[str, int] = field(default_factory=dict)


class WorkRow(NamedTuple):
    """One line of the inbox: the open step, its number on the sheet, steps that were late, agencies on the case, and
    the words that a search has hit.
    """

    task: StepTask
    number: int
    late_numbers: tuple[int, ...]
    agencies: tuple[str, ...]
    hits: frozenset[str] = frozenset()


def my_open_steps(person: Person, limit: int, offset: int = 0) -> Sequence[StepTask]:
    """My open steps, the next limit first; paused ones last, since nothing can be done about them."""
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


def _state_counts(now: datetime) -> list[Label[int]]:
    counted = [func.count().filter(in_state(state, now)).label(state.value) for state in TimeState]
    return [*counted, func.count().label("all")]


def count_newer(person: Person, newest: int) -> int:
    """How many steps have opened for this person since the one with that key."""
    statement = select(func.count()).select_from(StepTask).where(waits_for(person), StepTask.id > newest)
    return db.session.scalars(statement).one()


def count_my_steps(person: Person, now: datetime) -> dict[str, int]:
    """How many of my open steps are late, near, safe and paused, in one query."""
    statement = select(*_state_counts(now)).where(waits_for(person))
    row = db.session.execute(statement.select_from(StepTask)).one()
    return dict(row._mapping)


def count_badges(person: Person, now: datetime, listed: ScalarSelect[int] | None = None) -> WorkCounts:
    """What menu and bell show on every page, and with it the length of a list."""
    more = [] if listed is None else [listed.label("listed")]
    statement = select(*_state_counts(now), *_of_every_page(person, now), *more).select_from(StepTask)
    row = db.session.execute(statement.where(waits_for(person))).one()
    return WorkCounts(**row._mapping)


def _of_every_page(person: Person, now: datetime) -> tuple[Label[int], ...]:
    return counting_late(person, now).label("late_cases"), counting_unread(person.id).label("unread")


def count_inbox(person: Person, wanted: WorkFilter, now: datetime) -> WorkCounts:
    """Everything the inbox counts, in one query: each step of mine, and once what others do and a filter finds."""
    others, own = _others(person), _own_steps(person, now)
    found = [] if wanted == WorkFilter() else [_found(person, wanted, now).label("found")]
    once = (*others.c, _to_initial(person).label("initials"), *_of_every_page(person, now), *found)
    statement = select(*own.c, *once).select_from(others.outerjoin(own, true()))
    rows = [dict(row._mapping) for row in db.session.execute(statement)]
    steps = {row["step"]: row for row in rows if row["step"] is not None}
    mine = {name: sum(row[name] for row in steps.values()) for name in _SUMMED}
    counts = {name: rows[0][name] for name in rows[0].keys() - own.c.keys()}
    counts.setdefault("found", {name: mine[name] for name in (*TimeState, "all")})
    newest = max((row["newest"] for row in steps.values()), default=None)
    return WorkCounts(**mine, **counts, newest=newest, steps={step: row["all"] for step, row in steps.items()})


_SUMMED = (*(state.value for state in TimeState), "all", "returned", "fast")


def _own_steps(person: Person, now: datetime) -> Subquery:
    """My open steps, counted by step; none is open of a case that has ended (invariant I3)."""
    # Written out, as the index of these cases is.
    route = literal(Route.FAST.value, literal_execute=True)
    fast = select(_cases.c.id).where(_cases.c.route == route, _cases.c.ended_at.is_(None))
    counts = (
        *_state_counts(now),
        func.count().filter(was_sent_back()).label("returned"),
        func.count().filter(StepTask.complaint_id.in_(fast)).label("fast"),
        func.max(StepTask.id).label("newest"),
    )
    return select(StepTask.step, *counts).where(waits_for(person)).group_by(StepTask.step).subquery("own")


def _found(person: Person, wanted: WorkFilter, now: datetime) -> ScalarSelect[Any]:
    """The steps that a filter finds, by state and in all."""
    counted = [part for count in _state_counts(now) for part in (literal(count.name), count.element)]
    statement = _of_tasks(select(func.json_build_object(*counted)).select_from(StepTask), wanted)
    return statement.where(*_criteria(person, wanted, now)).correlate(None).scalar_subquery()


def _to_initial(person: Person) -> ScalarSelect[int]:
    drafts = select(func.count()).select_from(StepTask).where(waits_for_initial(person))
    return drafts.correlate(None).scalar_subquery()


def _others(person: Person) -> Subquery:
    """How many cases wait for others only, and how many of these are with agencies."""
    steps = _open_steps(person)
    mine = func.bool_or(steps.c.mine).label("mine")
    cases = select(steps.c.complaint_id, mine).group_by(steps.c.complaint_id).subquery("cases")
    agencies = select(_cases.c.id).where(_cases.c.status == CaseStatus.WITH_AGENCIES.value).subquery("with_agencies")
    counted = func.count().label("elsewhere"), func.count(agencies.c.id).label("at_agencies")
    statement = select(*counted).select_from(cases.outerjoin(agencies, agencies.c.id == cases.c.complaint_id))
    return statement.where(~cases.c.mine).subquery("others")


def _open_steps(person: Person) -> Subquery:
    """The open steps of the cases that this person may see, and which are mine."""
    ids = visible_ids(person)
    steps = select(_tasks.c.complaint_id, is_held_by(person).label("mine")).where(_tasks.c.closed_at.is_(None))
    if ids is None:
        return steps.subquery("steps")
    # Of all there are, and then whose: they are fewer than the cases that an agency has ever had.
    every = steps.offset(0).subquery("every")
    return select(every).where(every.c.complaint_id.in_(ids)).subquery("steps")


def work_page(
    person: Person, wanted: WorkFilter, now: datetime, limit: int, offset: int = 0, order: str = ""
) -> list[WorkRow]:
    """One page of the inbox by urgency: late, near, the rest, then what is paused; each by its limit. Or by the day on
    which the case came in: `baru` the newest first, `lama` the oldest.
    """
    urgency = (*_order(order, now), StepTask.id)
    place = func.row_number().over(order_by=urgency).label("place")
    keys = _of_tasks(select(StepTask.id, place), wanted, order).where(*_criteria(person, wanted, now))
    # As in a list of complaints: the page is found by keys, and only its own rows are read whole.
    page = one_page(keys.order_by(*urgency), limit, offset).subquery("page")
    statement = (
        select(StepTask, _number(), _late_numbers(), names_of_agencies(), hit_words(wanted.search))
        .join(page, page.c.id == StepTask.id)
        .join(StepTask.complaint)
        .options(contains_eager(StepTask.complaint).options(*PARTS), joinedload(StepTask.agency))
        .order_by(page.c.place)
    )
    return [_row(*found) for found in db.session.execute(statement)]


def _of_tasks(statement: Select[Any], wanted: WorkFilter, order: str = "") -> Select[Any]:
    """With the cases beside their steps where something of a case is asked for: else the steps' index says it all."""
    by_case = wanted.fast or wanted.category or wanted.district or wanted.search or order in _BY_RECEIPT
    return statement.join(StepTask.complaint) if by_case or wanted.queue is Queue.AGENCIES else statement


def _row(
    task: StepTask, number: int | None, late: list[int] | None, agencies: list[str] | None, hits: list[str] | None
) -> WorkRow:
    own = [task.agency.short_name] if task.agency is not None else agencies
    return WorkRow(task, number or 1, tuple(late or ()), tuple(own or ()), frozenset(hits or ()))


def _order(order: str, now: datetime) -> list[Any]:
    if order in _BY_RECEIPT:
        return [_BY_RECEIPT[order]]
    near_first = case((in_state(TimeState.NEAR, now), 1), else_=2)
    urgency = case((in_state(TimeState.PAUSED, now), 3), (in_state(TimeState.LATE, now), 0), else_=near_first)
    return [urgency, StepTask.due_at]


_BY_RECEIPT: dict[str, Any] = {"baru": Complaint.received_at.desc(), "lama": Complaint.received_at}
_WAITS = {Queue.MINE: waits_for, Queue.INITIALS: waits_for_initial}


def _criteria(person: Person, wanted: WorkFilter, now: datetime) -> list[ColumnElement[bool]]:
    """The filter as conditions on StepTask joined with Complaint."""
    found = [_WAITS.get(wanted.queue, waits_elsewhere)(person)]
    if wanted.queue is Queue.AGENCIES:
        found.append(Complaint.status == CaseStatus.WITH_AGENCIES.value)
    if wanted.state is not None:
        found.append(in_state(wanted.state, now))
    if wanted.step is not None:
        found.append(StepTask.step == wanted.step.value)
    if wanted.returned:
        found.append(was_sent_back())
    if wanted.fast:
        found.append(Complaint.route == Route.FAST.value)
    if wanted.search is not None:
        found.append(wanted.search.criterion())
    return [*found, *about(wanted.category, wanted.district)]


def _number() -> ScalarSelect[Any]:
    """The step's number in the SOP version of the case."""
    own = and_(_sop_steps.c.sop_version_id == Complaint.sop_version_id, _sop_steps.c.step == StepTask.step)
    return select(_sop_steps.c.number).where(own).correlate(Complaint, StepTask).scalar_subquery()


def _late_numbers() -> ScalarSelect[Any]:
    """Numbers of the steps of this cycle that were done after their limit."""
    done = _tasks.alias("done")
    same_step = and_(_sop_steps.c.sop_version_id == Complaint.sop_version_id, _sop_steps.c.step == done.c.step)
    statement: Select[Any] = (
        select(func.array_agg(func.distinct(_sop_steps.c.number)))
        .select_from(done.join(_sop_steps, same_step))
        .where(done.c.complaint_id == Complaint.id, done.c.cycle == Complaint.cycle, done.c.closed_at > done.c.due_at)
    )
    return statement.correlate(Complaint.__table__).scalar_subquery()
