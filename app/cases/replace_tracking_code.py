"""Replacement of a lost tracking code by an officer; the old code stops working, and the event says why.

A case that came from SP4N gets its first code in this way.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.cases.append_event import note_events
from app.cases.change import lock_case
from app.cases.receive_complaint import hash_code, new_code
from app.core.clock import utc_now
from app.core.transaction import one_transaction
from app.models import Complaint
from app.notices.reporter_notices import notify_reporter
from workflow_rules.process.actions import Action
from workflow_rules.process.actors import Person
from workflow_rules.process.events import Event, SystemEvent
from workflow_rules.process.parameters import Field, Text, check_fields
from workflow_rules.process.refusals import ActionRefused, RefusalReason

REASON: dict[str, Field] = {"code_reason": Text(longest=500)}


@dataclass(frozen=True)
class Replaced:
    """A value object: the result of a replacement, with the new tracking code in clear, to be shown once, and whether
    it is also sent to the reporter (`sent`).
    """

    complaint: Complaint
    code: str
    sent: bool


def replace_code(
    complaint_id: int, params: dict[str, Any], by: Person, *, now: datetime | None = None, address: str | None = None
) -> Replaced:
    """Give the case a new tracking code, append an event with the reason, commit, and return the new code in clear as
    Replaced. The old code stops working. Raises ActionRefused: not_visible, not_your_step for anyone who may not speak
    for the reporter, missing_input without a reason.
    """
    cleaned, errors = check_fields(REASON, params)
    with one_transaction():
        speaks = Action.ADD_INFORMATION  # who writes down what the reporter says may replace the code too
        case, capacity = lock_case(complaint_id, by, lambda case: by.capacity_as(case.context.sop.powers[speaks]))
        complaint = case.complaint
        if errors:
            raise ActionRefused(RefusalReason.MISSING_INPUT, errors=tuple(errors))
        code, at = new_code(), now or utc_now()
        complaint.tracking_code_hash = hash_code(complaint.number, code)
        event = Event(SystemEvent.CODE_REPLACED, at, capacity, None, None, cleaned)
        (row,) = note_events([(complaint, event)], by, address)
        return Replaced(complaint, code, notify_reporter(complaint, "code_replaced", row.seq, at, code))
