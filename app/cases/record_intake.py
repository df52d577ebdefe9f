"""Intake of a report by an officer, as the body of the API or copied by hand from SP4N."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.casefile.facts import open_tasks_of
from app.cases.receive_complaint import may_receive, receive_complaint
from app.cases.report_input import Report, clean_report
from app.core.encrypted_columns import SealedText
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.models import Complaint
from workflow_rules.process.actors import Person
from workflow_rules.process.identity import Channel
from workflow_rules.process.refusals import ActionRefused, FieldError, FieldFault, RefusalReason

_TRACKING_ID = re.compile(r"[0-9]{6,15}")


class AlreadyHere(Exception):
    """Raised when a case with the SP4N tracking id exists already; `number` and `complaint_id` are those of that
    case.
    """

    def __init__(self, number: str, complaint_id: int) -> None:
        super().__init__(number)
        self.number = number
        self.complaint_id = complaint_id


@dataclass(frozen=True)
class Intake:
    """A value object: the result of an intake, with the number of the new case, its tracking code in clear, the code of
    its first step and that step's deadline (aware UTC).
    """

    complaint_id: int
    number: str
    tracking_code: str
    step: str
    due_at: datetime


def record_intake(
    payload: dict[str, Any], by: Person, *, tracking_id: str = "", address: str | None = None, tell: bool = False
) -> Intake:
    """Receive a report that an officer typed, commit, and return the new case as Intake. With `tell`, a reporter who
    left an address is sent number and code. Raises ActionRefused (not_your_step, missing_input with every invalid
    field), and AlreadyHere for an SP4N tracking id that a case has already.
    """
    may_receive(by)
    with one_transaction():
        from_sp4n = payload.get("channel") == Channel.SP4N.value
        report = _checked_report(payload, from_sp4n, tracking_id)
        if from_sp4n:
            refuse_known(tracking_id)
        link = {"sp4n_tracking_id": tracking_id} if from_sp4n else {}
        received = receive_complaint(report, by, address=address, sp4n=link, tell=tell)
        task = open_tasks_of(received.complaint)[0]
        return Intake(received.complaint.id, received.complaint.number, received.tracking_code, task.step, task.due_at)


def _checked_report(payload: dict[str, Any], from_sp4n: bool, tracking_id: str) -> Report:
    """Return the payload as a valid Report. Raises ActionRefused(missing_input) with the errors of the report and of
    the SP4N tracking id together; only the channel SP4N has a tracking id.
    """
    report: Report | None = None
    errors: tuple[FieldError, ...] = ()
    try:
        report = clean_report(payload)
    except ActionRefused as refused:
        errors = refused.errors
    fault = None
    if not from_sp4n:
        fault = FieldFault.CONTRADICTION if tracking_id else None
    elif not _TRACKING_ID.fullmatch(tracking_id):
        fault = FieldFault.NOT_A_TRACKING_ID if tracking_id else FieldFault.REQUIRED
    if fault is not None:
        errors = (*errors, FieldError("tracking_id", fault))
    if report is None or errors:
        raise ActionRefused(RefusalReason.MISSING_INPUT, errors=errors)
    return report


def refuse_known(tracking_id: str) -> None:
    """Raise AlreadyHere when a case has this SP4N tracking id."""
    statement = select(Complaint.number, Complaint.id).where(Complaint.sp4n_tracking_id == tracking_id)
    found = db.session.execute(statement).first()
    if found is not None:
        raise AlreadyHere(found.number, found.id)


def seal(text: str) -> str:
    """Return a text, such as one with a tracking code, encrypted with the newest of the IDENTITY_KEYS; `unseal`
    decrypts it.
    """
    return SealedText().process_bind_param(text, db.engine.dialect) or ""


def unseal(text: str) -> str:
    """Return the text that `seal` encrypted. Raises KeyMissing when its key is no longer among IDENTITY_KEYS."""
    return SealedText().process_result_value(text, db.engine.dialect) or ""
