"""A reporter who left an address hears of the case by the outbox: each thing once, never a word of its content."""

from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from app.core.after_commit import enqueue_after_commit
from app.core.extensions import db
from app.core.jobs import JobName
from app.models import Complaint, Delivery, Reporter
from app.notices.outbox import LEASE_SECONDS
from workflow_rules.process.actions import Action
from workflow_rules.process.decide import Decision
from workflow_rules.process.events import EventKind
from workflow_rules.process.identity import Confidentiality

_TOLD_OF: dict[EventKind, str] = {
    Action.REQUEST_INFORMATION: "question",
    Action.REPLY: "answered",
    Action.ARCHIVE: "ended",
    Action.MERGE: "ended",
}


def channel_for(reporter: dict[str, str]) -> str | None:
    """On which channel a reporter can be told; the phone counts only where a message service is set up."""
    if reporter.get("email"):
        return "email"
    return "gateway" if reporter.get("phone") and current_app.config.get("GATEWAY_URL") else None


def tell_reporter(complaint: Complaint, told: str, cause_seq: int, at: datetime, code: str | None = None) -> bool:
    """Within the transaction of the event with that number; whether a message is on its way now.

    The unique row is the right to tell. The code lies in it sealed until it was sent.
    """
    if complaint.confidentiality == Confidentiality.ANONYMOUS:
        return False
    reporter = db.session.get(Reporter, complaint.id)
    if reporter is None or reporter.told_by is None:
        return False
    if code is not None:
        _drop_older_codes(complaint)
    row = {"complaint_id": complaint.id, "told": told, "cause_seq": cause_seq, "channel": reporter.told_by}
    row |= {"state": "queued", "attempts": 0, "created_at": at, "sealed_code": code}
    row |= {"next_try_at": at + timedelta(seconds=LEASE_SECONDS)}
    table = Delivery.__table__
    made = db.session.scalars(insert(table).values(row).on_conflict_do_nothing().returning(table.c.id)).all()
    for message in made:
        enqueue_after_commit(JobName.DELIVER, message)
    return bool(made)


def _drop_older_codes(complaint: Complaint) -> None:
    """A code that was replaced before it left must not leave any more."""
    waiting = (Delivery.complaint_id == complaint.id, Delivery.sealed_code.is_not(None))
    values = {"sealed_code": None, "state": "skipped", "last_error": "a newer code takes its place"}
    db.session.execute(update(Delivery).where(*waiting).values(values))


def tell_of_act(complaint: Complaint, decision: Decision, seq: int) -> None:
    """Tell of a question, of the answer, and of an end without one that was not the reporter's own wish."""
    event = decision.event
    told = _TOLD_OF.get(event.kind)
    if event.kind is Action.EXPIRE_QUESTION and decision.after.ended is not None:
        told = "ended"
    if told is not None:
        tell_reporter(complaint, told, seq, event.at)
    if told == "answered" and complaint.confidentiality == Confidentiality.OPEN:
        _tell_followers(complaint, seq, event.at)


def _tell_followers(main: Complaint, seq: int, at: datetime) -> None:
    """Whoever complained of the same thing is promised the same answer, and finds it on their own page."""
    for follower in db.session.scalars(select(Complaint).where(Complaint.merged_into_id == main.id)):
        tell_reporter(follower, "answered", seq, at)
