"""The book of time of a case, and whose time it was: by house, by step, by officer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from app.extensions import db
from app.models import Complaint, LedgerRow, NationalLimitRow, StepTask
from workflow_rules.deadlines import deadline_for_all
from workflow_rules.ledger import LedgerEntry, LedgerKind, Stretch, stretches, working_time
from workflow_rules.national_clock import (
    NationalClass,
    NationalClock,
    NationalHistory,
    NationalLimit,
    NationalStage,
    national_clocks,
)
from workflow_rules.sop import Sop
from workflow_rules.steps import Step
from workflow_rules.working_calendar import WorkingCalendar

REPORTER = "reporter"
OFFICE = "office"


@dataclass(frozen=True)
class Share:
    """Working time that one side used: a house, a step or an officer."""

    key: Any
    used: timedelta


def book_of(complaint_id: int) -> tuple[LedgerEntry, ...]:
    """Every entry of a case, in the order in which they were written."""
    statement = select(LedgerRow).where(LedgerRow.complaint_id == complaint_id).order_by(LedgerRow.id)
    return tuple(_entry(row) for row in db.session.scalars(statement))


def _entry(row: LedgerRow) -> LedgerEntry:
    return LedgerEntry(LedgerKind(row.kind), row.at, Step(row.step), row.track, row.house, row.officer_id)


def whose_time(
    book: Iterable[LedgerEntry], calendar: WorkingCalendar, now: datetime, key: Callable[[Stretch], Any]
) -> tuple[Share, ...]:
    """Working time summed by a key of each stretch, the largest first."""
    sums: dict[Any, timedelta] = {}
    for stretch in stretches(book):
        name = key(stretch)
        sums[name] = sums.get(name, timedelta()) + working_time(stretch, calendar, now)
    return tuple(Share(name, used) for name, used in sorted(sums.items(), key=lambda item: -item[1]))


def by_house(stretch: Stretch) -> str:
    """The organisation whose time it was; a wait for an answer is the reporter's."""
    return REPORTER if stretch.waited else stretch.house or OFFICE


def by_step(stretch: Stretch) -> tuple[Step, str | None]:
    return stretch.step, stretch.track


def by_officer(stretch: Stretch) -> int | None:
    """Who ended the stretch; None for one that still runs, or that waited for the reporter."""
    return None if stretch.waited else stretch.officer


def whole_limit(complaint: Complaint, sop: Sop, calendar: WorkingCalendar) -> datetime:
    """When the SOP as a whole is used up for a case: its days and minutes from the reception, the office's questions
    left out; the longer draft where an agency has it.
    """
    extended = any(t.field_visit or t.cross_agency for t in complaint.tracks if t.cycle == complaint.cycle)
    asked = [p for task in complaint.tasks if task.step == Step.REGISTER for p in task.pauses]
    pauses = [(p.began_at, p.ended_at) for p in asked if p.ended_at is not None]
    return deadline_for_all(calendar, complaint.received_at, sop.allowances(extended), pauses)


def national_clocks_of(complaint: Complaint, calendar: WorkingCalendar, now: datetime) -> tuple[NationalClock, ...]:
    """The national system's limits for a case, from its own instants."""
    return national_clocks(_national_limits(), _history(complaint), calendar, now)


def _national_limits() -> list[NationalLimit]:
    return [
        NationalLimit(
            NationalStage(row.stage),
            row.days,
            row.source,
            row.valid_from,
            NationalClass(row.of_class) if row.of_class else None,
        )
        for row in db.session.scalars(select(NationalLimitRow).order_by(NationalLimitRow.id))
    ]


def _history(complaint: Complaint) -> NationalHistory:
    """Passed on when the first agency could see it, taken up at the first disposition of an agency."""
    taken_up = select(func.min(StepTask.closed_at)).where(
        StepTask.complaint_id == complaint.id, StepTask.step == Step.AGENCY_DISPOSE, StepTask.closed_by == "dispose"
    )
    sent = [track.sent_at for track in complaint.tracks if track.sent_at is not None]
    return NationalHistory(
        complaint.received_at,
        national_class_of(complaint),
        sent_at=min(sent, default=None),
        taken_up_at=db.session.scalars(taken_up).one(),
        answered_at=complaint.answered_at,
        ended_at=complaint.ended_at,
    )


def national_class_of(complaint: Complaint) -> NationalClass:
    """The class by which the national time to finish is told: the kind of report, or for a complaint its category."""
    if complaint.classification != "complaint":
        return NationalClass(complaint.classification)
    known = complaint.category.national_class if complaint.category is not None else None
    return NationalClass(known or NationalClass.NO_OVERSIGHT)
