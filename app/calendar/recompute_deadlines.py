"""Recomputes the deadlines of all open steps after a change of the working calendar."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import select, text
from sqlalchemy.orm import selectinload

from app.casefile.facts import as_open_step
from app.cases.set_deadlines import set_closing, set_deadline
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.models import AgencyTrackRow, Complaint, SopVersion, StepTask
from app.reference.calendar import load_working_calendar
from app.reference.sop import load_sop
from workflow_rules.process.sop import Sop
from workflow_rules.process.steps import CaseStatus
from workflow_rules.time.working_calendar import WorkingCalendar

_EVERY_ROW = {"unscoped": True, "populate_existing": True}


@dataclass(frozen=True)
class Move:
    """A value object: an open step whose deadline changes with another calendar.

    `old` and `new` are the deadlines (aware UTC); `agency` is None for a step of the office.
    """

    complaint_id: int
    number: str
    step: str
    agency: str | None
    old: datetime
    new: datetime

    def as_data(self) -> dict[str, str | None]:
        """Return the move as the dict that the journal stores: `number`, `step`, `agency`, `old`, `new` (ISO text)."""
        instants = {"old": self.old.isoformat(), "new": self.new.isoformat()}
        return {"number": self.number, "step": self.step, "agency": self.agency, **instants}


def recompute_open_deadlines(batch: int = 500) -> tuple[Move, ...]:
    """Store the deadline of every open step by the present calendar; return a tuple of Move for the steps whose
    deadline moved. Call it in the transaction that changes the calendar. It locks the complaint table, since another
    transaction could still use the old calendar. Alarms already recorded stay. Raises ValueError when the calendar
    cannot reach a deadline.
    """
    with one_transaction():
        db.session.execute(text("LOCK TABLE complaint IN EXCLUSIVE MODE"))
        calendar = load_working_calendar()
        sops = {version.id: load_sop(version) for version in db.session.scalars(select(SopVersion))}
        now = utc_now()
        moves = [move for tasks in _open_tasks(batch) for move in _recompute(tasks, sops, calendar, now)]
        # The deadline after which an answered case closes if the reporter stays silent.
        answered = select(Complaint).where(Complaint.status == CaseStatus.ANSWERED.value)
        for complaint in db.session.scalars(answered.execution_options(**_EVERY_ROW)):
            set_closing(complaint, sops[complaint.sop_version_id].silence, calendar)
        db.session.flush()
        return tuple(moves)


def _open_tasks(batch: int) -> Iterator[Sequence[StepTask]]:
    """Yield sequences of StepTask rows, the open steps of all cases, bypassing agency isolation; a sequence has all
    open steps of its cases.
    """
    open_cases = select(StepTask.complaint_id).where(StepTask.closed_at.is_(None)).distinct()
    open_cases = open_cases.order_by(StepTask.complaint_id).limit(batch).execution_options(unscoped=True)
    last = 0
    while cases := db.session.scalars(open_cases.where(StepTask.complaint_id > last)).all():
        last = cases[-1]
        statement = (
            select(StepTask)
            .where(StepTask.complaint_id.in_(cases), StepTask.closed_at.is_(None))
            .options(selectinload(StepTask.pauses), selectinload(StepTask.complaint))
            .order_by(StepTask.complaint_id, StepTask.id)
        )
        yield db.session.scalars(statement.execution_options(**_EVERY_ROW)).all()


def _recompute(tasks: Sequence[StepTask], sops: dict[int, Sop], calendar: WorkingCalendar, now: datetime) -> list[Move]:
    """Set the deadlines of the open steps and the next deadline of their cases; return a list of Move for the steps
    whose deadline moved. `tasks` must hold all open steps of each of their cases.
    """
    extended = _longer_drafts([task.complaint_id for task in tasks])
    before = [(task, task.due_at) for task in tasks]
    for task in tasks:
        sop, track = sops[task.complaint.sop_version_id], (task.complaint_id, task.cycle, task.agency_code)
        allowance = sop.allowance(task.step, *extended.get(track, (False, 0)))
        set_deadline(task, as_open_step(task), allowance, sop, calendar, now)
    for complaint, own in groupby(tasks, key=lambda task: task.complaint):
        complaint.next_due_at = min((task.due_at for task in own if task.paused_at is None), default=None)
    return [
        Move(task.complaint_id, task.complaint.number, task.step, task.agency_code, due, task.due_at)
        for task, due in before
        if task.due_at != due
    ]


def _longer_drafts(cases: Sequence[int]) -> dict[tuple[int, int, str | None], tuple[bool, int]]:
    """Return a dict from (complaint id, cycle, agency code) to (extended, extra working days) for the tracks with a
    longer allowance of step 7.

    Tracks with the usual allowance are left out.
    """
    longer = AgencyTrackRow.field_visit | AgencyTrackRow.cross_agency
    columns = (AgencyTrackRow.complaint_id, AgencyTrackRow.cycle, AgencyTrackRow.agency_code)
    statement = select(*columns, longer, AgencyTrackRow.more_days)
    statement = statement.where(AgencyTrackRow.complaint_id.in_(cases), longer | (AgencyTrackRow.more_days > 0))
    found = db.session.execute(statement, execution_options={"unscoped": True})
    return {(row[0], row[1], row[2]): (row[3], row[4]) for row in found}
