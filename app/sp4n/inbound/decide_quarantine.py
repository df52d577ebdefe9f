"""The Admin's decisions on waiting SP4N entries: correct and apply, choose a side of a conflict, or dismiss."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.cases.receive_complaint import may_receive
from app.cases.revise_report import Author, Difference, Told, difference, revise, words_of
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.models import Complaint, InboundHold
from app.sp4n.inbound.apply_message import perform_message, read_message
from app.sp4n.inbound.apply_revision import Applied, StaleRevision, apply_revision, proposed_values
from app.sp4n.inbound.quarantine import close, content_of
from app.sp4n.inbound.read_revision import find_locked, lock_reports, read_revision
from workflow_rules.process.actors import Person
from workflow_rules.process.events import SystemEvent
from workflow_rules.process.parameters import Text, check_fields
from workflow_rules.process.refusals import ActionRefused, RefusalReason

OURS, THEIRS = "ours", "theirs"
_COLUMNS_OF = {"category": {"category_id"}, "classification": {"classification"}}
REASON = {"reason": Text(longest=2000)}


def apply_waiting_report(
    hold_id: int, corrections: dict[str, Any], by: Person, *, now: datetime | None = None, address: str | None = None
) -> Applied:
    """Apply a waiting report with the Admin's category, classification and place, close its entry, commit, and return
    the result (Applied).

    The original hash is stored, so that SP4N's next copy is recognised. Raises ActionRefused: missing_input for an
    invalid correction, stale_version if settled or outdated, not_visible if there is no such entry, not_your_step for
    anyone but the Admin.
    """
    may_receive(by)
    with one_transaction():
        hold, at = _open(hold_id, "report"), now or utc_now()
        revision = read_revision(hold.tracking_id, _corrected(content_of(hold), corrections))
        if revision.faults:
            raise ActionRefused(RefusalReason.MISSING_INPUT, errors=revision.faults)
        try:
            applied = apply_revision(replace(revision, digest=hold.content_hash), now=at, address=address)
        except StaleRevision as error:
            raise ActionRefused(RefusalReason.STALE_VERSION) from error
        close(hold, "applied", at, by)
        return applied


def retry_message(hold_id: int, by: Person, *, now: datetime | None = None, address: str | None = None) -> str | None:
    """Carry out a waiting reporter's message, close its entry, commit, and return None.

    If the action is still not possible, return the reason code and leave the entry waiting. Raises
    ActionRefused(stale_version) if it was settled, (not_visible) if it does not exist, (not_your_step) for anyone but
    the Admin.
    """
    may_receive(by)
    with one_transaction():
        hold, at = _open(hold_id, "message"), now or utc_now()
        complaint = find_locked(hold.tracking_id)
        if complaint is None:
            return "report_waits"
        message = read_message(hold.tracking_id, content_of(hold))
        refused = perform_message(complaint, message, now, address)
        if refused is None:
            close(hold, "applied", at, by)
        return refused


def dismiss_hold(hold_id: int, reason: str, by: Person, *, now: datetime | None = None) -> None:
    """Dismiss a waiting report or message and commit; the reason and the officer are stored.

    Raises ActionRefused(missing_input) without a reason, (stale_version) if it was settled, (not_visible) if it does
    not exist, (not_your_step) for an officer who is not the Admin.
    """
    may_receive(by)
    cleaned_reason = _reason(reason)
    with one_transaction():
        close(_open(hold_id, "report", "message"), "dismissed", now or utc_now(), by, cleaned_reason)


def settle_conflict(
    hold_id: int,
    choice: str,
    reason: str,
    by: Person,
    *,
    now: datetime | None = None,
    address: str | None = None,
) -> Complaint:
    """Settle a conflict or a request for less secrecy: apply SP4N's side if `choice` is `theirs`, else leave ours.
    Commit and return the case (Complaint).

    Writes a `settled` event to the case with what was chosen and what was rejected. Raises ActionRefused(not_visible)
    without an entry or a case, (stale_version) if it was settled, (missing_input) without a reason, (not_your_step) for
    anyone but the Admin.
    """
    author = Author(by, may_receive(by), SystemEvent.SETTLED, address)
    cleaned_reason = _reason(reason)
    with one_transaction():
        hold, at = _open(hold_id, "conflict", "loosening"), now or utc_now()
        complaint = find_locked(hold.tracking_id)
        if complaint is None:
            raise ActionRefused(RefusalReason.NOT_VISIBLE)
        found = difference_of(hold, complaint)
        taken = found if choice == THEIRS else Difference({}, None, [], [], [])
        more = {} if choice == THEIRS else {"refused": words_of(found)}
        if choice == THEIRS and hold.kind == "conflict":
            hold.other_hash, complaint.sp4n_hash = complaint.sp4n_hash, hold.content_hash
        revise(complaint, taken, at, author, choice=choice, reason=cleaned_reason, about=hold.kind, **more)
        close(hold, "applied" if choice == THEIRS else "kept", at, by, cleaned_reason)
        return complaint


def difference_of(hold: InboundHold, complaint: Complaint) -> Difference:
    """Return the Difference that applying SP4N's side of an entry would make to the case; values unknown here are left
    unchanged.
    """
    content = content_of(hold)
    if hold.kind == "loosening":
        return difference(complaint, Told({"confidentiality": content["confidentiality"]}))
    revision = read_revision(hold.tracking_id, content)
    unknown: set[str] = set()
    for fault in revision.faults:
        unknown |= _COLUMNS_OF.get(fault.field, {"district_id", "village_id"})
    theirs = proposed_values(complaint, revision)
    known = {name: value for name, value in theirs.values.items() if name not in unknown}
    return difference(complaint, replace(theirs, values=known))


def _open(hold_id: int, *kinds: str) -> InboundHold:
    """Lock the report of an entry and return the entry, a row that waits for a decision.

    Raises ActionRefused(not_visible) if there is no entry of these kinds, (stale_version) if it is already settled.
    """
    tracking_id = db.session.scalars(select(InboundHold.tracking_id).where(InboundHold.id == hold_id)).first()
    if tracking_id is None:
        raise ActionRefused(RefusalReason.NOT_VISIBLE)
    lock_reports([tracking_id])
    wanted = select(InboundHold).where(InboundHold.id == hold_id, InboundHold.kind.in_(kinds))
    hold = db.session.scalars(wanted.execution_options(populate_existing=True)).first()
    if hold is None:
        raise ActionRefused(RefusalReason.NOT_VISIBLE)
    if hold.state != "waiting":
        raise ActionRefused(RefusalReason.STALE_VERSION)
    return hold


def _corrected(content: dict[str, Any], corrections: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of the report body with the Admin's category, place and classification.

    An empty category or place removes it; an empty classification leaves the report's own.
    """
    place = {name: corrections.get(name) for name in ("district", "village")}
    location = {**(content.get("location") or {}), **place}
    classification = corrections.get("classification") or content.get("classification")
    return {**content, "category": corrections.get("category"), "location": location, "classification": classification}


def _reason(text: str) -> str:
    cleaned, errors = check_fields(REASON, {"reason": text or None})
    if errors:
        raise ActionRefused(RefusalReason.MISSING_INPUT, errors=errors)
    return str(cleaned["reason"])
