"""Complaints as the rules see them, and the one predicate that says who sees which."""

from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, false, select, true
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import joinedload

from app.access.personal_data import without_traces
from app.core.connections import is_held_up
from app.core.extensions import db
from app.core.statement_cache import as_agency
from app.core.transaction import waiting_place
from app.models import AgencyTrackRow, Complaint, ComplaintEvent
from workflow_rules.process.actors import AGENCY_ACTORS, Person
from workflow_rules.process.events import SystemEvent
from workflow_rules.process.identity import Confidentiality
from workflow_rules.process.steps import CaseStatus

_tracks = AgencyTrackRow.__table__
_cases = Complaint.__table__
# Where officers write about the reporter.
_ABOUT_REPORTER = frozenset(
    {"proof", "incomplete_reason", "code_reason", "identity_reason", "fields", "redaction_reason"}
)
# What a report said before: whoever wishes to stay unknown has perhaps taken a name or a number out of it.
_OLD_WORDS = frozenset({"before", "refused"})
# What passes between one agency and the office; another agency on the case reads that it happened, and not the words.
_BETWEEN_TWO = frozenset({"subject", "body", "note", "reason"})
# Where a case was redacted, what came beside and after was not: agencies read what the Admin chose, and nothing else.
NEW_WORDS = frozenset({"after", "files_added", "files_removed"})
# What a reporter wrote, or an officer after their words; agencies read it without what may tell who it was.
OWN_WORDS = frozenset({"add_information", "note", "attach", "reopen", "rate", "withdraw", "request_information"})


def visible_ids(person: Person) -> Select[tuple[int]] | None:
    """A sub-select of complaint ids this person may know of, or None for every one (design 9: one predicate)."""
    if person.sees_every_case:
        return None
    own = [as_agency(code) for code in sorted(person.agencies)]
    sent_here = _tracks.c.agency_code.in_(own) & _tracks.c.sent_at.is_not(None) & ~_tracks.c.sight_ended
    return select(_tracks.c.complaint_id).where(sent_here if person.agencies else false())


def visible_to(person: Person) -> ColumnElement[bool]:
    """The criterion on Complaint for lists, counts, pages, files, exports, the API and the feed."""
    ids = visible_ids(person)
    return true() if ids is None else _cases.c.id.in_(ids)


def public_ids() -> Select[tuple[int]]:
    """A sub-select of the complaints that anybody may know of: open ones only, and none that was taken back."""
    shown = (_cases.c.confidentiality == Confidentiality.OPEN.value, _cases.c.status != CaseStatus.WITHDRAWN.value)
    return select(_cases.c.id).where(*shown)


def hides_reporter(complaint: Complaint, person: Person) -> bool:
    """An agency learns nothing at all of a reporter who asked for secrecy (design section 6)."""
    return complaint.confidentiality == Confidentiality.SECRET and not person.sees_every_case


def is_reading_program(person: Person) -> bool:
    """Whether a program reads with a key: it sees what a supervisor sees, but is no officer bound by an oath."""
    return person.observes and person.id is None


def hides_text(complaint: Complaint, person: Person) -> bool:
    """A program learns of a secret or anonymous case that it is there and how it goes, not what was written in it:
    the words of a reporter may say who wrote them.
    """
    return is_reading_program(person) and complaint.confidentiality != Confidentiality.OPEN


def data_shown(event: ComplaintEvent, complaint: Complaint, person: Person) -> dict[str, Any]:
    """An event as far as this person may read it: not a word on a secret reporter, nor another agency's draft."""
    if hides_text(complaint, person):
        return {}
    unnamed = hides_reporter(complaint, person) or is_reading_program(person)
    hidden = about_reporter(event) if unnamed else frozenset()
    if complaint.confidentiality != Confidentiality.OPEN and not person.sees_every_case:
        hidden |= _OLD_WORDS | (NEW_WORDS if complaint.redacted else frozenset())
    foreign = not person.sees_every_case and event.agency_code not in person.agencies
    if foreign and event.agency_code is not None:
        hidden |= _BETWEEN_TWO
    own_words = _tells_of_reporter(event, complaint, person)
    if own_words and complaint.redacted:
        hidden |= {"filename"}
    shown = {name: value for name, value in event.data.items() if name not in hidden}
    return _covered(shown) if own_words else shown


def _tells_of_reporter(event: ComplaintEvent, complaint: Complaint, person: Person) -> bool:
    """Whether an agency reads here what a reporter who wished to stay unknown wrote, or the office after them."""
    guarded = complaint.confidentiality != Confidentiality.OPEN and not person.sees_every_case
    return guarded and event.kind in OWN_WORDS and event.actor not in AGENCY_ACTORS


def _covered(data: dict[str, Any]) -> dict[str, Any]:
    return {name: without_traces(value) if isinstance(value, str) else value for name, value in data.items()}


def about_reporter(event: ComplaintEvent) -> frozenset[str]:
    """The particulars of an event that could tell who reported."""
    return _ABOUT_REPORTER | _OLD_WORDS | ({"reason"} if event.kind == SystemEvent.SETTLED else frozenset())


_ONE = (
    select(Complaint)
    .where(Complaint.id == bindparam("complaint_id"))
    .options(joinedload(Complaint.sop_version, innerjoin=True))
    .options(*(joinedload(part) for part in (Complaint.category, Complaint.district, Complaint.village)))
    .execution_options(populate_existing=True)
)
_LOCKED_AT_ONCE = _ONE.with_for_update(of=Complaint, key_share=True, skip_locked=True)


def lock_in_order(which: ColumnElement[bool]) -> None:
    """Lock several cases in the order of their ids, so that two transactions cannot each wait for the other.

    Raises HeldUp where somebody holds one of them and too many requests of this server wait already.
    """
    cases = select(Complaint.id).where(which).order_by(Complaint.id)
    if not _locks_at_once(cases.with_for_update(of=Complaint, key_share=True, nowait=True)):
        with waiting_place():
            db.session.execute(cases.with_for_update(of=Complaint, key_share=True))


def _locks_at_once(cases: Select[Any]) -> bool:
    """Whether all these rows are locked now; none of them is where somebody holds one."""
    try:
        with db.session.begin_nested():
            db.session.execute(cases)
    except OperationalError as error:
        if not is_held_up(error):
            raise
        return False
    return True
