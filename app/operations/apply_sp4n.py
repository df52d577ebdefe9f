"""A report from SP4N, by tracking id and revision: the first makes a complaint, a later one brings it up to date."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text

from app.clock import utc_now
from app.extensions import db
from app.models import Complaint, Reporter
from app.operations.project_facts import project_facts
from app.operations.receive_complaint import receive_complaint, received_data
from app.operations.record_history import record_history
from app.operations.report_input import Moment, Report, clean_report
from app.queries.complaints import facts_of, get_for_update
from app.queries.reference import load_sop, load_working_calendar
from app.transaction import one_transaction
from workflow_rules.actors import SYSTEM, Actor, Capacity
from workflow_rules.events import Event, SystemEvent
from workflow_rules.evolve import evolve
from workflow_rules.identity import Confidentiality
from workflow_rules.parameters import Number
from workflow_rules.refusals import ActionRefused, FieldError, FieldFault, RefusalReason

_TRACKING_ID = re.compile(r"[0-9]{6,15}")
_MORE_FIELDS = {"revision": Number(least=0, most=2**53), "submitted_at": Moment(required=False)}


class StaleRevision(Exception):
    """The report is older than what was already taken."""


@dataclass(frozen=True)
class Applied:
    """What became of one report: `created`, `updated` or `unchanged`."""

    complaint: Complaint
    outcome: str


def apply_report(tracking_id: str, payload: Any, *, now: datetime | None = None, address: str | None = None) -> Applied:
    """Create or update by revision; the same revision again changes nothing, an older one raises StaleRevision."""
    report = _clean(tracking_id, payload)
    revision = report.values.pop("revision")
    report.values.pop("submitted_at", None)
    digest = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
    link = {"sp4n_tracking_id": tracking_id, "sp4n_revision": revision, "sp4n_hash": digest}
    with one_transaction():
        _lock_tracking_id(tracking_id)
        complaint = _find(tracking_id)
        if complaint is None:
            received = receive_complaint(report, SYSTEM, now=now, address=address, sp4n=link)
            return Applied(received.complaint, "created")
        return _update(complaint, report, link, now or utc_now(), address)


def is_tracking_id(text: str) -> bool:
    """Whether SP4N could have given this number: 6 to 15 digits, no others' digits that look like ours."""
    return _TRACKING_ID.fullmatch(text) is not None


def _clean(tracking_id: str, payload: Any) -> Report:
    """The report without a fault; raises ActionRefused with all of them, that of the number in the address too."""
    with_channel = {"channel": "sp4n", **payload} if isinstance(payload, dict) else payload
    try:
        report = clean_report(with_channel, _MORE_FIELDS)
        errors: tuple[FieldError, ...] = ()
    except ActionRefused as refused:
        errors = refused.errors
    if not is_tracking_id(tracking_id):
        errors = (FieldError("tracking_id", FieldFault.NOT_A_TRACKING_ID), *errors)
    if errors:
        raise ActionRefused(RefusalReason.MISSING_INPUT, errors=errors)
    return report


def _lock_tracking_id(tracking_id: str) -> None:
    """Two first deliveries of one report wait for each other, so that only one of them creates."""
    db.session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:id, 7))"), {"id": tracking_id})


def _find(tracking_id: str) -> Complaint | None:
    statement = select(Complaint.id).where(Complaint.sp4n_tracking_id == tracking_id)
    found = db.session.scalars(statement.execution_options(unscoped=True)).first()
    return get_for_update(found, unscoped=True) if found is not None else None


def _update(complaint: Complaint, report: Report, link: dict[str, Any], at: datetime, address: str | None) -> Applied:
    held = complaint.sp4n_revision if complaint.sp4n_revision is not None else -1
    if link["sp4n_revision"] < held:
        raise StaleRevision
    if link["sp4n_revision"] == held:
        return Applied(complaint, "unchanged")
    changed = _write(complaint, report)
    for name, value in link.items():
        setattr(complaint, name, value)
    _record(complaint, report, changed, at, address)
    return Applied(complaint, "updated")


def _write(complaint: Complaint, report: Report) -> list[str]:
    """New text into the row; secrecy is only ever tightened, and the channel stays that of the first report."""
    values = dict(report.values)
    values.pop("channel", None)
    if complaint.confidentiality != Confidentiality.OPEN.value:
        values["confidentiality"] = complaint.confidentiality
    changed = [name for name, value in values.items() if getattr(complaint, name) != value]
    for name in changed:
        setattr(complaint, name, values[name])
    _write_reporter(complaint, report)
    return sorted(changed)


def _write_reporter(complaint: Complaint, report: Report) -> None:
    row = db.session.get(Reporter, complaint.id)
    if complaint.confidentiality == Confidentiality.ANONYMOUS.value:
        if row is not None:
            db.session.delete(row)
    elif report.reporter:
        row = row or Reporter(complaint_id=complaint.id)
        for name, value in report.reporter.items():
            setattr(row, name, value)
        db.session.add(row)
    db.session.flush()


def _record(complaint: Complaint, report: Report, changed: list[str], at: datetime, address: str | None) -> None:
    before = facts_of(complaint)
    data = received_data(complaint, report.reporter) | {"changed": changed, "revision": complaint.sp4n_revision}
    data["reporter"] = vars(before.reporter)
    event = Event(SystemEvent.REVISED, at, Capacity(Actor.SYSTEM), None, None, data)
    after = evolve(before, event)
    record_history(complaint, event, SYSTEM, address)
    project_facts(complaint, after, event, load_sop(complaint.sop_version), load_working_calendar())
