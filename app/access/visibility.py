"""Visibility of complaints: the predicate that decides which cases a person may see, and which fields within them."""

from typing import Any

from sqlalchemy import ColumnElement, Select, false, select, true
from sqlalchemy.exc import OperationalError

from app.access.personal_data import without_traces
from app.access.process_rows import agency_actors
from app.core.connections import is_lock_busy
from app.core.extensions import db
from app.core.statement_cache import as_agency
from app.core.transaction import waiting_place
from app.models import AgencyTrackRow, Complaint, ComplaintEvent
from workflow_rules.process.actors import Person
from workflow_rules.process.events import SystemEvent
from workflow_rules.process.identity import Confidentiality
from workflow_rules.process.steps import CaseStatus

_tracks = AgencyTrackRow.__table__
_cases = Complaint.__table__
# Event data in which officers write about the reporter.
_ABOUT_REPORTER = frozenset(
    {"proof", "incomplete_reason", "code_reason", "identity_reason", "fields", "redaction_reason"}
)
# Earlier versions of a text: an anonymous reporter may have removed a name or a number from it.
_EARLIER_TEXTS = frozenset({"before", "refused"})
# Correspondence of one agency with the office; other agencies on the case see the event without these texts.
_BETWEEN_TWO = frozenset({"subject", "body", "note", "reason"})
# Later additions, which a redaction did not cover: agencies do not see them in a redacted case.
ADDED_TEXT_FIELDS = frozenset({"after", "files_added", "files_removed"})
# Kinds of events with the reporter's text, or an officer's record of it; agencies read it with personal data covered.
REPORTER_TEXT_KINDS = frozenset(
    {"add_information", "note", "attach", "reopen", "rate", "withdraw", "request_information"}
)


def visible_ids(person: Person) -> Select[tuple[int]] | None:
    """Return a select of the ids of the complaints that this person may see (design section 9), for use as a subquery;
    None if the person sees every case.
    """
    if person.sees_every_case:
        return None
    own = [as_agency(code) for code in sorted(person.agencies)]
    sent_here = _tracks.c.agency_code.in_(own) & _tracks.c.sent_at.is_not(None) & ~_tracks.c.sight_ended
    return select(_tracks.c.complaint_id).where(sent_here if person.agencies else false())


def visible_to(person: Person) -> ColumnElement[bool]:
    """Return a WHERE criterion on Complaint that keeps the cases that this person may see. Lists, counts, pages, files,
    exports, the API and the change feed use it.
    """
    ids = visible_ids(person)
    return true() if ids is None else _cases.c.id.in_(ids)


def public_ids() -> Select[tuple[int]]:
    """Return a select of the ids of public complaints, for use as a subquery: open (not secret or anonymous), not
    withdrawn, and not imported, since nobody told their reporters that they would be published.
    """
    shown = (_cases.c.confidentiality == Confidentiality.OPEN.value, _cases.c.status != CaseStatus.WITHDRAWN.value)
    return select(_cases.c.id).where(*shown, _cases.c.imported_at.is_(None))


def hides_reporter(complaint: Complaint, person: Person) -> bool:
    """Return whether the reporter's identity is hidden from this person: the case is secret, and the person does not
    see every case (design section 6).
    """
    return complaint.confidentiality == Confidentiality.SECRET and not person.sees_every_case


def is_reading_program(person: Person) -> bool:
    """Return whether the person is a client program with an API key, which sees as many cases as a supervisor, but the
    texts only of cases that are neither secret nor anonymous.
    """
    return person.observes and person.id is None


def hides_text(complaint: Complaint, person: Person) -> bool:
    """Return whether all texts of the case are hidden from this person: a client program with an API key sees only
    existence and progress of a secret or anonymous case, since the text may reveal the reporter.
    """
    return is_reading_program(person) and complaint.confidentiality != Confidentiality.OPEN


def data_shown(event: ComplaintEvent, complaint: Complaint, person: Person) -> dict[str, Any]:
    """Return the dict of an event's data without the fields that this person may not read, and with personal data
    covered where the reporter is protected; {} if `hides_text` is true for the case.
    """
    if hides_text(complaint, person):
        return {}
    guarded = complaint.confidentiality != Confidentiality.OPEN and not person.sees_every_case
    unnamed = hides_reporter(complaint, person) or is_reading_program(person)
    hidden = about_reporter(event) if unnamed else frozenset()
    if guarded:
        hidden |= _EARLIER_TEXTS | (ADDED_TEXT_FIELDS if complaint.redacted else frozenset())
    foreign = not person.sees_every_case and event.agency_code not in person.agencies
    if foreign and event.agency_code is not None:
        hidden |= _BETWEEN_TWO
    # Text of a protected reporter, or the office's record of it.
    of_reporter = guarded and event.kind in REPORTER_TEXT_KINDS and event.actor not in agency_actors()
    if of_reporter and complaint.redacted:
        hidden |= {"filename"}
    shown = {name: value for name, value in event.data.items() if name not in hidden}
    if not of_reporter:
        return shown
    return {name: without_traces(value) if isinstance(value, str) else value for name, value in shown.items()}


def about_reporter(event: ComplaintEvent) -> frozenset[str]:
    """Return the names of the event data fields that could reveal the reporter, for an event of this kind; the event
    need not have them.
    """
    return _ABOUT_REPORTER | _EARLIER_TEXTS | ({"reason"} if event.kind == SystemEvent.SETTLED else frozenset())


def lock_in_order(which: ColumnElement[bool]) -> None:
    """Lock the matching cases (FOR NO KEY UPDATE) until the transaction ends, in order of id, which prevents deadlocks.

    Raises LockBusy when another transaction holds one of them and too many requests of this server are waiting already,
    OperationalError when the wait exceeds the lock timeout.
    """
    cases = select(Complaint.id).where(which).order_by(Complaint.id)
    try:
        with db.session.begin_nested():
            db.session.execute(cases.with_for_update(of=Complaint, key_share=True, nowait=True))
        return
    except OperationalError as error:
        if not is_lock_busy(error):
            raise
    with waiting_place():
        db.session.execute(cases.with_for_update(of=Complaint, key_share=True))
