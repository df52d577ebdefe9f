"""Database rows of one case.

Each table is read once, with statements that are built once a process.
"""

from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Integer, ScalarSelect, Select, and_, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from app.access.visibility import visible_to
from app.core.extensions import db
from app.core.identifiers import LARGEST_ID
from app.models import (
    Agency,
    AgencyTrackRow,
    Attachment,
    Category,
    Complaint,
    ComplaintEvent,
    Letter,
    LetterScan,
    OfficerProfile,
    Reporter,
    Role,
    StepTask,
    User,
    assoc_user_role,
)
from app.reference.calendar import calendar_rows, calendar_with
from app.reference.national_limits import limit_rows, limits_with
from app.reference.sop import sop_with, steps_of_sop
from workflow_rules.process.actors import AGENCY_ACTORS, Person
from workflow_rules.process.identity import Confidentiality
from workflow_rules.process.refusals import ActionRefused, RefusalReason
from workflow_rules.process.sop import Sop
from workflow_rules.time.national_clock import NationalLimit
from workflow_rules.time.working_calendar import WorkingCalendar

Office = tuple[str, str | None]
_CASE = bindparam("case", type_=BigInteger)
_ATTACHMENTS = select(Attachment).where(Attachment.complaint_id == _CASE).order_by(Attachment.id)
_PARTS = (
    joinedload(Complaint.category).joinedload(Category.parent),
    joinedload(Complaint.district),
    joinedload(Complaint.village),
    joinedload(Complaint.sop_version),
)


def read_complaint(complaint_id: int, person: Person) -> tuple[Complaint, Reporter | None]:
    """Return the complaint and its reporter (None if anonymous).

    Raises ActionRefused(not_visible), whether it does not exist or the person may not see it.
    """
    if complaint_id > LARGEST_ID:
        raise ActionRefused(RefusalReason.NOT_VISIBLE)
    statement = select(Complaint, Reporter).outerjoin(Reporter, Reporter.complaint_id == Complaint.id)
    found = db.session.execute(
        statement.where(Complaint.id == complaint_id, visible_to(person)).options(*_PARTS)
    ).first()
    if found is None:
        raise ActionRefused(RefusalReason.NOT_VISIBLE)
    complaint, reporter = found
    return complaint, None if complaint.confidentiality == Confidentiality.ANONYMOUS else reporter


def tasks_with_holders(complaint: Complaint) -> tuple[list[StepTask], dict[Office, list[str]]]:
    """Return every task in order of opening, and officers' names by (actor, agency) for open ones."""
    rows = db.session.execute(_tasks_asked(), {"case": complaint.id})
    found = rows.unique(lambda row: row[0].id).all()
    tasks = [task for task, _ in found]
    set_committed_value(complaint, "tasks", tasks)
    return tasks, {(task.actor, task.agency_code): names for task, names in found if names}


@cache
def _tasks_asked() -> Select[Any]:
    statement = select(StepTask, _names_of_holders()).where(StepTask.complaint_id == _CASE)
    return statement.options(joinedload(StepTask.pauses)).order_by(StepTask.id)


def _names_of_holders() -> ScalarSelect[Any]:
    """Return a subquery for the names of the active users for whom an open step waits."""
    name = func.trim(func.concat(User.first_name, " ", User.last_name))
    own_house = or_(StepTask.actor.not_in(sorted(AGENCY_ACTORS)), OfficerProfile.agency_code == StepTask.agency_code)
    return (
        select(func.array_agg(aggregate_order_by(name, User.id)))
        .select_from(User)
        .join(assoc_user_role, assoc_user_role.c.user_id == User.id)
        .join(Role, Role.id == assoc_user_role.c.role_id)
        .outerjoin(OfficerProfile, OfficerProfile.user_id == User.id)
        .where(StepTask.closed_at.is_(None), User.active.is_(True), Role.name == StepTask.actor, own_house)
        .correlate(StepTask)
        .scalar_subquery()
    )


def agencies_with_tracks(complaint: Complaint) -> tuple[dict[str, Agency], list[AgencyTrackRow]]:
    """Return every agency by code, ordered by name, and the tracks of the case by cycle and position."""
    found = db.session.execute(_agencies_asked(), {"case": complaint.id}).all()
    tracks = sorted((track for _, track in found if track), key=lambda track: (track.cycle, track.position))
    set_committed_value(complaint, "tracks", tracks)
    return {agency.code: agency for agency, _ in found}, tracks


@cache
def _agencies_asked() -> "Select[Agency, AgencyTrackRow]":
    on_case = and_(AgencyTrackRow.agency_code == Agency.code, AgencyTrackRow.complaint_id == _CASE)
    return select(Agency, AgencyTrackRow).outerjoin(AgencyTrackRow, on_case).order_by(Agency.name)


def events_of(complaint: Complaint) -> list[ComplaintEvent]:
    """Return the events of the case, oldest first."""
    return list(db.session.scalars(_events_asked(), {"case": complaint.id}))


@cache
def _events_asked() -> Select[Any]:
    names = (joinedload(ComplaintEvent.officer), joinedload(ComplaintEvent.on_behalf_of))
    statement = select(ComplaintEvent).where(ComplaintEvent.complaint_id == _CASE)
    return statement.options(*names).order_by(ComplaintEvent.seq)


def letters_of(complaint: Complaint, person: Person) -> list[Letter]:
    """Return the letters, newest first; unsigned ones only for their agency or officers who see every case."""
    asked = _letters_asked(person.sees_every_case)
    return list(db.session.scalars(asked, {"case": complaint.id, "agencies": sorted(person.agencies)}))


@cache
def _letters_asked(drafts_of_all: bool) -> Select[Any]:
    statement = select(Letter).where(Letter.complaint_id == _CASE).order_by(Letter.id.desc())
    if not drafts_of_all:
        own = Letter.agency_code.in_(bindparam("agencies", expanding=True))
        statement = statement.where(or_(Letter.state == "signed", own))
    return statement.options(joinedload(Letter.paper), joinedload(Letter.scan).joinedload(LetterScan.attachment))


def attachments_of(complaint: Complaint) -> list[Attachment]:
    return list(db.session.scalars(_ATTACHMENTS, {"case": complaint.id}))


def measures_of(complaint: Complaint) -> tuple[Sop, WorkingCalendar, tuple[NationalLimit, ...]]:
    """Return the SOP version of the case, the working calendar and the national limits."""
    version = complaint.sop_version
    steps, calendar, limits = db.session.execute(_measures_asked(), {"version": version.id}).one()
    return sop_with(version, steps), calendar_with(calendar), limits_with(limits)


@cache
def _measures_asked() -> Select[Any]:
    return select(steps_of_sop(bindparam("version", type_=Integer)), calendar_rows(), limit_rows())
