"""Counts of waiting steps for menu, bell, inbox and lists."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Label, ScalarSelect, Select, Subquery, func, literal, select, true

from app.access.visibility import visible_ids
from app.core.extensions import db
from app.core.statement_cache import NOW, READER, Moment, counted, kept, kind_of, values_of
from app.models import Complaint, StepTask
from app.notices.unread import counting_unread
from app.vocabulary.words import LARGEST_BADGE
from app.worklists.case_counts import counting_late
from app.worklists.complaint_lists import OFTEN_LISTED, ComplaintFilter, counting
from app.worklists.inbox import WorkFilter, of_tasks, work_criteria
from app.worklists.waiting import in_state, is_held_by, waits_for, waits_for_initial, was_sent_back
from workflow_rules.process.actors import Person
from workflow_rules.process.steps import CaseStatus, Route
from workflow_rules.time.deadlines import TimeState

_MOST = LARGEST_BADGE + 1
_cases = Complaint.__table__
_tasks = StepTask.__table__


@dataclass(frozen=True)
class WorkCounts:
    """A value object: the counts that menu, bell, inbox and lists show. It has the steps that wait for the person by
    time state, and in `steps` by step; `newest` is the id of the newest of them.

    `elsewhere` counts cases that wait for others only, `found` the steps that match a filter by time state, `listed`
    the complaints of a list. `late_cases` and `unread` are counted up to one more than a badge shows (999+).
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


def _state_counts(now: Moment) -> list[Label[int]]:
    counted = [func.count().filter(in_state(state, now)).label(state.value) for state in TimeState]
    return [*counted, func.count().label("all")]


def count_newer(person: Person, newest: int) -> int:
    """Return how many of the open steps that wait for this person have been opened after the step with id `newest`."""
    statement = select(func.count()).select_from(StepTask).where(waits_for(person), StepTask.id > newest)
    return db.session.scalars(statement).one()


def count_my_steps(person: Person, now: datetime) -> dict[str, int]:
    """Return a dict with the numbers of this person's open steps, by one query, with the keys late, near, safe, paused
    and all.
    """
    statement = select(*_state_counts(now)).where(waits_for(person))
    row = db.session.execute(statement.select_from(StepTask)).one()
    return dict(row._mapping)


def count_badges(person: Person, now: datetime, listed: ComplaintFilter | None = None) -> WorkCounts:
    """Return a WorkCounts with the counts of menu and bell, each up to just above the largest badge, and as `listed`
    the number of complaints that match the filter (0 without a filter). The other counts stay 0.
    """
    if listed in OFTEN_LISTED:
        statement = _badges_statement(kind_of(person), listed)
    else:
        statement = _badges(person, counting(person, listed, now))
    values = {"now": now, "reader": person.id, **values_of(person)}
    return WorkCounts(**db.session.execute(statement, values).one()._mapping)


@kept
def _badges_statement(kind: Person, listed: ComplaintFilter | None) -> Select[Any]:
    return _badges(kind, None if listed is None else counting(kind, listed, NOW))


def _badges(person: Person, listed: ScalarSelect[int] | None) -> Select[Any]:
    mine = select(StepTask.id).where(waits_for(person))
    steps = {"late": mine.where(in_state(TimeState.LATE, NOW)), "all": mine}
    columns: list[Any] = [counted(found, _MOST).label(name) for name, found in steps.items()]
    more = [] if listed is None else [listed.label("listed")]
    return select(*columns, *_of_every_page(person), *more)


def _of_every_page(person: Person) -> tuple[Label[int], ...]:
    late, unread = counting_late(person, NOW, _MOST), counting_unread(READER)
    return late.label("late_cases"), unread.label("unread")


