"""Past cases for a rehearsal, read as a stream of their step openings; nothing is written."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import and_, func, select

from app.casefile.event_history import sops_by_version
from app.core.extensions import db
from app.core.periods import Period
from app.models import AgencyTrackRow, Complaint, StepPause, StepTask
from app.reporting.figures.measures import allowance_of
from app.reporting.rehearsals.model import Opening
from workflow_rules.process.sop import Sop
from workflow_rules.process.steps import StepKind
from workflow_rules.time.deadlines import Allowance

READ_AT_ONCE = 5000
_SAME_TRACK = and_(
    StepTask.step == StepKind.DRAFT_ANSWER.value,
    AgencyTrackRow.complaint_id == StepTask.complaint_id,
    AgencyTrackRow.cycle == StepTask.cycle,
    AgencyTrackRow.agency_code == StepTask.agency_code,
)


def past_cases(period: Period) -> Iterator[tuple[int, list[Opening]]]:
    """Yield (complaint id, list of Opening) for every case received in the period: its steps that have closed, in order
    of opening; cases without one are left out.
    """
    sops, pauses = sops_by_version(), _pauses(period)
    times = (StepTask.opened_at, StepTask.closed_at, StepTask.clock_from, StepTask.due_at)
    what = (StepTask.step, StepTask.agency_code, StepTask.cycle, StepTask.actor)
    allowance = (StepTask.allowance_value, StepTask.allowance_unit)
    longer = (AgencyTrackRow.field_visit | AgencyTrackRow.cross_agency, AgencyTrackRow.more_days)
    statement = (
        select(StepTask.complaint_id, Complaint.sop_version_id, StepTask.id, *what, *times, *allowance, *longer)
        .join(Complaint, Complaint.id == StepTask.complaint_id)
        .outerjoin(AgencyTrackRow, _SAME_TRACK)
        .where(StepTask.closed_at.is_not(None), *_received(period))
        .order_by(StepTask.complaint_id, StepTask.opened_at, StepTask.id)
    )
    rows = db.session.execute(statement.execution_options(yield_per=READ_AT_ONCE))
    for complaint, own in groupby(rows, key=lambda row: row[0]):
        yield complaint, [_opening(row, sops[row[1]], pauses) for row in own]


def count_cases(period: Period) -> int:
    """Return how many cases were received in the period."""
    return db.session.scalars(select(func.count(Complaint.id)).where(*_received(period))).one()


def _received(period: Period) -> tuple[Any, ...]:
    """Return the SQL conditions for the cases received here in the period. An imported one was not under this SOP."""
    in_it = Complaint.received_at >= period.begins, Complaint.received_at < period.ends
    return *in_it, Complaint.imported_at.is_(None)


def _opening(row: Any, sop: Sop, pauses: dict[int, list[Any]]) -> Opening:
    _, _, key, step, track, cycle, actor, opened, closed, clock_from, due, value, unit, longer, more = row
    granted = allowance_of(value, unit)
    extended, more_days = False, 0
    if step == StepKind.DRAFT_ANSWER:
        extended, more_days = _lengthened(sop, granted, bool(longer), more or 0)
    waits = tuple(pauses.get(key, ()))
    times = (opened, closed, clock_from, due)
    return Opening(step, track, cycle, actor, *times, granted, extended, more_days, waits)


def _lengthened(sop: Sop, granted: Allowance, longer: bool, more_days: int) -> tuple[bool, int]:
    """Return (extended, extra working days) with which step 7 had the allowance `granted` when it closed; (False, 0)
    when no combination gives it.

    `longer` and `more_days` are those of its track at last, which may have changed after that.
    """
    possible = ((longer, more_days), (longer, 0), (not longer, more_days), (not longer, 0))
    return next((each for each in possible if sop.allowance(StepKind.DRAFT_ANSWER, *each) == granted), (False, 0))


def _pauses(period: Period) -> dict[int, list[Any]]:
    """Return a dict from step task id to a list of (began, ended), aware, for the ended pauses in cases received in the
    period.
    """
    statement = (
        select(StepPause.task_id, StepPause.began_at, StepPause.ended_at)
        .join(StepTask, StepTask.id == StepPause.task_id)
        .join(Complaint, Complaint.id == StepTask.complaint_id)
        .where(StepPause.ended_at.is_not(None), StepTask.closed_at.is_not(None), *_received(period))
    )
    found: dict[int, list[Any]] = {}
    for key, began, ended in db.session.execute(statement.order_by(StepPause.id)):
        found.setdefault(key, []).append((began, ended))
    return found
