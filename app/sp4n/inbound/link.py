"""Linking a case to its report in SP4N by hand, and unlinking it; both are events of the case."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.cases.change import LockedCase, change_case, lock_case
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.identifiers import is_tracking_id
from app.core.transaction import one_transaction
from app.feed.append_changes import note_linked, note_removed
from app.models import Complaint, ComplaintEvent
from app.sp4n.inbound.read_revision import lock_reports, read_tracking_id
from workflow_rules.process.actions import Action
from workflow_rules.process.actors import Capacity, Person
from workflow_rules.process.events import Event, SystemEvent
from workflow_rules.process.parameters import clean_text
from workflow_rules.process.refusals import ActionRefused, FieldError, FieldFault, RefusalReason

LONGEST_REASON = 500


@dataclass(frozen=True)
class LinkRequest:
    """A value object: who asks to link or unlink a case, from which network address, and the case version that the
    officer's page showed.
    """

    by: Person
    version: int
    address: str | None = None


class ReportHasCase(Exception):
    """Raised when another case is linked to the report already: two cases of one report are merged, not linked.
    `complaint_id` and `number` are those of the other case.
    """

    def __init__(self, complaint_id: int, number: str) -> None:
        super().__init__(number)
        self.complaint_id, self.number = complaint_id, number


def link(complaint_id: int, tracking_id: str, wanted: LinkRequest, now: datetime | None = None) -> Complaint:
    """Link a case to the SP4N report with this tracking id and return the case (Complaint); commits.

    Raises ReportHasCase, LockBusy, or ActionRefused: missing_input for a malformed id, case_ended, out_of_order if
    linked already, not_visible, not_your_step for anyone but the Admin, stale_version if it changed meanwhile.
    """
    number = read_tracking_id(tracking_id)
    if not is_tracking_id(number):
        error = FieldError("tracking_id", FieldFault.NOT_A_TRACKING_ID)
        raise ActionRefused(RefusalReason.MISSING_INPUT, errors=(error,))
    with one_transaction():
        # A first delivery of this report takes the lock too: its case exists by now, or it will find this one.
        lock_reports([number])
        case, capacity = _lock(complaint_id, wanted)
        complaint = case.complaint
        if case.facts.ended is not None:
            raise ActionRefused(RefusalReason.CASE_ENDED, complaint.status)
        if complaint.sp4n_tracking_id is not None:
            raise ActionRefused(RefusalReason.OUT_OF_ORDER)
        linked = select(Complaint.id, Complaint.number).where(Complaint.sp4n_tracking_id == number)
        other = db.session.execute(linked).first()
        if other is not None:
            raise ReportHasCase(other.id, other.number)
        at = now or utc_now()
        event = Event(SystemEvent.LINKED, at, capacity, None, None, {"tracking_id": number})
        _record(case, event, wanted, number)
        note_linked(complaint, at)
        return complaint


def unlink(complaint_id: int, reason: str, wanted: LinkRequest, now: datetime | None = None) -> Complaint:
    """Unlink a case that was linked by hand, leave a tombstone in the change feed, commit and return the case
    (Complaint). Raises LockBusy, or ActionRefused: missing_input without a reason, out_of_order if it was not linked by
    hand, not_visible, not_your_step for anyone but the Admin, stale_version if it changed meanwhile.
    """
    text_, error = clean_text("reason", reason, LONGEST_REASON)
    if error is not None:
        raise ActionRefused(RefusalReason.MISSING_INPUT, errors=(error,))
    with one_transaction():
        case, capacity = _lock(complaint_id, wanted)
        complaint = case.complaint
        if not was_linked_by_hand(complaint):
            raise ActionRefused(RefusalReason.OUT_OF_ORDER)
        at = now or utc_now()
        data = {"tracking_id": complaint.sp4n_tracking_id, "reason": text_}
        note_removed(complaint, at)
        _record(case, Event(SystemEvent.UNLINKED, at, capacity, None, None, data), wanted, None)
        return complaint


def was_linked_by_hand(complaint: Complaint) -> bool:
    """Return whether an officer linked this case to its SP4N report; False if it is not linked or was received from
    SP4N, and then it cannot be unlinked.
    """
    kinds = select(ComplaintEvent.kind).where(ComplaintEvent.complaint_id == complaint.id)
    kinds = kinds.where(ComplaintEvent.kind.in_((SystemEvent.LINKED.value, SystemEvent.UNLINKED.value)))
    last = db.session.execute(kinds.order_by(ComplaintEvent.seq.desc()).limit(1)).scalar_one_or_none()
    return complaint.sp4n_tracking_id is not None and last == SystemEvent.LINKED


def _lock(complaint_id: int, wanted: LinkRequest) -> tuple[LockedCase, Capacity]:
    def correcting(case: LockedCase) -> Capacity | None:
        return wanted.by.capacity_as(case.context.sop.powers[Action.CORRECT])

    return lock_case(complaint_id, wanted.by, correcting, wanted.version)


def _record(case: LockedCase, event: Event, wanted: LinkRequest, tracking_id: str | None) -> None:
    """Set the case's SP4N tracking id, or remove it with None, and write the event; does not commit. The change feed
    gets a line of its own kind instead of this event.
    """
    case.complaint.sp4n_tracking_id = tracking_id
    case.complaint.sp4n_revision = case.complaint.sp4n_hash = None
    change_case(case, event, wanted.by, address=wanted.address, origin=None)
