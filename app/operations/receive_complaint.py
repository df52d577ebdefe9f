"""A complaint comes in: a number, a tracking code, the first step opened (SOP step 1)."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app

from app.clock import office_time, utc_now
from app.extensions import db
from app.models import Complaint, Reporter, SopVersion
from app.operations.attach_file import store_file
from app.operations.notify import Notifier
from app.operations.number_series import next_number
from app.operations.project_facts import project_facts
from app.operations.record_history import keep_ledger, record_history
from app.operations.report_input import Report
from app.queries.complaints import reporter_facts
from app.queries.reference import active_sop_version, load_sop, load_working_calendar
from app.transaction import one_transaction
from workflow_rules.actors import Actor, Capacity, Person
from workflow_rules.events import Event, SystemEvent
from workflow_rules.evolve import begin
from workflow_rules.identity import Confidentiality
from workflow_rules.numbering import format_complaint_number
from workflow_rules.refusals import ActionRefused, RefusalReason

CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True)
class Received:
    """The new complaint, and the code that opens its public page; only its hash is kept."""

    complaint: Complaint
    tracking_code: str


def may_receive(by: Person) -> Capacity:
    """The capacity in which a person takes in complaints; raises ActionRefused for everybody else."""
    for capacity in by.capacities:
        if capacity.actor in (Actor.COMPLAINT_ADMIN, Actor.REPORTER, Actor.SYSTEM):
            return capacity
    raise ActionRefused(RefusalReason.NOT_YOUR_STEP)


def receive_complaint(
    report: Report,
    by: Person,
    *,
    now: datetime | None = None,
    address: str | None = None,
    sp4n: dict[str, Any] | None = None,
) -> Received:
    """Take in one report under the active SOP and open step 1; the running number is drawn in the same transaction."""
    capacity = may_receive(by)
    with one_transaction():
        at = now or utc_now()
        version = active_sop_version()
        complaint, code = _insert(report, version, at, sp4n or {})
        event = Event(SystemEvent.RECEIVED, at, capacity, None, None, received_data(complaint, report.reporter))
        facts = begin(complaint.number, event)
        record_history(complaint, event, by, address)
        keep_ledger(complaint, None, facts, event, by)
        notifier = Notifier(load_working_calendar(), at)
        opened = project_facts(complaint, facts, event, load_sop(version), notifier.calendar)
        for filename, content in report.attachments:
            store_file(complaint, filename, content, capacity.actor.value, at)
        notifier.opened(complaint, opened.values(), by)
        return Received(complaint, code)


def received_data(complaint: Complaint, reporter: dict[str, str]) -> dict[str, Any]:
    """What the rules need of a reception; the identity itself never enters the log."""
    row = Reporter(**reporter) if reporter else None
    return {
        "channel": complaint.channel,
        "classification": complaint.classification,
        "confidentiality": complaint.confidentiality,
        "in_sp4n": complaint.sp4n_tracking_id is not None,
        "reporter": vars(reporter_facts(row)),
    }


def _insert(report: Report, version: SopVersion, at: datetime, sp4n: dict[str, Any]) -> tuple[Complaint, str]:
    year = office_time(at).year
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(8))
    number = format_complaint_number(year, next_number("complaint", year))
    complaint = Complaint(
        number=number,
        status="registering",
        version=1,
        cycle=1,
        sop_version=version,
        received_at=at,
        tracking_code_hash=hash_code(number, code),
        **sp4n,
        **report.values,
    )
    db.session.add(complaint)
    db.session.flush()
    if report.reporter and complaint.confidentiality != Confidentiality.ANONYMOUS:
        db.session.add(Reporter(complaint_id=complaint.id, **report.reporter))
        db.session.flush()
    return complaint, code


def hash_code(number: str, code: str) -> str:
    """Keyed hash of a tracking code, so that the table alone opens nothing."""
    key = current_app.config["SECRET_KEY"].encode()
    return hmac.new(key, f"{number}:{code}".encode(), hashlib.sha256).hexdigest()
