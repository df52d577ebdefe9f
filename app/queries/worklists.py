"""Open steps that wait for a person, the counts beside them, and the pages of the inbox."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Label, ScalarSelect, Select, and_, case, func, literal, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from app.extensions import db
from app.models import Complaint, SopStepRow, StepTask
from app.queries.complaint_lists import PARTS, ComplaintFilter, about, counting, names_of_agencies
from app.queries.notices import counting_unread
from app.queries.search import Search
from app.queries.search_marks import hit_words
from app.queries.waiting import in_state, waits_elsewhere, waits_for, waits_for_initial, was_sent_back
from workflow_rules.actors import Person
from workflow_rules.deadlines import TimeState
from workflow_rules.steps import CaseStatus, Route, Step

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
    late_cases = counting(person, ComplaintFilter(late=True), now)
    return late_cases.label("late_cases"), counting_unread(person.id).label("unread")


def count_inbox(person: Person, wanted: WorkFilter, now: datetime) -> WorkCounts:
    """Everything the inbox counts, in one query: the whole, each step of mine, and what the filter finds."""
    statement = (
        select(
            StepTask.step,
            *_state_counts(now),
            func.count().filter(was_sent_back()).label("returned"),
            func.count().filter(Complaint.route == Route.FAST.value).label("fast"),
            func.max(StepTask.id).label("newest"),
            _to_initial(person).label("initials"),
            _others(person).label("elsewhere"),
            _others(person, Complaint.status == CaseStatus.WITH_AGENCIES.value).label("at_agencies"),
            *_of_every_page(person, now),
            _found(person, wanted, now).label("found"),
        )
        .join(StepTask.complaint)
        .where(waits_for(person))
        .group_by(func.rollup(StepTask.step))
    )
    rows = [dict(row._mapping) for row in db.session.execute(statement)]
    steps = {row["step"]: row["all"] for row in rows if row["step"] is not None}
    whole = next(row for row in rows if row["step"] is None)
    return WorkCounts(**{name: number for name, number in whole.items() if name != "step"}, steps=steps)


def _found(person: Person, wanted: WorkFilter, now: datetime) -> ScalarSelect[Any]:
    """The steps that a filter finds, by state and in all."""
    counted = [part for count in _state_counts(now) for part in (literal(count.name), count.element)]
    statement = select(func.json_build_object(*counted)).select_from(StepTask).join(StepTask.complaint)
    return statement.where(*_criteria(person, wanted, now)).correlate(None).scalar_subquery()


def _to_initial(person: Person) -> ScalarSelect[int]:
    drafts = select(func.count()).select_from(StepTask).where(waits_for_initial(person))
    return drafts.correlate(None).scalar_subquery()


def _others(person: Person, *criteria: ColumnElement[bool]) -> ScalarSelect[int]:
    task, mine = aliased(StepTask), select(StepTask.complaint_id).where(waits_for(person))
    statement = select(func.count(func.distinct(task.complaint_id))).where(
        task.closed_at.is_(None), task.complaint_id.not_in(mine)
    )
    if criteria:
        cases = select(Complaint.id).where(*criteria)
        statement = statement.where(task.complaint_id.in_(cases))
    return statement.scalar_subquery()


def work_page(
    person: Person, wanted: WorkFilter, now: datetime, limit: int, offset: int = 0, order: str = ""
) -> list[WorkRow]:
    """One page of the inbox by urgency: late, near, the rest, then what is paused; each by its limit. Or by the day on
    which the case came in: `baru` the newest first, `lama` the oldest.
    """
    urgency = (*_order(order, now), StepTask.id)
    place = func.row_number().over(order_by=urgency).label("place")
    keys = select(StepTask.id, place).join(StepTask.complaint).where(*_criteria(person, wanted, now))
    # As in a list of complaints: the page is found by keys, and only its own rows are read whole.
    page = keys.order_by(*urgency).limit(limit).offset(offset).subquery("page")
    statement = (
        select(StepTask, _number(), _late_numbers(), names_of_agencies(), hit_words(wanted.search))
        .join(page, page.c.id == StepTask.id)
        .join(StepTask.complaint)
        .options(contains_eager(StepTask.complaint).options(*PARTS), joinedload(StepTask.agency))
        .order_by(page.c.place)
    )
    return [_row(*found) for found in db.session.execute(statement)]


def _row(
    task: StepTask, number: int | None, late: list[int] | None, agencies: list[str] | None, hits: list[str] | None
) -> WorkRow:
    own = [task.agency.short_name] if task.agency is not None else agencies
    return WorkRow(task, number or 1, tuple(late or ()), tuple(own or ()), frozenset(hits or ()))


def _order(order: str, now: datetime) -> list[Any]:
    if order == "baru":
        return [Complaint.received_at.desc()]
    if order == "lama":
        return [Complaint.received_at]
    near_first = case((in_state(TimeState.NEAR, now), 1), else_=2)
    urgency = case((in_state(TimeState.PAUSED, now), 3), (in_state(TimeState.LATE, now), 0), else_=near_first)
    return [urgency, StepTask.due_at]


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
