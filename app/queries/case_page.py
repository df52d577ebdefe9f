"""Everything the complaint page shows of one case, read in a fixed number of statements whatever its length."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from flask_appbuilder.security.sqla.models import Role, User, assoc_user_role
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models import (
    Agency,
    Attachment,
    Complaint,
    ComplaintEvent,
    Letter,
    OfficerProfile,
    Reporter,
    SopVersion,
    StepTask,
)
from app.queries.complaints import facts_of, hides_reporter, visible_to
from app.queries.reference import load_sop, load_working_calendar
from workflow_rules.actions import Action
from workflow_rules.actors import Person
from workflow_rules.decide import AllowedAction, allowed_actions
from workflow_rules.facts import ComplaintFacts
from workflow_rules.identity import Confidentiality, missing_identity
from workflow_rules.refusals import ActionRefused, RefusalReason
from workflow_rules.sop import Sop
from workflow_rules.steps import Step
from workflow_rules.working_calendar import WorkingCalendar

LARGEST_ID = 2**63 - 1
Office = tuple[str, str | None]

PRIMARY_ACTIONS: dict[Step, Action] = {
    Step.REGISTER: Action.REGISTER,
    Step.CHECK: Action.APPROVE_CHECK,
    Step.REPORT: Action.REPORT,
    Step.DIRECT: Action.DIRECT,
    Step.RELAY: Action.RELAY,
    Step.AGENCY_RECEIVE: Action.ACCEPT,
    Step.AGENCY_DISPOSE: Action.DISPOSE,
    Step.DRAFT_ANSWER: Action.SUBMIT_DRAFT,
    Step.SIGN_ANSWER: Action.SIGN,
    Step.SEND_ANSWER: Action.SEND,
    Step.DISPOSE_ANSWER: Action.DISPOSE_ANSWER,
    Step.REPLY: Action.REPLY,
}


@dataclass(frozen=True)
class Case:
    """One complaint as its page needs it; `tasks` and `events` are in the order in which they came."""

    complaint: Complaint
    person: Person
    facts: ComplaintFacts
    sop: Sop
    calendar: WorkingCalendar
    now: datetime
    tasks: list[StepTask]
    agencies: dict[str, Agency]
    events: list[ComplaintEvent]
    letters: list[Letter]
    attachments: list[Attachment]
    reporter: Reporter | None
    allowed: tuple[AllowedAction, ...] = ()
    holders: dict[Office, list[str]] = field(default_factory=dict)

    @property
    def open_tasks(self) -> list[StepTask]:
        return [task for task in self.tasks if task.closed_at is None]

    @property
    def hides_reporter(self) -> bool:
        return hides_reporter(self.complaint, self.person)

    @property
    def lacking(self) -> tuple[str, ...]:
        """What the identity checklist of step 1 still misses."""
        facts = self.facts
        return missing_identity(facts.reporter, facts.confidentiality, facts.channel, self.sop.nik_channels)

    @property
    def masked_name(self) -> str:
        """The reporter's initials; the name itself is never on this page."""
        words = (self.reporter.name or "").split() if self.reporter else []
        initials = [word[0] for word in words[:2]]
        return f"{'. '.join(initials)}••••" if initials else ""

    def short_name(self, code: str | None) -> str:
        """What an agency is called in few words; the code itself for one that is no longer kept."""
        agency = self.agencies.get(code or "")
        return agency.short_name if agency else code or ""

    def full_name(self, code: str | None) -> str:
        agency = self.agencies.get(code or "")
        return agency.name if agency else code or ""


def find_complaint(complaint_id: int, person: Person) -> Complaint:
    """The complaint; raises ActionRefused(not_visible) alike for what is not there and what may not be seen."""
    if complaint_id > LARGEST_ID:
        raise ActionRefused(RefusalReason.NOT_VISIBLE)
    statement = select(Complaint).where(Complaint.id == complaint_id, visible_to(person))
    parts = (joinedload(Complaint.category), joinedload(Complaint.district), joinedload(Complaint.village))
    version = joinedload(Complaint.sop_version).selectinload(SopVersion.steps)
    row = db.session.scalars(statement.options(*parts, version)).first()
    if row is None:
        raise ActionRefused(RefusalReason.NOT_VISIBLE)
    return row


def main_complaint_of(complaint: Complaint) -> Complaint | None:
    """The complaint into which this one was merged, where the asking officer may see that one too."""
    if complaint.merged_into_id is None:
        return None
    return db.session.scalars(select(Complaint).where(Complaint.id == complaint.merged_into_id)).first()


