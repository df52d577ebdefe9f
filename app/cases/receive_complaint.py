"""Reception of a complaint: its number, its tracking code and its first step (SOP step 1)."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.casefile.facts import CaseRows, facts_of_identity
from app.cases.change import Change, begin_case, write_changes
from app.cases.report_input import Report
from app.core.bulk_insert import as_row, attach_inserted
from app.core.clock import office_time, utc_now
from app.core.extensions import db
from app.core.hashing import keyed_digest
from app.core.transaction import one_transaction
from app.fields.values import personal_rows
from app.files.attachments import store_file
from app.models import Complaint, Reporter, SopVersion
from app.notices.notify import Notifier
from app.notices.reporter_notices import channel_for, notify_reporter
from app.papers.number_series import Drawn, draw
from app.reference.calendar import ACTIVE, active_sop_and_calendar
from app.reference.sop import pinned_sop, registering_actor
from workflow_rules.process.actors import BY_REPORTER, BY_SYSTEM, Capacity, Person
from workflow_rules.process.complaint_number import format_complaint_number
from workflow_rules.process.events import Event, SystemEvent
from workflow_rules.process.identity import Confidentiality
from workflow_rules.process.refusals import ActionRefused, RefusalReason
from workflow_rules.process.sop import Sop

# The insertion takes this lock anyway. It is taken before the calendar is read, because a change of the calendar locks
# all cases: a reception that waited for it counts by the new calendar (app/calendar/recompute_deadlines.py).
AFTER_A_CHANGE_OF_CALENDAR = text("LOCK TABLE complaint IN ROW EXCLUSIVE MODE")
CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True)
class Received:
    """A value object: a new complaint with its tracking code in clear, which is stored only as a hash, and the rows of
    the case.
    """

    complaint: Complaint
    tracking_code: str
    rows: CaseRows


def may_receive(by: Person) -> Capacity:
    """Return the Capacity in which a person receives complaints: the role of step 1, reporter or system. Raises
    ActionRefused(not_your_step) for anyone else.
    """
    capacity = by.capacity_as({registering_actor(), BY_REPORTER, BY_SYSTEM})
    if capacity is None:
        raise ActionRefused(RefusalReason.NOT_YOUR_STEP)
    return capacity


def receive_complaint(
    report: Report,
    by: Person,
    *,
    now: datetime | None = None,
    address: str | None = None,
    sp4n: dict[str, Any] | None = None,
    tell: bool = False,
) -> Received:
    """Store one report as a new case under the active SOP and open its step 1, in the caller's transaction or one of
    its own; return the case as Received.

    The running number is taken in the same transaction. With `tell`, a reporter who left an address is sent number and
    code, and later the news of the case. Raises ActionRefused: not_your_step, missing_input for a file that cannot be
    stored.
    """
    return receive_complaints([(report, sp4n or {})], by, now=now, address=address, tell=tell)[0]


def receive_complaints(
    reports: Sequence[tuple[Report, dict[str, Any]]],
    by: Person,
    *,
    now: datetime | None = None,
    address: str | None = None,
    tell: bool = False,
) -> list[Received]:
    """Store many reports, each given as (Report, SP4N columns), as new cases in one transaction, and return a list of
    Received in the same order. Every table is written in one statement for all of them. Raises ActionRefused
    (not_your_step, missing_input for a file that cannot be stored); then none is stored.
    """
    capacity = may_receive(by)
    with one_transaction():
        at = now or utc_now()
        db.session.execute(AFTER_A_CHANGE_OF_CALENDAR)
        active, numbers = draw("complaint", office_time(at).year, len(reports), KEYED, beside=ACTIVE)
        version, sop, calendar = active_sop_and_calendar(*active)
        reception = _Reception(at, capacity, by, address, tell, version, pinned_sop(sop), sop, Notifier(calendar, at))
        new = [_new_case(number, *report, reception) for number, report in zip(numbers, reports, strict=True)]
        complaints = [one.complaint for one in new]
        reporters = [one.reporter for one in new if one.reporter is not None]
        write_changes(
            [one.change for one in new],
            by,
            (Complaint.__table__, [as_row(complaint) for complaint in complaints]),
            (Reporter.__table__, [as_row(reporter) for reporter in reporters]),
        )
        attach_inserted([*complaints, *reporters, *(task for one in new for task in one.change.opened)])
        for complaint, (report, _) in zip(complaints, reports, strict=True):
            _write_parts(complaint, report, capacity, at)
        if tell:
            for one in new:
                notify_reporter(one.complaint, "received", 1, at, one.code)
        return [Received(one.complaint, one.code, CaseRows([], one.change.opened)) for one in new]


def _write_parts(complaint: Complaint, report: Report, capacity: Capacity, at: datetime) -> None:
    """Write the personal values of the office's fields and the files of a new complaint: each content once, under the
    first name it came with.
    """
    db.session.add_all(personal_rows(complaint.id, report.fields))
    files: dict[bytes, tuple[str, bytes]] = {}
    for name, content in report.attachments:
        files.setdefault(hashlib.sha256(content).digest(), (name, content))
    for name, content in files.values():
        store_file(complaint, name, content, capacity.actor, at, "attachments")


def received_data(complaint: Complaint, reporter: dict[str, str]) -> dict[str, Any]:
    """Return the data of the event `received` as a dict: `channel`, `classification`, `confidentiality`, `in_sp4n`,
    `reporter` (which identity parts exist, not their values) and, where known, `submitted_at` (ISO 8601, office zone).
    """
    sent = complaint.submitted_at
    return {
        "channel": complaint.channel,
        "classification": complaint.classification,
        "confidentiality": complaint.confidentiality,
        "in_sp4n": complaint.sp4n_tracking_id is not None,
        "reporter": vars(facts_of_identity(reporter)),
        **({"submitted_at": office_time(sent).isoformat()} if sent is not None else {}),
    }


@dataclass(frozen=True)
class _Reception:
    """A value object with what all reports of one call of `receive_complaints` share, such as the instant, the person
    and the SOP.
    """

    at: datetime
    capacity: Capacity
    by: Person
    address: str | None
    tell: bool
    version: SopVersion
    pinned: dict[str, str]
    sop: Sop
    notifier: Notifier


KEYED = ("complaint", "complaint_event", "step_task")


@dataclass(frozen=True)
class _New:
    """A value object: a complaint that is being received, its tracking code in clear, its first event and its reporter
    (None: not stored); nothing is written yet.
    """

    complaint: Complaint
    code: str
    change: Change
    reporter: Reporter | None


def _new_case(drawn: Drawn, report: Report, sp4n: dict[str, Any], reception: _Reception) -> _New:
    code = new_code()
    key, *keys = drawn.keys
    number = format_complaint_number(office_time(reception.at).year, drawn.number)
    complaint = Complaint(
        id=key,
        number=number,
        status="registering",
        version=1,
        cycle=1,
        sop_version_id=reception.version.id,
        sop_version=reception.version,
        received_at=reception.at,
        tracking_code_hash=hash_code(number, code),
        field_values=report.fields.values,
        **sp4n,
        **report.values,
    )
    identified = report.reporter and complaint.confidentiality != Confidentiality.ANONYMOUS
    told_by = channel_for(report.reporter) if reception.tell else None
    reporter = Reporter(complaint_id=key, told_by=told_by, **report.reporter) if identified else None
    data = {**received_data(complaint, report.reporter), "sop": reception.pinned}
    data |= report.fields.as_facts().recorded
    event = Event(SystemEvent.RECEIVED, reception.at, reception.capacity, None, None, data)
    change = begin_case(
        complaint,
        event,
        reception.by,
        reception.sop,
        reception.notifier,
        (keys[0], keys[1]),
        reception.address,
        "office" if complaint.sp4n_tracking_id is None else "sp4n",
    )
    return _New(complaint, code, change, reporter)


def new_code() -> str:
    """Return a random tracking code: three groups of four letters or digits that are not easily confused (60 bits).

    Older codes of eight characters stay valid.
    """
    return "-".join("".join(secrets.choice(CODE_LETTERS) for _ in range(4)) for _ in range(3))


def hash_code(number: str, code: str) -> str:
    """Return the HMAC-SHA256 (hex) of a case number with a tracking code, which may be given with or without dashes."""
    plain = code.replace("-", "")
    return keyed_digest(f"{number}:{plain}")
