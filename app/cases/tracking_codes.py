"""A tracking code that was lost is replaced by an officer: the old one opens nothing any more, and the log says why.

A case that came from SP4N gets its first code for the street in the same way.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.casefile.facts import facts_of, get_for_update
from app.cases.receive_complaint import hash_code, may_receive, new_code
from app.cases.record_history import record_history
from app.core.clock import utc_now
from app.core.transaction import one_transaction
from app.models import Complaint
from app.notices.reporter_notices import tell_reporter
from workflow_rules.process.actors import Actor, Person
from workflow_rules.process.decide import sees
from workflow_rules.process.events import Event, SystemEvent
from workflow_rules.process.parameters import Field, Text, check_fields
from workflow_rules.process.refusals import ActionRefused, RefusalReason

REASON: dict[str, Field] = {"code_reason": Text(longest=500)}


@dataclass(frozen=True)
class Replaced:
    """The new code, which is shown this once, and whether it is on its way to the reporter as well."""

    complaint: Complaint
    code: str
    sent: bool


def replace_code(
    complaint_id: int, params: dict[str, Any], by: Person, *, now: datetime | None = None, address: str | None = None
) -> Replaced:
    """Give the case a new code, by the Admin and with a reason; raises ActionRefused for anybody or anything else."""
    cleaned, errors = check_fields(REASON, params)
    with one_transaction():
        complaint = get_for_update(complaint_id)
        if complaint is None or not sees(by, facts_of(complaint)):
            raise ActionRefused(RefusalReason.NOT_VISIBLE)
        capacity = may_receive(by)
        if capacity.actor is not Actor.COMPLAINT_ADMIN:
            raise ActionRefused(RefusalReason.NOT_YOUR_STEP)
        if errors:
            raise ActionRefused(RefusalReason.MISSING_INPUT, errors=tuple(errors))
        code, at = new_code(), now or utc_now()
        complaint.tracking_code_hash = hash_code(complaint.number, code)
        event = Event(SystemEvent.CODE_REPLACED, at, capacity, None, None, cleaned)
        row = record_history(complaint, event, by, address)
        return Replaced(complaint, code, tell_reporter(complaint, "code_replaced", row.seq, at, code))
