"""A complaint typed in by an officer: taken in once a form, however often the button was pressed."""

import json
import re
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.clock import utc_now
from app.extensions import db
from app.models import Complaint, IdempotencyKey
from app.models.sealed import SealedText
from app.operations.receive_complaint import may_receive, receive_complaint
from app.operations.report_input import clean_report
from app.queries.complaints import open_tasks_of
from app.transaction import one_transaction
from workflow_rules.actors import Person
from workflow_rules.identity import Channel
from workflow_rules.refusals import ActionRefused, FieldError, FieldFault, RefusalReason

_TOKEN = re.compile(r"[A-Za-z0-9_-]{22,64}")
_TRACKING_ID = re.compile(r"[0-9]{6,15}")
_SEAL = SealedText()


class AlreadyHere(Exception):
    """The tracking number belongs to a complaint that we have."""

    def __init__(self, number: str, complaint_id: int) -> None:
        super().__init__(number)
        self.number = number
        self.complaint_id = complaint_id


@dataclass(frozen=True)
class Intake:
    """What the officer is told: number, code of the public page, first step and its limit."""

    complaint_id: int
    number: str
    tracking_code: str
    step: str
    due_at: datetime


def new_form_token() -> str:
    """A token for one form that is about to be shown."""
    return secrets.token_urlsafe(24)


def is_form_token(token: str) -> bool:
    return _TOKEN.fullmatch(token) is not None


def record_intake(
    payload: dict[str, Any], by: Person, form_token: str, *, tracking_id: str = "", address: str | None = None
) -> Intake:
    """Take in a report and remember the form's token with it; the same token again gives the first result.

    Raises ActionRefused for faulty fields and AlreadyHere for a known tracking number, and then has stored nothing,
    so that the mended form may be sent with the same token.
    """
    may_receive(by)
    try:
        with one_transaction():
            return _first_result(by, form_token) or _take_in(payload, by, form_token, tracking_id, address)
    except IntegrityError:
        _refuse_known(tracking_id)
        raise


def _take_in(payload: dict[str, Any], by: Person, form_token: str, tracking_id: str, address: str | None) -> Intake:
    link = _link(payload, tracking_id)
    report = clean_report(payload)
    if link:
        _refuse_known(tracking_id)
    received = receive_complaint(report, by, address=address, sp4n=link)
    task = open_tasks_of(received.complaint)[0]
    intake = Intake(
        received.complaint.id, received.complaint.number, received.tracking_code, task.step, task.due_at
    )
    db.session.add(_kept(by, form_token, intake))
    return intake


def _link(payload: dict[str, Any], tracking_id: str) -> dict[str, Any]:
    """The SP4N number of a report that came that way; its faults are told together with those of the report."""
    if payload.get("channel") != Channel.SP4N.value:
        return {}
    fault = None if _TRACKING_ID.fullmatch(tracking_id) else FieldFault.NOT_A_TRACKING_ID
    if fault is None:
        return {"sp4n_tracking_id": tracking_id}
    errors = (FieldError("tracking_id", fault if tracking_id else FieldFault.REQUIRED),)
    try:
        clean_report(payload)
    except ActionRefused as refused:
        errors = (*errors, *refused.errors)
    raise ActionRefused(RefusalReason.MISSING_INPUT, errors=errors)


def _refuse_known(tracking_id: str) -> None:
    statement = select(Complaint.number, Complaint.id).where(Complaint.sp4n_tracking_id == tracking_id)
    found = db.session.execute(statement).first() if tracking_id else None
    if found is not None:
        raise AlreadyHere(found.number, found.id)


def _caller(by: Person) -> str:
    return f"form:{by.id}"


def _first_result(by: Person, form_token: str) -> Intake | None:
    """What the token already led to; a second press waits here until the first is done."""
    lock = {"lock": f"{_caller(by)}:{form_token}"}
    db.session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:lock, 13))"), lock)
    statement = select(IdempotencyKey).where(IdempotencyKey.caller == _caller(by), IdempotencyKey.key == form_token)
    kept = db.session.scalars(statement).first()
    if kept is None:
        return None
    opened = json.loads(_SEAL.process_result_value(kept.body, db.engine.dialect) or "{}")
    return Intake(**{**opened, "due_at": datetime.fromisoformat(opened["due_at"])})


def _kept(by: Person, form_token: str, intake: Intake) -> IdempotencyKey:
    """The result under seal, since the tracking code stands in it and is otherwise kept only as a hash."""
    body = json.dumps({**asdict(intake), "due_at": intake.due_at.isoformat()})
    return IdempotencyKey(
        caller=_caller(by),
        key=form_token,
        request_hash="form",
        status=303,
        body=_SEAL.process_bind_param(body, db.engine.dialect),
        created_at=utc_now(),
    )
