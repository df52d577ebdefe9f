"""The time ledger of a case, and the working time it assigns to each side."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from app.casefile.facts import ended_pauses
from app.core.extensions import db
from app.models import Complaint, LedgerRow
from workflow_rules.process.actions import Action
from workflow_rules.process.steps import StepKind
from workflow_rules.record.past_state import WholeClock
from workflow_rules.record.time_ledger import LedgerEntry, LedgerKind, Stretch, stretches, working_time
from workflow_rules.time.national_clock import (
    NationalClass,
    NationalClock,
    NationalHistory,
    NationalLimit,
    national_clocks,
)
from workflow_rules.time.working_calendar import WorkingCalendar

REPORTER = "reporter"
OFFICE = "office"


@dataclass(frozen=True)
class Share:
    """A value object with the working time that one side used; `key` names the organisation, step or officer."""

    key: Any
    used: timedelta


def read_ledger(complaint_id: int) -> tuple[LedgerEntry, ...]:
    """Return a tuple of the ledger entries (`LedgerEntry`) of a case, oldest first."""
    return tuple(entry_of(row) for row in db.session.scalars(_rows_of(complaint_id)))


def read_ledger_with_names(complaint_id: int) -> tuple[tuple[LedgerEntry, ...], dict[int, str]]:
    """Return a tuple of the ledger entries (`LedgerEntry`) of a case, oldest first, and a dict from user id to full
    name of their officers.
    """
    rows = db.session.scalars(_rows_of(complaint_id).options(joinedload(LedgerRow.officer))).all()
    names = {row.officer.id: row.officer.get_full_name().strip() for row in rows if row.officer is not None}
    return tuple(map(entry_of, rows)), names


def _rows_of(complaint_id: int) -> Select[LedgerRow]:
    return select(LedgerRow).where(LedgerRow.complaint_id == complaint_id).order_by(LedgerRow.id)


def entry_of(row: LedgerRow) -> LedgerEntry:
    """Return a row of the time ledger as a LedgerEntry of workflow_rules."""
    return LedgerEntry(LedgerKind(row.kind), row.at, row.step, row.track, row.house, row.officer_id)


def time_shares(
    ledger: Iterable[LedgerEntry], calendar: WorkingCalendar, now: datetime, key: Callable[[Stretch], Any]
) -> tuple[Share, ...]:
    """Return a tuple of `Share`, largest first: the working time of the stretches of a ledger, summed by the `key` of
    each stretch; open stretches count up to `now`.
    """
    sums: dict[Any, timedelta] = {}
    for stretch in stretches(ledger):
        name = key(stretch)
        sums[name] = sums.get(name, timedelta()) + working_time(stretch, calendar, now)
    return tuple(Share(name, used) for name, used in sorted(sums.items(), key=lambda item: -item[1]))


def by_organisation(stretch: Stretch) -> str:
    """Return the key of the side that a stretch is charged to: "reporter" for a wait for the reporter, else the agency
    code, or "office".
    """
    return REPORTER if stretch.waited else stretch.organisation or OFFICE


def by_step(stretch: Stretch) -> tuple[str, str | None]:
    return stretch.step, stretch.track


def by_officer(stretch: Stretch) -> int | None:
    """Return the user id of the officer who ended the stretch; None if it still runs, waited for the reporter, or was
    ended by no officer.
    """
    return None if stretch.waited else stretch.officer


def whole_clock_of(complaint: Complaint) -> WholeClock:
    """Return the `WholeClock`, the clock of the SOP as a whole, from the rows of a case. Time spent closed does not
    count (design section 5), nor does the time before an imported case came here.
    """
    tasks = [task for task in complaint.tasks if task.cycle == complaint.cycle]
    reopened = complaint.cycle > 1
    return WholeClock(
        begins=min(task.opened_at for task in tasks) if reopened else complaint.imported_at or complaint.received_at,
        pauses=tuple(pause for task in tasks if task.step == StepKind.REGISTER for pause in ended_pauses(task)),
        extended=any(t.field_visit or t.cross_agency for t in complaint.tracks if t.cycle == complaint.cycle),
        reopened=reopened,
    )


def ended_before_import(complaint: Complaint) -> bool:
    """Return whether a case was imported as an ended one, for which no clock of this office ever ran."""
    imported_at, ended_at = complaint.imported_at, complaint.ended_at
    return imported_at is not None and ended_at is not None and ended_at <= imported_at


def national_clocks_of(
    complaint: Complaint, limits: Iterable[NationalLimit], calendar: WorkingCalendar, now: datetime
) -> tuple[NationalClock, ...]:
    """Return a tuple of a case's national clocks at `now`; its reception counts where no submission is known, and for
    an imported case its import. () for one that had ended before.
    """
    if ended_before_import(complaint):
        return ()
    disposition = (StepKind.AGENCY_DISPOSE.value, Action.DISPOSE.value)
    sent = [track.sent_at for track in complaint.tracks if track.sent_at is not None]
    closings = [task.closed_at for task in complaint.tasks if (task.step, task.closed_by) == disposition]
    disposed = [at for at in closings if at is not None]
    history = NationalHistory(
        complaint.imported_at or complaint.submitted_at or complaint.received_at,
        national_class_of(complaint),
        sent_at=min(sent, default=None),
        taken_up_at=min(disposed, default=None),
        answered_at=complaint.answered_at,
        ended_at=complaint.ended_at,
    )
    return national_clocks(limits, history, calendar, now)


def national_class_of(complaint: Complaint) -> NationalClass:
    """Return the `NationalClass` of a case, which sets the national time to finish: by the category of a complaint,
    else by the kind of report.
    """
    if complaint.classification != "complaint":
        return NationalClass(complaint.classification)
    known = complaint.category.national_class if complaint.category is not None else None
    return NationalClass(known or NationalClass.NO_OVERSIGHT)
