"""Clocks of open steps: set when a step opens, set anew from its own start when something about it changes."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from sqlalchemy import select, text
from sqlalchemy.orm import selectinload

from app.extensions import db
from app.models import AgencyTrackRow, Complaint, SopVersion, StepTask
from app.queries.complaints import as_open_step
from app.queries.reference import load_sop, load_working_calendar
from app.transaction import one_transaction
from workflow_rules.actors import Actor
from workflow_rules.deadlines import Allowance, deadline_for, warn_at
from workflow_rules.facts import ComplaintFacts, OpenStep
from workflow_rules.sop import Sop
from workflow_rules.steps import Step
from workflow_rules.working_calendar import WorkingCalendar


def open_task(complaint: Complaint, step: OpenStep, actor: Actor, after: ComplaintFacts, sop: Sop) -> StepTask:
    """A row for a step that has just opened; its deadline is set by `set_deadline`."""
    task = StepTask(
        complaint_id=complaint.id,
        cycle=after.cycle,
        step=step.step.value,
        agency_code=step.agency,
        actor=actor.value,
        opened_at=step.opened_at,
        clock_from=step.clock_from,
    )
    db.session.add(task)
    return task


def set_deadline(task: StepTask, step: OpenStep, allowance: Allowance, calendar: WorkingCalendar) -> None:
    """Limit and warning of a step, from its own start with the whole calendar and every finished pause."""
    task.allowance_value, task.allowance_unit = allowance.value, allowance.unit.value
    task.due_at = deadline_for(calendar, step.clock_from, allowance, step.pauses)
    task.warn_at = warn_at(calendar, step.clock_from, task.due_at, step.pauses)
    task.next_alarm_at = None if step.paused_at is not None else task.due_at


def allowance_of(step: OpenStep, facts: ComplaintFacts, sop: Sop) -> Allowance:
    """The allowance of an open step: 14 days for a draft with field visit or across agencies (SOP step 7)."""
    track = facts.track(step.agency)
    return sop.allowance(step.step, extended=track is not None and track.extended)


def recompute_open_deadlines(batch: int = 500) -> int:
    """Count every open step anew from its own start with the calendar as it now stands; says how many limits moved.

    In one transaction with the change of the calendar. Meanwhile no case can be changed or received: it could still
    have read the old calendar. Alarms raised already stay. ValueError where the calendar no longer reaches a limit.
    """
    with one_transaction():
        db.session.execute(text("LOCK TABLE complaint IN EXCLUSIVE MODE"))
        calendar = load_working_calendar()
        sops = {version.id: load_sop(version) for version in db.session.scalars(select(SopVersion))}
        moved = sum(_recount(tasks, sops, calendar) for tasks in _open_tasks(batch))
        db.session.flush()
        return moved


def _open_tasks(batch: int) -> Iterator[Sequence[StepTask]]:
    """Open steps of all complaints, whoever may see them, in batches that never split a complaint."""
    last = 0
    while cases := _next_open_cases(last, batch):
        last = cases[-1]
        statement = (
            select(StepTask)
            .where(StepTask.complaint_id.in_(cases), StepTask.closed_at.is_(None))
            .options(selectinload(StepTask.pauses), selectinload(StepTask.complaint))
            .order_by(StepTask.complaint_id, StepTask.id)
        )
        yield db.session.scalars(statement.execution_options(unscoped=True, populate_existing=True)).all()


def _next_open_cases(after: int, batch: int) -> Sequence[int]:
    statement = select(StepTask.complaint_id).where(StepTask.closed_at.is_(None), StepTask.complaint_id > after)
    statement = statement.distinct().order_by(StepTask.complaint_id).limit(batch)
    return db.session.scalars(statement.execution_options(unscoped=True)).all()


def _recount(tasks: Sequence[StepTask], sops: dict[int, Sop], calendar: WorkingCalendar) -> int:
    extended = _extended_tracks([task.complaint_id for task in tasks])
    before = [(task.due_at, task.warn_at) for task in tasks]
    for task in tasks:
        sop, track = sops[task.complaint.sop_version_id], (task.complaint_id, task.cycle, task.agency_code)
        set_deadline(task, as_open_step(task), sop.allowance(Step(task.step), track in extended), calendar)
    for complaint, own in groupby(tasks, key=lambda task: task.complaint):
        complaint.next_due_at = min((task.due_at for task in own if task.paused_at is None), default=None)
    return sum(times != (task.due_at, task.warn_at) for times, task in zip(before, tasks, strict=True))


def _extended_tracks(cases: Sequence[int]) -> set[tuple[int, int, str | None]]:
    """Agencies' parts whose draft has the longer allowance."""
    extended = AgencyTrackRow.field_visit | AgencyTrackRow.cross_agency
    statement = select(AgencyTrackRow.complaint_id, AgencyTrackRow.cycle, AgencyTrackRow.agency_code)
    statement = statement.where(AgencyTrackRow.complaint_id.in_(cases), extended)
    return {(row[0], row[1], row[2]) for row in db.session.execute(statement, execution_options={"unscoped": True})}
