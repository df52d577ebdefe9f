"""Messages of a reporter that SP4N forwards after the report: answer, comment, rating, reopening or withdrawal.

Each is carried out through `perform_action` as the reporter's own action. One that is not possible now is stored for
the Admin.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from app.cases.perform_action import perform_action
from app.cases.report_input import Moment
from app.choices.lists import fields_of
from app.core.clock import office_time, utc_now
from app.core.extensions import db
from app.core.identifiers import is_tracking_id
from app.core.transaction import one_transaction
from app.models import Complaint, InboundHold, InboundMessage
from app.reference.named_rows import agencies_in_service
from app.sp4n.inbound.quarantine import NewHold, close, content_of, store_hold, waiting_of
from app.sp4n.inbound.read_revision import find_locked, keyed_hash, lock_reports
from workflow_rules.process.actions import Action, ActionRequest
from workflow_rules.process.actors import REPORTER
from workflow_rules.process.parameters import Choice, Field, Number, Text, check_fields
from workflow_rules.process.refusals import ActionRefused, FieldError, FieldFault, RefusalReason


class MessageKind(StrEnum):
    """An enum of the kinds of message that a reporter may send through SP4N."""

    ANSWER = "answer"
    COMMENT = "comment"
    RATING = "rating"
    REOPENING = "reopening"
    WITHDRAWAL = "withdrawal"


# The action of each kind, and how message fields map to the parameters of that action.
ACTS: dict[MessageKind, tuple[Action, Mapping[str, str]]] = {
    MessageKind.ANSWER: (Action.ADD_INFORMATION, {"text": "text"}),
    MessageKind.COMMENT: (Action.NOTE, {"text": "text"}),
    MessageKind.RATING: (Action.RATE, {"score": "score", "text": "comment"}),
    MessageKind.REOPENING: (Action.REOPEN, {"text": "reason"}),
    MessageKind.WITHDRAWAL: (Action.WITHDRAW, {"text": "reason"}),
}
MESSAGE_FIELDS: dict[str, Field] = {
    "message_id": Text(longest=80),
    "kind": Choice(among=tuple(MessageKind)),
    "text": Text(required=False, longest=20_000),
    "score": Number(required=False),
    "agency": Text(required=False, longest=80),
    "at": Moment(required=False),
}


class UnknownReport(Exception):
    """Raised for a message about an SP4N report that we never received: neither a case nor a waiting entry has its
    tracking id.
    """


@dataclass(frozen=True)
class Message:
    """A value object: a validated message of a reporter. `params` are the parameters of the action that it becomes,
    `said_at` is an aware datetime or None, `payload` the body as received.
    """

    message_id: str
    kind: MessageKind
    params: Mapping[str, Any]
    agency: str | None
    said_at: datetime | None
    payload: dict[str, Any]


@dataclass(frozen=True)
class MessageAnswer:
    """A value object: the answer to a reporter's message. `answer` is a JSON-ready dict with tracking_id, message_id,
    outcome (`done` or `held`), reason, at, status and version; a repeat of the same message gets the stored answer
    again.
    """

    answer: dict[str, Any]

    @property
    def held(self) -> bool:
        """Whether the message waits for a decision of the Admin."""
        return bool(self.answer["outcome"] == "held")


def apply_message(
    tracking_id: str, payload: Any, *, now: datetime | None = None, address: str | None = None
) -> MessageAnswer:
    """Carry out a reporter's message about a report once, commit, and return its MessageAnswer: `done`, or `held` if
    the message now waits for the Admin.

    A repeated `message_id` with equal content gets the first answer; with other content it is held. Raises
    ActionRefused(missing_input) for an unreadable message, UnknownReport if we never received its report.
    """
    message = read_message(tracking_id, payload)
    with one_transaction():
        lock_reports([tracking_id])
        at = now or utc_now()
        content_hash = keyed_hash(payload)
        wanted = (InboundMessage.tracking_id == tracking_id, InboundMessage.message_id == message.message_id)
        first = db.session.scalars(select(InboundMessage).where(*wanted)).first()
        if first is not None:
            same = first.content_hash == content_hash
            return MessageAnswer(first.answer) if same else _hold(tracking_id, message, "message_conflict", at)
        result = _apply(tracking_id, message, at, address)
        db.session.add(
            InboundMessage(
                tracking_id=tracking_id,
                message_id=message.message_id,
                kind=message.kind.value,
                content_hash=content_hash,
                answer=result.answer,
                said_at=message.said_at,
                received_at=at,
            )
        )
        return result


def read_message(tracking_id: str, payload: Any) -> Message:
    """Validate the body of a message and return it as a Message.

    Raises ActionRefused(missing_input) with every fault, under the sender's field names.
    """
    values, errors = check_fields(MESSAGE_FIELDS, payload)
    if not is_tracking_id(tracking_id):
        errors = (FieldError("tracking_id", FieldFault.NOT_A_TRACKING_ID), *errors)
    if errors:
        raise ActionRefused(RefusalReason.MISSING_INPUT, errors=errors)
    kind = MessageKind(values["kind"])
    action, names = ACTS[kind]
    given = {names.get(name, name): values[name] for name in ("text", "score") if name in values}
    params, faults = check_fields(fields_of(action), given)
    if "agency" in values and kind is not MessageKind.ANSWER:
        faults = (*faults, FieldError("agency", FieldFault.UNKNOWN_FIELD))
    if faults:
        outside = {inside: name for name, inside in names.items()}
        errors = tuple(FieldError(outside.get(f.field, f.field), f.fault, f.limit) for f in faults)
        raise ActionRefused(RefusalReason.MISSING_INPUT, errors=errors)
    return Message(values["message_id"], kind, params, values.get("agency"), values.get("at"), payload)


def perform_waiting(complaint: Complaint, waiting: Iterable[InboundHold], at: datetime, address: str | None) -> None:
    """Perform, once each, the waiting messages that arrived before their report had a case; does not commit.

    A message that succeeds is closed as `applied`; one that is rejected goes on waiting, with the new reason.
    """
    for hold in waiting:
        if hold.kind == "message" and hold.faults[0]["fault"] == "report_waits":
            message = read_message(hold.tracking_id, content_of(hold))
            refused = perform_message(complaint, message, at, address)
            hold.complaint_id = complaint.id
            if refused is None:
                close(hold, "applied", at)
            else:
                hold.faults = [_fault(refused)]


def perform_message(complaint: Complaint, message: Message, at: datetime | None, address: str | None) -> str | None:
    """Perform on a case the action that a message stands for, as the reporter. Return None on success.

    If the action is not allowed, roll back to a savepoint and return the reason code, such as `unknown_agency`.
    """
    if message.agency is not None and message.agency not in agencies_in_service():
        return FieldFault.UNKNOWN_AGENCY.value
    request = ActionRequest(ACTS[message.kind][0], message.agency, message.params)
    try:
        with db.session.begin_nested():
            perform_action(complaint.id, request, REPORTER, None, now=at, address=address, origin="sp4n")
    except ActionRefused as refused:
        return refused.reason.value
    return None


def _apply(tracking_id: str, message: Message, at: datetime, address: str | None) -> MessageAnswer:
    complaint = find_locked(tracking_id)
    if complaint is None:
        if not any(hold.kind == "report" for hold in waiting_of(tracking_id)):
            raise UnknownReport
        return _hold(tracking_id, message, "report_waits", at)
    refused = perform_message(complaint, message, at, address)
    if refused is not None:
        return _hold(tracking_id, message, refused, at, complaint)
    return _answer(tracking_id, message, complaint, "done")


def _hold(
    tracking_id: str, message: Message, reason: str, at: datetime, complaint: Complaint | None = None
) -> MessageAnswer:
    complaint = complaint or find_locked(tracking_id)
    new = NewHold("message", tracking_id, message.payload, keyed_hash(message.payload), (_fault(reason),))
    store_hold(new, complaint, at)
    return _answer(tracking_id, message, complaint, "held", reason)


def _fault(reason: str) -> dict[str, str]:
    return {"field": "kind", "fault": reason, "value": ""}


def _answer(
    tracking_id: str, message: Message, complaint: Complaint | None, outcome: str, reason: str | None = None
) -> MessageAnswer:
    answer = {"tracking_id": tracking_id, "message_id": message.message_id, "outcome": outcome, "reason": reason}
    answer["at"] = office_time(message.said_at).isoformat() if message.said_at else None
    answer["status"] = complaint.status if complaint else None
    return MessageAnswer({**answer, "version": complaint.version if complaint else None})
