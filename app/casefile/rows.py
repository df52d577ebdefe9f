"""Database rows of one case.

Each table is read once, with statements that are built once a process.
"""

from sqlalchemy import BigInteger, Integer, and_, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from app.access.visibility import visible_to
from app.core.extensions import db
from app.core.identifiers import LARGEST_ID
from app.models import (
    ActorRow,
    Agency,
    AgencyTrackRow,
    Attachment,
    Category,
    Complaint,
    ComplaintEvent,
    Letter,
    LetterScan,
    OfficeRole,
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
from workflow_rules.process.actors import Organisation, Person
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

_OF_AGENCIES = select(ActorRow.code).where(ActorRow.organisation == Organisation.AGENCY.value)
_HOLDER_NAME = func.trim(func.concat(User.first_name, " ", User.last_name))
# The names of the active users for whom an open step waits.
_HOLDERS = (
    select(func.array_agg(aggregate_order_by(_HOLDER_NAME, User.id)))
    .select_from(User)
    .join(assoc_user_role, assoc_user_role.c.user_id == User.id)
    .join(Role, Role.id == assoc_user_role.c.role_id)
    .join(OfficeRole, OfficeRole.name == Role.name)
    .outerjoin(OfficerProfile, OfficerProfile.user_id == User.id)
    .where(
        StepTask.closed_at.is_(None),
        User.active.is_(True),
        OfficeRole.actor == StepTask.actor,
        OfficeRole.acts,
        or_(StepTask.actor.not_in(_OF_AGENCIES), OfficerProfile.agency_code == StepTask.agency_code),
    )
    .correlate(StepTask)
    .scalar_subquery()
)
_TASKS = (
    select(StepTask, _HOLDERS)
    .where(StepTask.complaint_id == _CASE)
    .options(joinedload(StepTask.pauses))
    .order_by(StepTask.id)
)
_TRACK_OF_CASE = and_(AgencyTrackRow.agency_code == Agency.code, AgencyTrackRow.complaint_id == _CASE)
_AGENCIES = select(Agency, AgencyTrackRow).outerjoin(AgencyTrackRow, _TRACK_OF_CASE).order_by(Agency.name)
_EVENTS = (
    select(ComplaintEvent)
    .where(ComplaintEvent.complaint_id == _CASE)
    .options(joinedload(ComplaintEvent.officer), joinedload(ComplaintEvent.on_behalf_of))
    .order_by(ComplaintEvent.seq)
)
_LETTERS = (
    select(Letter)
    .where(Letter.complaint_id == _CASE)
    .order_by(Letter.id.desc())
    .options(joinedload(Letter.paper), joinedload(Letter.scan).joinedload(LetterScan.attachment))
)
_SIGNED_OR_OWN_LETTERS = _LETTERS.where(
    or_(Letter.state == "signed", Letter.agency_code.in_(bindparam("agencies", expanding=True)))
)
_MEASURES = select(steps_of_sop(bindparam("version", type_=Integer)), calendar_rows(), limit_rows())


def read_complaint(complaint_id: int, person: Person) -> tuple[Complaint, Reporter | None]:
    """Return (complaint with this id, its reporter or None if anonymous). Raises ActionRefused(not_visible) if the
    complaint does not exist or the person may not see it.
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


def find_complaint(complaint_id: int, person: Person) -> Complaint:
    """Return the complaint with this id. Raises ActionRefused(not_visible) if it does not exist or the person may not
    see it.
    """
    statement = select(Complaint).where(Complaint.id == min(complaint_id, LARGEST_ID), visible_to(person))
    complaint = db.session.scalars(statement.options(*_PARTS)).first()
    if complaint is None:
        raise ActionRefused(RefusalReason.NOT_VISIBLE)
    return complaint


def tasks_of(complaint: Complaint) -> list[StepTask]:
    """Return every step task of a case with its pauses, in order of opening."""
    statement = select(StepTask).where(StepTask.complaint_id == complaint.id).options(selectinload(StepTask.pauses))
    return list(db.session.scalars(statement.order_by(StepTask.id)))


def tasks_with_holders(complaint: Complaint) -> tuple[list[StepTask], dict[Office, list[str]]]:
    """Return (list, dict): every `StepTask` row of a case in order of opening, and a dict from (actor, agency code) to
    the list of names of the officers for whom an open step waits. The rows also become the loaded `complaint.tasks`.
    """
    rows = db.session.execute(_TASKS, {"case": complaint.id})
    found = rows.unique(lambda row: row[0].id).all()
    tasks = [task for task, _ in found]
    set_committed_value(complaint, "tasks", tasks)
    return tasks, {(task.actor, task.agency_code): names for task, names in found if names}


def agencies_with_tracks(complaint: Complaint) -> tuple[dict[str, Agency], list[AgencyTrackRow]]:
    """Return a dict of every agency by code, ordered by name, and a list of the tracks of the case by cycle and
    position.
    """
    found = db.session.execute(_AGENCIES, {"case": complaint.id}).all()
    tracks = sorted((track for _, track in found if track), key=lambda track: (track.cycle, track.position))
    set_committed_value(complaint, "tracks", tracks)
    return {agency.code: agency for agency, _ in found}, tracks


def events_of(complaint: Complaint) -> list[ComplaintEvent]:
    """Return the events of the case, oldest first."""
    return list(db.session.scalars(_EVENTS, {"case": complaint.id}))


def letters_of(complaint: Complaint, person: Person) -> list[Letter]:
    """Return the letters of the case, newest first; unsigned ones only for officers of their agency and for persons who
    see every case.
    """
    asked = _LETTERS if person.sees_every_case else _SIGNED_OR_OWN_LETTERS
    return list(db.session.scalars(asked, {"case": complaint.id, "agencies": sorted(person.agencies)}))


def attachments_of(complaint: Complaint) -> list[Attachment]:
    return list(db.session.scalars(_ATTACHMENTS, {"case": complaint.id}))


def measures_of(complaint: Complaint) -> tuple[Sop, WorkingCalendar, tuple[NationalLimit, ...]]:
    """Return (SOP version of the case as `Sop`, working calendar, national limits), read in one statement."""
    version = complaint.sop_version
    steps, calendar, limits = db.session.execute(_MEASURES, {"version": version.id}).one()
    return sop_with(version, steps), calendar_with(calendar), limits_with(limits)
