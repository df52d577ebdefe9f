"""The rows of one case, each table read once: a page of a case costs a fixed, small number of statements."""

from typing import Any

from flask_appbuilder.security.sqla.models import Role, User, assoc_user_role
from sqlalchemy import ScalarSelect, and_, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from app.extensions import db
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
    StepTask,
)
from app.queries.complaints import visible_to
from app.queries.national_limits import limit_rows, limits_with
from app.queries.reference import calendar_rows, calendar_with, sop_with, steps_of_sop
from workflow_rules.actors import AGENCY_ACTORS, Person
from workflow_rules.identity import Confidentiality
from workflow_rules.national_clock import NationalLimit
from workflow_rules.refusals import ActionRefused, RefusalReason
from workflow_rules.sop import Sop
from workflow_rules.working_calendar import WorkingCalendar

LARGEST_ID = 2**63 - 1
Office = tuple[str, str | None]
_PARTS = (
    joinedload(Complaint.category).joinedload(Category.parent),
    joinedload(Complaint.district),
    joinedload(Complaint.village),
    joinedload(Complaint.sop_version),
)


def read_complaint(complaint_id: int, person: Person) -> tuple[Complaint, Reporter | None]:
    """The complaint and its reporter, whom an anonymous one never has; raises ActionRefused(not_visible) alike for
    what is not there and what may not be seen.
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
    """Every opening of every step, the first first, and the names of those for whom the open ones wait."""
    statement = select(StepTask, _names_of_holders()).where(StepTask.complaint_id == complaint.id)
    rows = db.session.execute(statement.options(joinedload(StepTask.pauses)).order_by(StepTask.id))
    found = rows.unique(lambda row: row[0].id).all()
    tasks = [task for task, _ in found]
    set_committed_value(complaint, "tasks", tasks)
    return tasks, {(task.actor, task.agency_code): names for task, names in found if names}


def _names_of_holders() -> ScalarSelect[Any]:
    """The active users whom an open step waits for; an agency's are those of that agency."""
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
    """Every agency by its code, in the order of the names; and the parts agencies had in the case, round by round."""
    on_case = and_(AgencyTrackRow.agency_code == Agency.code, AgencyTrackRow.complaint_id == complaint.id)
    statement = select(Agency, AgencyTrackRow).outerjoin(AgencyTrackRow, on_case).order_by(Agency.name)
    found = db.session.execute(statement).all()
    tracks = sorted((track for _, track in found if track), key=lambda track: (track.cycle, track.position))
    set_committed_value(complaint, "tracks", tracks)
    return {agency.code: agency for agency, _ in found}, tracks


def events_of(complaint: Complaint) -> list[ComplaintEvent]:
    """What happened, in the order in which it came."""
    names = (joinedload(ComplaintEvent.officer), joinedload(ComplaintEvent.on_behalf_of))
    statement = select(ComplaintEvent).where(ComplaintEvent.complaint_id == complaint.id).options(*names)
    return list(db.session.scalars(statement.order_by(ComplaintEvent.seq)))


def letters_of(complaint: Complaint, person: Person) -> list[Letter]:
    """Letters, the newest first; a draft is only its own agency's business until it is signed."""
    statement = select(Letter).where(Letter.complaint_id == complaint.id)
    statement = statement.options(joinedload(Letter.paper), joinedload(Letter.scan).joinedload(LetterScan.attachment))
    if not person.sees_every_case:
        statement = statement.where(or_(Letter.state == "signed", Letter.agency_code.in_(sorted(person.agencies))))
    return list(db.session.scalars(statement.order_by(Letter.id.desc())))


def attachments_of(complaint: Complaint) -> list[Attachment]:
    statement = select(Attachment).where(Attachment.complaint_id == complaint.id)
    return list(db.session.scalars(statement.order_by(Attachment.id)))


def measures_of(complaint: Complaint) -> tuple[Sop, WorkingCalendar, tuple[NationalLimit, ...]]:
    """What a case is measured by: the SOP it was registered under, the calendar and the national limits."""
    version = complaint.sop_version
    statement = select(steps_of_sop(version.id), calendar_rows(), limit_rows())
    steps, calendar, limits = db.session.execute(statement).one()
    return sop_with(version, steps), calendar_with(calendar), limits_with(limits)
