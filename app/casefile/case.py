"""One case as its page shows it, read in a fixed number of statements however long the case is."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from app.access.visibility import hides_reporter
from app.casefile.facts import facts_from, reporter_facts
from app.casefile.rows import (
    Office,
    agencies_with_tracks,
    attachments_of,
    events_of,
    find_complaint,
    letters_of,
    measures_of,
    read_complaint,
    tasks_with_holders,
)
from app.core.encrypted_columns import Unreadable
from app.core.extensions import db
from app.core.identifiers import LARGEST_ID
from app.models import Agency, Attachment, Complaint, ComplaintEvent, Letter, Reporter, StepTask
from workflow_rules.process.actions import Action
from workflow_rules.process.actors import Person
from workflow_rules.process.decide import AllowedAction, allowed_actions
from workflow_rules.process.facts import ComplaintFacts
from workflow_rules.process.identity import missing_identity
from workflow_rules.process.refusals import ActionRefused, RefusalReason
from workflow_rules.process.sop import Sop
from workflow_rules.process.steps import StepKind
from workflow_rules.time.national_clock import NationalLimit
from workflow_rules.time.working_calendar import WorkingCalendar


@dataclass(frozen=True)
class Case:
    """A value object with one complaint and everything its page shows to `person` at `now`.

    `tasks` and `events` are in chronological order; `reporter` is None for an anonymous complaint; `holders` maps
    (actor, agency code) to the names of the officers for whom an open step waits.
    """

    complaint: Complaint
    person: Person
    facts: ComplaintFacts
    sop: Sop
    calendar: WorkingCalendar
    national_limits: tuple[NationalLimit, ...]
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
    def corrects(self) -> bool:
        """Whether `person` may correct the report now."""
        return any(allowed.action is Action.CORRECT for allowed in self.allowed)

    @property
    def receives_reports(self) -> bool:
        """Whether `person` holds the role of step 1, which is responsible for receiving cases."""
        return self.person.capacity_as({self.sop.of_kind(StepKind.REGISTER).actor}) is not None

    @property
    def lacking(self) -> tuple[str, ...]:
        """The names of the identity parts that step 1 requires and that are still missing; () if none."""
        facts = self.facts
        return missing_identity(facts.reporter, facts.confidentiality, facts.channel, self.sop.nik_channels)

    @property
    def masked_name(self) -> str:
        """The reporter's masked initials, such as "D. L••••"; "" if there is no name, a placeholder if the name cannot
        be decrypted. The full name is never on this page.
        """
        if self.reporter and isinstance(self.reporter.name, Unreadable):
            return str(self.reporter.name)
        words = (self.reporter.name or "").split() if self.reporter else []
        initials = [word[0] for word in words[:2]]
        return f"{'. '.join(initials)}••••" if initials else ""

    def short_name(self, code: str | None) -> str:
        """Return the short name of an agency; the code itself if the agency no longer exists, "" for None."""
        agency = self.agencies.get(code or "")
        return agency.short_name if agency else code or ""

    def full_name(self, code: str | None) -> str:
        agency = self.agencies.get(code or "")
        return agency.name if agency else code or ""


def main_complaint_of(complaint: Complaint) -> Complaint | None:
    """Return the complaint into which this one was merged; None if it was not merged or the requesting person may not
    see the other complaint.
    """
    if complaint.merged_into_id is None:
        return None
    return db.session.scalars(select(Complaint).where(Complaint.id == complaint.merged_into_id)).first()


def load_case(complaint_id: int, person: Person, now: datetime, papers: bool = True) -> Case:
    """Return one complaint as the `Case` that this person sees at `now` (aware UTC); `letters` and `attachments` are
    empty without `papers`. Raises ActionRefused(not_visible) if it does not exist or the person may not see it.
    """
    complaint, reporter = read_complaint(complaint_id, person)
    tasks, holders = tasks_with_holders(complaint)
    agencies, tracks = agencies_with_tracks(complaint)
    sop, calendar, limits = measures_of(complaint)
    facts = facts_from(complaint, reporter_facts(reporter), tracks, tasks)
    return Case(
        complaint=complaint,
        person=person,
        facts=facts,
        sop=sop,
        calendar=calendar,
        national_limits=limits,
        now=now,
        tasks=tasks,
        agencies=agencies,
        events=events_of(complaint),
        letters=letters_of(complaint, person) if papers else [],
        attachments=attachments_of(complaint) if papers else [],
        reporter=reporter,
        allowed=allowed_actions(facts, person, sop),
        holders=holders,
    )


def find_letter(complaint_id: int, letter_id: int, person: Person) -> Letter:
    """Return the signed letter with this id of a case that this person may see. Raises ActionRefused(not_visible) if
    there is none, also for a letter that is not signed or belongs to another case.
    """
    complaint = find_complaint(complaint_id, person)
    statement = select(Letter).where(Letter.id == min(letter_id, LARGEST_ID), Letter.complaint_id == complaint.id)
    statement = statement.options(joinedload(Letter.paper))
    letter = db.session.scalars(statement.where(Letter.state == "signed")).first()
    if letter is None:
        raise ActionRefused(RefusalReason.NOT_VISIBLE)
    return letter


def find_attachment(complaint_id: int, attachment_id: int, person: Person) -> Attachment:
    """Return the file (`Attachment`) with this id of a case that this person may see. Raises ActionRefused(not_visible)
    if there is none, also for a file of another case.
    """
    complaint = find_complaint(complaint_id, person)
    wanted = (Attachment.id == min(attachment_id, LARGEST_ID), Attachment.complaint_id == complaint.id)
    found = db.session.scalars(select(Attachment).where(*wanted)).first()
    if found is None:
        raise ActionRefused(RefusalReason.NOT_VISIBLE)
    return found


def letter_by_code(code: str) -> Letter | None:
    """Return the letter with a public verification code, also a withdrawn one; None for an unknown code.

    Bypasses agency isolation, because anybody may verify a letter.
    """
    if "\x00" in code or len(code) > 100:
        return None
    return letter_for_all(select(Letter).where(Letter.verification_code == code))


def letter_for_all(statement: Select[Letter]) -> Letter | None:
    """Return the first letter with a paper that a select of letters finds, or None, bypassing agency isolation.

    Paper and complaint are loaded with the letter: agency isolation would hide them when read later.
    """
    whole = statement.where(Letter.paper_id.is_not(None)).options(
        joinedload(Letter.paper), joinedload(Letter.complaint)
    )
    return db.session.scalars(whole.execution_options(unscoped=True, without_isolation=True)).first()
