"""Changes of the response letter (surat tanggapan) that belong to actions on a case."""

import secrets
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.core.extensions import db
from app.core.hashing import json_digest
from app.core.storage import is_stored
from app.models import Complaint, ComplaintEvent, IssuedNumber, Letter, Paper, PaperKind
from app.papers.frozen_blocks import copies_of, letterhead, office, signatory_of, signatory_of_event, slot_texts
from app.papers.letter_numbers import enter_number, reserve_number
from app.papers.papers import make_paper
from app.papers.sign_letter import prepare_signature, sign_now, waiting_shortly
from workflow_rules.process.actions import Action, LetterState
from workflow_rules.process.actors import Person
from workflow_rules.process.decide import Decision
from workflow_rules.process.identity import Confidentiality
from workflow_rules.process.steps import StepKind


def update_letter(complaint: Complaint, decision: Decision, by: Person) -> None:
    """Apply an action to the agency's letter: draft it, return it, sign it or void it. Other actions have no effect.
    Does not commit.

    If an electronic signature fails, raises ActionRefused (signing_refused, signing_unavailable, or missing_input
    without a passphrase); raises StoreAway if the signed file cannot be stored.
    """
    keep = _KEEPERS.get(decision.event.kind)
    if keep is not None:
        keep(complaint, decision, by)


def current_draft(complaint: Complaint, agency: str | None) -> Letter | None:
    """Return the Letter row that is the agency's draft in the current cycle and awaits its signature; None if there is
    none.
    """
    statement = select(Letter).where(
        Letter.complaint_id == complaint.id,
        Letter.cycle == complaint.cycle,
        Letter.agency_code == agency,
        Letter.state == "draft",
    )
    return db.session.scalars(statement).first()


def _draft(complaint: Complaint, decision: Decision, _by: Person) -> None:
    event = decision.event
    earlier = select(func.count()).where(
        Letter.complaint_id == complaint.id, Letter.cycle == complaint.cycle, Letter.agency_code == event.agency
    )
    db.session.add(
        Letter(
            complaint_id=complaint.id,
            cycle=complaint.cycle,
            agency_code=event.agency,
            revision=db.session.execute(earlier).scalar_one() + 1,
            subject=decision.params["subject"],
            body=decision.params["body"],
            drafted_at=event.at,
        )
    )
    db.session.flush()


def _return_draft(complaint: Complaint, decision: Decision, _by: Person) -> None:
    draft = current_draft(complaint, decision.event.agency)
    if decision.event.step == StepKind.SIGN_ANSWER and draft is not None:
        draft.state = "returned"


def _withdraw(complaint: Complaint, decision: Decision, by: Person) -> None:
    """Void the agency's signed letter, which has not been sent, and flush; its number stays in the register with the
    reason.
    """
    event = decision.event
    letter = signed_letters(complaint)[event.agency]
    letter.state = "voided"
    book = select(IssuedNumber).where(IssuedNumber.paper_id == letter.paper_id)
    for number in db.session.scalars(book):
        number.voided_at, number.void_reason, number.voided_by_id = event.at, event.data["note"], by.id
    db.session.flush()


def signed_letters(complaint: Complaint) -> dict[str | None, Letter]:
    """Return a dict from agency code to the Letter row that is the agency's valid signed letter in the current cycle,
    the newest if there are several.
    """
    own = (Letter.complaint_id == complaint.id, Letter.cycle == complaint.cycle, Letter.state == "signed")
    beside = (joinedload(Letter.paper), joinedload(Letter.scan))
    statement = select(Letter).where(*own).order_by(Letter.revision).options(*beside)
    return {letter.agency_code: letter for letter in db.session.scalars(statement)}


def letter_states(complaint: Complaint) -> dict[str | None, LetterState]:
    """Return a dict from agency code to the LetterState of its signed letter: whether its file is stored, whether it
    was signed with ink, and whether the scan of an ink letter is attached.
    """
    states = {}
    for code, letter in signed_letters(complaint).items():
        ready = letter.paper is not None and letter.paper.state == "ready" and is_stored(letter.paper.path)
        ink = letter.signed_with_ink
        states[code] = LetterState(ready, ink, ink and letter.scan is not None)
    return states


