"""Showing a reporter's identity to an officer: with a reason, and always with an event of the case."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.cases.append_event import note_events
from app.cases.change import lock_case
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.fields.values import personal_values
from app.models import Complaint, Reporter
from app.privacy.identity_access import REASON, opening_for
from workflow_rules.process.actors import Person
from workflow_rules.process.events import Event, SystemEvent
from workflow_rules.process.parameters import check_fields
from workflow_rules.process.refusals import ActionRefused, RefusalReason


@dataclass(frozen=True)
class Identity:
    """A value object with a reporter's identity in clear: `parts` maps the name of each part shown to its value; a
    value that cannot be decrypted, since its key is missing, is `Unreadable`.
    """

    complaint: Complaint
    parts: dict[str, str]


def open_identity(
    complaint_id: int, params: dict[str, Any], by: Person, *, now: datetime | None = None, address: str | None = None
) -> Identity:
    """Return an `Identity` with those parts of a reporter's identity that the officer may see, after appending an event
    to the case that records this; commits.

    Raises ActionRefused: not_visible, not_your_step if the officer may not open the identity, no_identity if none is
    stored, missing_input without a reason. The event names the parts and never holds their values (UU 27/2022 art. 31:
    a record of all processing).
    """
    cleaned, errors = check_fields(REASON, params)
    with one_transaction():
        case, opening = lock_case(complaint_id, by, lambda case: opening_for(by, case.facts))
        row = db.session.get(Reporter, complaint_id)
        personal = personal_values(complaint_id) if by.sees_every_case else {}
        if row is None and not personal:
            raise ActionRefused(RefusalReason.NO_IDENTITY)
        if errors:
            raise ActionRefused(RefusalReason.MISSING_INPUT, errors=tuple(errors))
        parts = {name: value for name in opening.fields if (value := getattr(row, name, None))} | personal
        data = {"identity_reason": cleaned["reason"], "fields": list(parts)}
        event = Event(
            SystemEvent.IDENTITY_OPENED, now or utc_now(), opening.capacity, None, opening.capacity.agency, data
        )
        note_events([(case.complaint, event)], by, address)
        return Identity(case.complaint, parts)
