"""Messages to reporters who left an address; they never quote the case."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from app.choices.lists import notifies_reporter
from app.core.after_commit import enqueue_after_commit
from app.core.extensions import db
from app.core.jobs import JobName
from app.models import Complaint, Delivery, Reporter
from app.notices.outbox import CLAIM_SECONDS
from app.outbound.notification_channels import CHANNELS
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
    """Return the name of the first channel on which a reporter has an address and messages are queued; None if there
    is none.
    """
    channels = CHANNELS.values()
    return next((one.name for one in channels if reporter.get(one.reporter_column) and one.takes_messages()), None)


def notify_reporter(complaint: Complaint, told: str, cause_seq: int, at: datetime, code: str | None = None) -> bool:
    """Insert a message to the reporter into the outbox, within the transaction of event `cause_seq`, and return whether
    one was written: none for an anonymous or unreachable reporter, and one for each cause.

    `told` names the cause. `code` is a tracking code to send, stored encrypted until sent; it cancels unsent earlier
    codes.
    """
    if complaint.confidentiality == Confidentiality.ANONYMOUS:
        return False
    reporter = db.session.get(Reporter, complaint.id)
    if reporter is None or reporter.told_by is None:
        return False
    if code is not None:
        # Cancel unsent messages with an earlier tracking code, which is no longer valid.
        waiting = (Delivery.complaint_id == complaint.id, Delivery.sealed_code.is_not(None))
        values = {"sealed_code": None, "state": "skipped", "last_error": "a newer code takes its place"}
        db.session.execute(update(Delivery).where(*waiting).values(values))
    row = {"complaint_id": complaint.id, "told": told, "cause_seq": cause_seq, "channel": reporter.told_by}
    row |= {"state": "queued", "attempts": 0, "created_at": at, "sealed_code": code}
    row |= {"next_try_at": at + timedelta(seconds=CLAIM_SECONDS)}
    table = Delivery.__table__
    made = db.session.scalars(insert(table).values(row).on_conflict_do_nothing().returning(table.c.id)).all()
    for message in made:
        enqueue_after_commit(JobName.DELIVER, message)
    return bool(made)


def notify_of_action(complaint: Complaint, decision: Decision, seq: int) -> None:
    """Put a message to the reporter into the outbox for a question, the answer, or an end of the case that the reporter
    did not ask for and of whose reason the list says that the reporter is notified; does nothing for other actions.
    """
    event = decision.event
    told = _TOLD_OF.get(event.kind)
    if event.kind is Action.ARCHIVE and not notifies_reporter(event.data["reason"]):
        told = None
    if event.kind is Action.EXPIRE_QUESTION and decision.after.ended is not None:
        told = "ended"
    if told is not None:
        notify_reporter(complaint, told, seq, event.at)
    if told == "answered" and complaint.confidentiality == Confidentiality.OPEN:
        # The reporters of complaints merged into this one find the answer on their own pages.
        for follower in db.session.scalars(select(Complaint).where(Complaint.merged_into_id == complaint.id)):
            notify_reporter(follower, "answered", seq, event.at)