def count_inbox(person: Person, wanted: WorkFilter, now: datetime) -> WorkCounts:
    """Return a WorkCounts with all counts that the inbox shows, by one query; `found` counts by time state the steps
    that match the filter.
    """
    asked = _inbox_statement if wanted.search is None else _inbox_statement.__wrapped__
    values = values_of(person) | (wanted.search.values if wanted.search else {})
    sent = db.session.execute(asked(kind_of(person), wanted), {"now": now, "reader": person.id, **values})
    rows = [dict(row._mapping) for row in sent]
    steps = {row["step"]: row for row in rows if row["step"] is not None}
    mine = {name: sum(row[name] for row in steps.values()) for name in _SUMMED}
    counts = {name: rows[0][name] for name in rows[0].keys() - {"step", "newest", *_SUMMED}}
    counts.setdefault("found", {name: mine[name] for name in (*TimeState, "all")})
    newest = max((row["newest"] for row in steps.values()), default=None)
    return WorkCounts(**mine, **counts, newest=newest, steps={step: row["all"] for step, row in steps.items()})


@kept
def _inbox_statement(person: Person, wanted: WorkFilter) -> Select[Any]:
    others, own = _others(person), _own_steps(person, NOW)
    drafts = select(func.count()).select_from(StepTask).where(waits_for_initial(person))
    to_initial = drafts.correlate(None).scalar_subquery()
    found = [] if wanted == WorkFilter() else [_found(person, wanted, NOW).label("found")]
    once = (*others.c, to_initial.label("initials"), *_of_every_page(person), *found)
    columns: list[Any] = [*own.c, *once]
    return select(*columns).select_from(others.outerjoin(own, true()))


_SUMMED = (*(state.value for state in TimeState), "all", "returned", "fast")


def _own_steps(person: Person, now: Moment) -> Subquery:
    """Return a subquery with one row of counts for each step at which open tasks wait for the person; a case that has
    ended has none (invariant I3).
    """
    # A literal, to match the partial index.
    route = literal(Route.FAST.value, literal_execute=True)
    fast = select(_cases.c.id).where(_cases.c.route == route, _cases.c.ended_at.is_(None))
    counts = (
        *_state_counts(now),
        func.count().filter(was_sent_back()).label("returned"),
        func.count().filter(StepTask.complaint_id.in_(fast)).label("fast"),
        func.max(StepTask.id).label("newest"),
    )
    return select(StepTask.step, *counts).where(waits_for(person)).group_by(StepTask.step).subquery("own")


def _found(person: Person, wanted: WorkFilter, now: Moment) -> ScalarSelect[Any]:
    """Return a scalar subquery for a JSON object with the number of steps that match a filter, by time state and in
    total (`all`).
    """
    counted = [part for count in _state_counts(now) for part in (literal(count.name), count.element)]
    statement = of_tasks(select(func.json_build_object(*counted)).select_from(StepTask), wanted)
    return statement.where(*work_criteria(person, wanted, now)).correlate(None).scalar_subquery()


def _others(person: Person) -> Subquery:
    """Return a subquery of one row: the number of cases that wait for others only (`elsewhere`), and how many of these
    are with agencies (`at_agencies`).
    """
    ids = visible_ids(person)
    open_steps = select(_tasks.c.complaint_id, is_held_by(person).label("mine")).where(_tasks.c.closed_at.is_(None))
    if ids is not None:
        # Open steps are read before visibility is checked: they are fewer than the cases an agency ever had.
        every = open_steps.offset(0).subquery("every")
        open_steps = select(every).where(every.c.complaint_id.in_(ids))
    steps = open_steps.subquery("steps")
    mine = func.bool_or(steps.c.mine).label("mine")
    cases = select(steps.c.complaint_id, mine).group_by(steps.c.complaint_id).subquery("cases")
    agencies = select(_cases.c.id).where(_cases.c.status == CaseStatus.WITH_AGENCIES.value).subquery("with_agencies")
    counted = func.count().label("elsewhere"), func.count(agencies.c.id).label("at_agencies")
    statement = select(*counted).select_from(cases.outerjoin(agencies, agencies.c.id == cases.c.complaint_id))
    return statement.where(~cases.c.mine).subquery("others")
