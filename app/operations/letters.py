"""The surat tanggapan beside the acts that make it: drafted, returned, frozen with its number when signed."""

import hashlib
import json
import secrets
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select

from app.after_commit import enqueue_after_commit
from app.clock import office_time
from app.extensions import db
from app.job_names import JobName
from app.models import Agency, Complaint, Letter, OfficerProfile
from app.operations.number_series import next_number
from workflow_rules.actions import Action
from workflow_rules.actors import Person
from workflow_rules.decide import Decision
from workflow_rules.steps import Step

OFFICE_AGENCY = "diskominfosan"


def keep_letter(complaint: Complaint, decision: Decision, by: Person) -> None:
    """Do to the letter what the action means for it."""
    keep = _KEEPERS.get(decision.event.kind)
    if keep is not None:
        keep(complaint, decision, by)


def current_draft(complaint: Complaint, agency: str | None) -> Letter | None:
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


def _return(complaint: Complaint, decision: Decision, _by: Person) -> None:
    draft = current_draft(complaint, decision.event.agency)
    if decision.event.step is Step.SIGN_ANSWER and draft is not None:
        draft.state = "returned"


def _sign(complaint: Complaint, decision: Decision, by: Person) -> None:
    event = decision.event
    letter = current_draft(complaint, event.agency)
    if letter is None:
        raise LookupError(f"no draft of {event.agency} on {complaint.number}")
    agency = letter.agency
    year = office_time(event.at).year
    running = next_number(f"letter:{agency.code}", year)
    letter.number = f"{agency.classification_code}/{running:03d}/{agency.letter_suffix}/{year}"
    letter.verification_code = secrets.token_urlsafe(12)
    letter.signed_at = event.at
    letter.frozen = _frozen(complaint, letter, decision, by)
    letter.content_hash = content_hash(letter.frozen)
    letter.state, letter.pdf_state = "signed", "queued"
    db.session.flush()
    enqueue_after_commit(JobName.RENDER_LETTER, letter.id)


def content_hash(frozen: dict[str, Any]) -> str:
    """SHA-256 of a letter's content as canonical JSON; what the verification page recomputes."""
    body = json.dumps(frozen, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(body.encode()).hexdigest()


def _frozen(complaint: Complaint, letter: Letter, decision: Decision, by: Person) -> dict[str, Any]:
    """All that the paper shows, copied at signing: later changes of agency or officer do not reach it."""
    agency = letter.agency
    office = db.session.scalars(select(Agency).where(Agency.code == OFFICE_AGENCY)).one()
    return {
        "agency": {
            "code": agency.code,
            "name": agency.name,
            "address": agency.address,
            "city": agency.city,
            "phone": agency.phone,
            "email": agency.email,
            "paper": agency.paper,
        },
        "addressee": {"name": office.name, "city": office.city},
        "number": letter.number,
        "urgency": complaint.urgency,
        "subject": letter.subject,
        "body": letter.body,
        "complaint": complaint.number,
        "complaint_title": complaint.title,
        "received_at": complaint.received_at.isoformat(),
        "signed_at": decision.event.at.isoformat(),
        "signatory": _signatory(decision, by),
        "verification_code": letter.verification_code,
    }


def _signatory(decision: Decision, by: Person) -> dict[str, Any]:
    """Whose name stands below, and for whom (Plt., Plh., a.n.: Permendagri 1/2023)."""
    capacity = decision.event.by
    own = db.session.get(OfficerProfile, by.id) if by.id is not None else None
    giver = db.session.get(OfficerProfile, capacity.on_behalf_of) if capacity.on_behalf_of else own
    return {
        "name": by.name,
        "nip": own.nip if own else "",
        "rank": own.rank if own else "",
        "office": giver.position if giver else "",
        "own_position": own.position if own else "",
        "kind": capacity.kind.value if capacity.kind else None,
    }


_KEEPERS: dict[Any, Callable[[Complaint, Decision, Person], None]] = {
    Action.SUBMIT_DRAFT: _draft,
    Action.SEND_BACK: _return,
    Action.SIGN: _sign,
}