def load_case(complaint_id: int, person: Person, now: datetime) -> Case:
    """The whole page of one case for one person; raises ActionRefused(not_visible)."""
    complaint = find_complaint(complaint_id, person)
    tasks, reporter = tasks_of(complaint), _reporter_of(complaint)
    facts, sop = facts_of(complaint), load_sop(complaint.sop_version)
    waiting = {(t.actor, t.agency_code) for t in tasks if t.closed_at is None}
    return Case(
        complaint=complaint,
        person=person,
        facts=facts,
        sop=sop,
        calendar=load_working_calendar(),
        now=now,
        tasks=tasks,
        agencies={agency.code: agency for agency in db.session.scalars(select(Agency).order_by(Agency.name))},
        events=_events_of(complaint),
        letters=_letters_of(complaint, person),
        attachments=_attachments_of(complaint),
        reporter=reporter,
        allowed=allowed_actions(facts, person, sop),
        holders=names_of_holders(waiting),
    )


def tasks_of(complaint: Complaint) -> list[StepTask]:
    """Every opening of every step, the first first."""
    statement = select(StepTask).where(StepTask.complaint_id == complaint.id).options(joinedload(StepTask.pauses))
    return list(db.session.scalars(statement.order_by(StepTask.id)).unique())


def _reporter_of(complaint: Complaint) -> Reporter | None:
    """The identity, which an anonymous complaint never has."""
    anonymous = complaint.confidentiality == Confidentiality.ANONYMOUS
    return None if anonymous else db.session.get(Reporter, complaint.id)


def _events_of(complaint: Complaint) -> list[ComplaintEvent]:
    names = (joinedload(ComplaintEvent.officer), joinedload(ComplaintEvent.on_behalf_of))
    statement = select(ComplaintEvent).where(ComplaintEvent.complaint_id == complaint.id).options(*names)
    return list(db.session.scalars(statement.order_by(ComplaintEvent.seq)))


def _letters_of(complaint: Complaint, person: Person) -> list[Letter]:
    """Letters, the newest first; a draft is only its own agency's business until it is signed."""
    statement = select(Letter).where(Letter.complaint_id == complaint.id)
    if not person.sees_every_case:
        statement = statement.where(or_(Letter.state == "signed", Letter.agency_code.in_(sorted(person.agencies))))
    return list(db.session.scalars(statement.order_by(Letter.id.desc())))


def _attachments_of(complaint: Complaint) -> list[Attachment]:
    statement = select(Attachment).where(Attachment.complaint_id == complaint.id)
    return list(db.session.scalars(statement.order_by(Attachment.id)))


def names_of_holders(offices: Iterable[Office]) -> dict[Office, list[str]]:
    """Who holds each office (actor, and agency for an agency's): names of active users, in one statement."""
    wanted = set(offices)
    if not wanted:
        return {}
    statement = (
        select(Role.name, OfficerProfile.agency_code, User.first_name, User.last_name)
        .join(assoc_user_role, assoc_user_role.c.role_id == Role.id)
        .join(User, User.id == assoc_user_role.c.user_id)
        .outerjoin(OfficerProfile, OfficerProfile.user_id == User.id)
        .where(User.active.is_(True), or_(*(_holds(office) for office in wanted)))
        .order_by(User.id)
    )
    found: dict[Office, list[str]] = {office: [] for office in wanted}
    for actor, agency, first, last in db.session.execute(statement):
        office = (actor, agency) if (actor, agency) in wanted else (actor, None)
        found.setdefault(office, []).append(f"{first} {last}".strip())
    return found


def _holds(office: Office) -> ColumnElement[bool]:
    actor, agency = office
    return and_(Role.name == actor, OfficerProfile.agency_code == agency) if agency else Role.name == actor


def find_letter(complaint_id: int, letter_id: int, person: Person) -> Letter:
    """A signed letter of a case this person may see; raises ActionRefused(not_visible)."""
    complaint = find_complaint(complaint_id, person)
    statement = select(Letter).where(Letter.id == min(letter_id, LARGEST_ID), Letter.complaint_id == complaint.id)
    letter = db.session.scalars(statement.where(Letter.state == "signed")).first()
    if letter is None:
        raise ActionRefused(RefusalReason.NOT_VISIBLE)
    return letter


def find_attachment(complaint_id: int, attachment_id: int, person: Person) -> Attachment:
    """A file of a case this person may see; raises ActionRefused(not_visible)."""
    complaint = find_complaint(complaint_id, person)
    wanted = (Attachment.id == min(attachment_id, LARGEST_ID), Attachment.complaint_id == complaint.id)
    found = db.session.scalars(select(Attachment).where(*wanted)).first()
    if found is None:
        raise ActionRefused(RefusalReason.NOT_VISIBLE)
    return found


def letter_by_code(code: str) -> Letter | None:
    """The signed letter behind a verification code: open to everybody, so the wall between agencies is left out."""
    if "\x00" in code or len(code) > 100:
        return None
    statement = select(Letter).where(Letter.verification_code == code, Letter.state == "signed")
    return db.session.scalars(statement.execution_options(unscoped=True)).first()