def _sign(complaint: Complaint, decision: Decision, by: Person) -> None:
    event = decision.event
    letter = current_draft(complaint, event.agency)
    if letter is None:
        raise LookupError(f"no draft of {event.agency} on {complaint.number}")
    agency = letter.agency
    sign = prepare_signature(letter, by, decision)
    with waiting_shortly():
        running, letter.number = reserve_number(agency, event.at)
    letter.verification_code = secrets.token_urlsafe(12)
    letter.signed_at = event.at
    paper = make_paper(
        PaperKind.ANSWER_LETTER,
        f"answer_letter:{letter.id}",
        _frozen(complaint, letter, decision, by),
        at=event.at,
        complaint_id=complaint.id,
        agency_code=agency.code,
    )
    letter.state, letter.paper_id = "signed", paper.id
    enter_number(agency, running, letter.number, paper, event.at, by.id)
    db.session.flush()
    if sign is not None:
        sign_now(paper, sign)


def draft_hashes(complaint: Complaint) -> dict[str | None, str]:
    """Return a dict from agency code to the SHA-256 (hex, see `draft_hash`) of its draft letter that awaits its
    signature.
    """
    statement = select(Letter).where(
        Letter.complaint_id == complaint.id, Letter.cycle == complaint.cycle, Letter.state == "draft"
    )
    return {letter.agency_code: draft_hash(letter) for letter in db.session.scalars(statement)}


def draft_hash(letter: Letter) -> str:
    """Return the SHA-256 (hex) of revision, subject and body of a draft letter: exactly what an officer reads before
    signing.
    """
    return json_digest({"revision": letter.revision, "subject": letter.subject, "body": letter.body})


def letter_content(complaint: Complaint, letter: Letter) -> dict[str, Any]:
    """Return the content that a draft letter and a signed letter have in common, as a JSON-serialisable dict."""
    addressee = office()
    return {
        "agency": letterhead(letter.agency),
        "addressee": {"name": addressee.name, "city": addressee.city},
        "urgency": complaint.urgency,
        "secret": complaint.confidentiality == Confidentiality.SECRET,
        "copies": copies_of(letter.agency),
        "subject": letter.subject,
        "body": letter.body,
        "complaint": complaint.number,
        "sp4n": complaint.sp4n_tracking_id,
        "complaint_title": complaint.title,
        "received_at": complaint.received_at.isoformat(),
        "texts": _texts_of(complaint, letter),
    }


def _texts_of(complaint: Complaint, letter: Letter) -> dict[str, str]:
    """Return the opening and closing sentences of a letter: those that the paper of its draft shows, if there is one,
    so that nothing is signed that was worded otherwise when it was read.
    """
    drafted = select(Paper.frozen["texts"]).where(Paper.key == f"{PaperKind.DRAFT_LETTER}:{letter.id}")
    shown = db.session.scalars(drafted.execution_options(unscoped=True)).first()
    return shown or slot_texts(("letter_opening", "letter_closing"), complaint, {"agency.name": letter.agency.name})


def _frozen(complaint: Complaint, letter: Letter, decision: Decision, by: Person) -> dict[str, Any]:
    """Return the whole content of a signed letter as a JSON-serialisable dict, copied so that later changes of agency
    or officer do not alter it.
    """
    return {
        **letter_content(complaint, letter),
        "number": letter.number,
        "signed_at": decision.event.at.isoformat(),
        "signatory": signatory_of(by, decision.event.by),
        "signing": letter.agency.signing_method,
        "verification_code": letter.verification_code,
        "initials": _initials_on(letter),
    }


def _initials_on(letter: Letter) -> list[dict[str, Any]]:
    """Return a list of the signatory blocks (dicts) of the officers who initialled the current draft, each with `at`
    (ISO 8601), in order and starting with the officer who submitted it.

    Empty if the agency requires no initials.
    """
    own = (ComplaintEvent.complaint_id == letter.complaint_id, ComplaintEvent.agency_code == letter.agency_code)
    acts = ComplaintEvent.kind.in_([Action.SUBMIT_DRAFT, Action.INITIAL])
    since = (
        select(ComplaintEvent).where(*own, acts, ComplaintEvent.at >= letter.drafted_at).order_by(ComplaintEvent.seq)
    )
    events = list(db.session.scalars(since))
    if not events or not events[0].data.get("initials"):
        return []
    return [{**signatory_of_event(event), "at": event.at.isoformat()} for event in events]


_KEEPERS: dict[Any, Callable[[Complaint, Decision, Person], None]] = {
    Action.SUBMIT_DRAFT: _draft,
    Action.SEND_BACK: _return_draft,
    Action.SIGN: _sign,
    Action.RETURN_LETTER: _withdraw,
}
