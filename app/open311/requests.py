"""Public view of complaints for Open311: category, place, dates and status; read inside `only_public`.

Of the citizen's text only the title and the fields for the public are shown, once the check (SOP step 2) is done and
unless the case was archived or merged: body and place description may name people. Positions are rounded to three
decimals (about 100 m), as complaints are often made at home. No officer, contact or step is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.casefile.facts import facts_from, reporter_facts
from app.casefile.promised_date import promise_of
from app.core.extensions import db
from app.fields.values import shown_fields
from app.models import AgencyTrackRow, Category, Complaint, SopVersion, StepTask, Village
from app.reference.calendar import load_working_calendar
from app.reference.national_limits import load_national_limits
from app.reference.sop import load_sop
from workflow_rules.process.facts import ComplaintFacts
from workflow_rules.process.sop import Sop
from workflow_rules.process.steps import ENDED, CaseStatus

ROUNDED = Decimal("0.001")
PUT_ASIDE = frozenset({CaseStatus.ARCHIVED, CaseStatus.MERGED})
DONE = frozenset({*ENDED, CaseStatus.ANSWERED})


@dataclass(frozen=True)
class OpenRequest:
    """A value object: a complaint as Open311 publishes it. Datetimes are aware; `expected_at` is None without a
    promised date.

    `category` is (code, name), None if not assigned. `agencies` are the names of the agencies at work, `place` those of
    village and district. `title` and `fields` (of the office, by code) are empty and `position` (latitude, longitude)
    None while hidden.
    """

    number: str
    status: CaseStatus
    title: str
    category: tuple[str, str] | None
    agencies: tuple[str, ...]
    received_at: datetime
    changed_at: datetime
    expected_at: datetime | None
    place: tuple[str, ...]
    place_code: str
    position: tuple[Decimal, Decimal] | None
    fields: dict[str, Any]

    @property
    def done(self) -> bool:
        """Whether the complaint is answered or its case has ended."""
        return self.status in DONE


@dataclass(frozen=True)
class Wanted:
    """A value object: a filter of public complaints, received from `since` until before `until` (aware). `services` are
    category codes, all if empty; `done` is True for complaints answered or ended, False for all others, None for both.
    """

    since: datetime
    until: datetime
    services: tuple[str, ...] = ()
    done: bool | None = None


def find_requests(wanted: Wanted, now: datetime, page: int, page_size: int) -> list[OpenRequest]:
    """Return one page of the public complaints that match the filter as OpenRequests, newest first; `page` counts from
    1. Empty after the last page.
    """
    statement = select(Complaint).where(Complaint.received_at >= wanted.since, Complaint.received_at < wanted.until)
    if wanted.services:
        statement = statement.join(Complaint.category).where(Category.code.in_(wanted.services))
    if wanted.done is not None:
        ended = Complaint.status.in_(sorted(DONE))
        statement = statement.where(ended if wanted.done else ~ended)
    statement = statement.order_by(Complaint.received_at.desc(), Complaint.id.desc())
    return _read(statement.limit(page_size).offset((page - 1) * page_size), now)


def find_named(numbers: Sequence[str], now: datetime) -> list[OpenRequest]:
    """Return the public complaints with these numbers (ours or SP4N's) as OpenRequests, oldest first; unknown numbers
    are left out.
    """
    named = or_(Complaint.number.in_(numbers), Complaint.sp4n_tracking_id.in_(numbers))
    return _read(select(Complaint).where(named).order_by(Complaint.received_at, Complaint.id), now)


_PARTS = (
    joinedload(Complaint.category),
    joinedload(Complaint.district),
    joinedload(Complaint.village).joinedload(Village.district),
    joinedload(Complaint.sop_version).selectinload(SopVersion.steps),
    selectinload(Complaint.tracks).joinedload(AgencyTrackRow.agency),
    selectinload(Complaint.tasks).selectinload(StepTask.pauses),
)


def _read(statement: Select[Complaint], now: datetime) -> list[OpenRequest]:
    """Run a statement on Complaint and return a list of OpenRequests in its order; calendar, limits and each SOP
    version are read once.
    """
    rows = db.session.scalars(statement.options(*_PARTS)).unique().all()
    calendar, limits, sops = load_working_calendar(), load_national_limits(), {}
    found = []
    for row in rows:
        facts = facts_from(row, reporter_facts(None), row.tracks, row.tasks)
        if row.sop_version_id not in sops:
            sops[row.sop_version_id] = load_sop(row.sop_version)
        sop = sops[row.sop_version_id]
        promise = promise_of(row, facts, sop, calendar, now, limits)
        found.append(
            _open_request(row, facts, sop, promise.due_at if promise is not None and not promise.paused else None)
        )
    return found


def _open_request(row: Complaint, facts: ComplaintFacts, sop: Sop, promised: datetime | None) -> OpenRequest:
    # A step after the one that follows the registration was opened.
    begins = {one.step for one in sop.steps[:2]}
    checked = any(task.step not in begins for task in row.tasks)
    shows_title = checked and facts.status not in PUT_ASIDE
    position = None
    if shows_title and row.latitude is not None and row.longitude is not None:
        position = row.latitude.quantize(ROUNDED), row.longitude.quantize(ROUNDED)
    village = row.village
    district = row.district or (village.district if village else None)
    coded = village or row.district
    return OpenRequest(
        number=row.number,
        status=facts.status,
        title=row.title if shows_title else "",
        category=(row.category.code, row.category.name) if row.category else None,
        agencies=_agencies_at_work(row, facts),
        received_at=row.received_at,
        changed_at=_changed_at(row),
        expected_at=promised,
        place=tuple(place.name for place in (village, district) if place is not None),
        place_code=coded.code if coded else "",
        position=position,
        fields=_public_fields(row) if shows_title else {},
    )


def _public_fields(row: Complaint) -> dict[str, Any]:
    """Return the values of the fields for the public, by code; files are not among them, as none can be fetched."""
    return {code: value for code, value in shown_fields(row, "public").items() if not isinstance(value, dict)}


def _agencies_at_work(row: Complaint, facts: ComplaintFacts) -> tuple[str, ...]:
    """Return a tuple with the names of the agencies at work on the case; empty while the office works on it."""
    if facts.status is not CaseStatus.WITH_AGENCIES:
        return ()
    there = {track.agency for track in facts.active_tracks if track.sent_at is not None}
    return tuple(t.agency.name for t in row.tracks if t.cycle == row.cycle and t.agency_code in there)


def _changed_at(row: Complaint) -> datetime:
    """Return the aware time of the last public change of a case: reception, cycle start, sending to an agency, answer
    or end.
    """
    begun = min((task.opened_at for task in row.tasks if task.cycle == row.cycle), default=row.received_at)
    sent = (track.sent_at for track in row.tracks)
    return max(at for at in (row.received_at, begun, row.answered_at, row.ended_at, *sent) if at is not None)
