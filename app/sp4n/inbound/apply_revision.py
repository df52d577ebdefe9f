"""Application of one SP4N report revision: the first creates a case, a later one updates it.

A readable revision that cannot be applied as it stands is stored for the Admin, so that no report is lost.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from typing import Any

from app.casefile.facts import CaseRows
from app.cases.receive_complaint import receive_complaint
from app.cases.report_changes import stricter
from app.cases.revise_report import Author, Difference, Told, difference, revise
from app.core.clock import utc_now
from app.core.transaction import one_transaction
from app.models import Complaint, InboundHold
from app.sp4n.inbound.apply_message import perform_waiting
from app.sp4n.inbound.quarantine import (
    close,
    forget_identities,
    hold_conflict,
    hold_loosening,
    hold_report,
    requested_confidentialities,
    waiting_of,
)
from app.sp4n.inbound.read_revision import Revision, lock_reports, look_up, read_revision
from workflow_rules.process.actors import SYSTEM
from workflow_rules.process.identity import Confidentiality
from workflow_rules.process.refusals import FieldError


class StaleRevision(Exception):
    """Raised for a report revision older than the one already applied to its case."""


@dataclass(frozen=True)
class Applied:
    """A value object: the result of one report revision.

    `outcome` is `created`, `updated` or `unchanged`, or, if it is stored for the Admin, `quarantined` (values unknown
    here; `complaint` is None if it was the first revision) or `conflict`.
    """

    complaint: Complaint | None
    outcome: str
    faults: tuple[FieldError, ...] = ()
    rows: CaseRows | None = None
    """The steps and tracks of a case that was just created, else None."""


def apply_report(tracking_id: str, payload: Any, *, now: datetime | None = None, address: str | None = None) -> Applied:
    """Read an SP4N report, create or update its case by revision number in one transaction, and return the result
    (Applied).

    The same revision and content again changes nothing. Raises StaleRevision for an older revision,
    ActionRefused(missing_input) for a report that cannot be read.
    """
    revision = read_revision(tracking_id, payload)
    with one_transaction():
        lock_reports([tracking_id])
        return apply_revision(revision, now=now, address=address)


def apply_revision(revision: Revision, *, now: datetime | None = None, address: str | None = None) -> Applied:
    """Create or update the case of a revision that was already read, and return the result (Applied). Raises
    StaleRevision for a revision older than that of the case.

    The caller has opened a transaction and locked the report with `lock_reports`.
    """
    complaint, waits = look_up(revision.tracking_id)
    at = now or utc_now()
    waiting = waiting_of(revision.tracking_id) if waits else []
    if complaint is None:
        return _apply_first(revision, waiting, at, address)
    held = complaint.sp4n_revision if complaint.sp4n_revision is not None else -1
    if revision.number < held:
        raise StaleRevision
    if revision.number == held:
        return _apply_repeat(complaint, revision, at, address)
    return _apply_later(complaint, revision, waiting, at, address)


def proposed_values(complaint: Complaint, revision: Revision) -> Told:
    """Return a Told with the field values, reporter's identity and files that a revision sets on its case.

    Confidentiality can only become stricter; the channel never changes.
    """
    values = {name: value for name, value in revision.report.values.items() if name != "channel"}
    held = Confidentiality(complaint.confidentiality)
    values["confidentiality"] = stricter(held, revision.secrecy or held).value
    return Told(values, revision.reporter, revision.files, revision.report.fields)


def _apply_first(revision: Revision, waiting: list[InboundHold], at: datetime, address: str | None) -> Applied:
    if revision.faults:
        if any(h.kind == "report" and (h.revision or 0) > revision.number for h in waiting):
            raise StaleRevision
        hold_report(revision, None, waiting, at)
        return Applied(None, "quarantined", revision.faults)
    report = revision.report
    secrecy = reduce(stricter, requested_confidentialities(waiting), Confidentiality(report.values["confidentiality"]))
    identity = {} if secrecy is Confidentiality.ANONYMOUS else report.reporter
    personal = {} if secrecy is Confidentiality.ANONYMOUS else report.fields.personal
    filled = replace(report.fields, personal=personal)
    values = {**report.values, "confidentiality": secrecy.value}
    report = replace(report, values=values, reporter=identity, fields=filled)
    received = receive_complaint(report, SYSTEM, now=at, address=address, sp4n=revision.link)
    _supersede(waiting, received.complaint, revision.number, at)
    perform_waiting(received.complaint, waiting, at, address)
    return Applied(received.complaint, "created", rows=None if waiting else received.rows)


def _apply_repeat(complaint: Complaint, revision: Revision, at: datetime, address: str | None) -> Applied:
    """Apply a repeat of the revision number that the case already has, and return the result (Applied).

    Equal content is `unchanged`; different content is stored as a `conflict` for the Admin.
    """
    if revision.digest == complaint.sp4n_hash:
        return Applied(complaint, "unchanged")
    found = None if revision.faults else difference(complaint, proposed_values(complaint, revision))
    if found is not None and (not found.any or _only_adds_when_sent(complaint, found)):
        complaint.sp4n_hash = revision.digest
        if found.any:
            revise(complaint, found, at, Author(address=address))
        return Applied(complaint, "updated" if found.any else "unchanged")
    _tighten(complaint, revision, at, address)
    hold_conflict(revision, complaint, at)
    return Applied(complaint, "conflict", revision.faults)


def _only_adds_when_sent(complaint: Complaint, found: Difference) -> bool:
    """Return whether the only difference between case and revision is `submitted_at`, which older cases do not have."""
    only_that = set(found.values) == {"submitted_at"} and complaint.submitted_at is None
    return only_that and found.reporter is None and not (found.new_files or found.back or found.gone)


def _apply_later(
    complaint: Complaint, revision: Revision, waiting: list[InboundHold], at: datetime, address: str | None
) -> Applied:
    if revision.faults:
        _tighten(complaint, revision, at, address)
        hold_report(revision, complaint, waiting, at)
        return Applied(complaint, "quarantined", revision.faults)
    found = difference(complaint, proposed_values(complaint, revision))
    complaint.sp4n_revision, complaint.sp4n_hash = revision.number, revision.digest
    if found.any:
        revise(complaint, found, at, Author(address=address))
    if complaint.confidentiality == Confidentiality.ANONYMOUS:
        forget_identities(revision.tracking_id)
    _supersede(waiting, complaint, revision.number, at)
    held = Confidentiality(complaint.confidentiality)
    if revision.secrecy is not None and stricter(held, revision.secrecy) is not revision.secrecy:
        hold_loosening(revision, complaint, revision.secrecy, at)
    perform_waiting(complaint, waiting, at, address)
    # Content equal to ours under a new revision number is our own change sent back to us: nothing changed.
    return Applied(complaint, "updated" if found.any else "unchanged")


def _tighten(complaint: Complaint, revision: Revision, at: datetime, address: str | None) -> None:
    """Set the revision's confidentiality on the case if it is stricter, even when the rest of the revision has to wait
    for the Admin; writes a revision event, does not commit.
    """
    secrecy = proposed_values(complaint, revision).values["confidentiality"]
    found = difference(complaint, Told({"confidentiality": secrecy}))
    if found.any:
        revise(complaint, found, at, Author(address=address))
        forget_identities(revision.tracking_id)


def _supersede(waiting: Iterable[InboundHold], complaint: Complaint, number: int, at: datetime) -> None:
    """Link the waiting entries to the case, and close as `superseded` those whose revision is not newer than `number`;
    does not commit.
    """
    for hold in waiting:
        hold.complaint_id = complaint.id
        if hold.kind != "message" and (hold.revision or 0) <= number:
            close(hold, "superseded", at)
