"""Redaction by the Admin: personal data removed from what agencies, letters and the feed show of a secret case."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.casefile.original_text import names_before, original_of, reported_value
from app.cases.change import change_case, lock_case
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.files.attachments import safe_name
from app.models import Attachment, Complaint, OriginalText
from app.reference.sop import load_sop
from workflow_rules.process.actions import Action
from workflow_rules.process.actors import Capacity, Person
from workflow_rules.process.events import Event, SystemEvent
from workflow_rules.process.identity import Confidentiality
from workflow_rules.process.parameters import Field, Text, check_fields
from workflow_rules.process.refusals import ActionRefused, RefusalReason

FIELDS: dict[str, Field] = {
    "title": Text(longest=200),
    "body": Text(longest=50_000),
    "redaction_reason": Text(shortest=10, longest=500),
}


@dataclass(frozen=True)
class Redaction:
    """A value object with a redaction as entered: `params` holds title, body and redaction_reason, `files` maps
    attachment ids to new file names.
    """

    params: dict[str, Any]
    files: dict[int, str]


def may_redact(complaint: Complaint, by: Person) -> Capacity | None:
    """Return the `Capacity` in which this person may redact the case: one that may correct reports, if the case is
    secret or anonymous, or has been redacted. None otherwise.
    """
    if complaint.confidentiality == Confidentiality.OPEN and not complaint.redacted:
        return None
    return by.capacity_as(load_sop(complaint.sop_version).powers[Action.CORRECT])


def redact(
    complaint_id: int,
    redaction: Redaction,
    by: Person,
    version: int,
    *,
    now: datetime | None = None,
    address: str | None = None,
) -> Complaint:
    """Replace the title, text and file names that are shown, store the report's own text encrypted, append an event and
    commit; return the complaint.

    Raises ActionRefused: not_visible, not_your_step, stale_version if the case is no longer at `version`,
    missing_input. Sending the report's own text again removes the redaction. The event says who, why and which parts.
    """
    cleaned, errors = check_fields(FIELDS, redaction.params)
    for key, name in redaction.files.items():
        errors = (*errors, *check_fields({f"file_{key}": Text(longest=120)}, {f"file_{key}": name})[1])
    with one_transaction():
        case, capacity = lock_case(complaint_id, by, lambda case: may_redact(case.complaint, by), version)
        complaint = case.complaint
        if errors:
            raise ActionRefused(RefusalReason.MISSING_INPUT, errors=tuple(errors))
        at = now or utc_now()
        parts = _write(complaint, cleaned, redaction.files, at)
        data = {"redaction_reason": cleaned["redaction_reason"], "parts": parts}
        event = Event(SystemEvent.REDACTED, at, capacity, None, None, data)
        change_case(case, event, by, address=address)
        return complaint


def _write(complaint: Complaint, shown: dict[str, Any], files: dict[int, str], at: datetime) -> list[str]:
    """Write the redacted text and store the original; return a list of those among title, body and files that differ
    from the original ([]: the redaction was removed).
    """
    row = original_of(complaint)
    own = {name: reported_value(complaint, name) for name in ("title", "body")}
    renamed = _rename(complaint, files, names_before(row))
    parts = [name for name in own if shown[name] != own[name]] + (["files"] if renamed else [])
    complaint.title, complaint.body, complaint.redacted = shown["title"], shown["body"], bool(parts)
    if not parts:
        if row is not None:
            db.session.delete(row)
    else:
        row = row or OriginalText(complaint_id=complaint.id)
        row.title, row.body, row.redacted_at, row.changed_at = own["title"], own["body"], at, None
        row.files = json.dumps(renamed, ensure_ascii=False) if renamed else None
        db.session.add(row)
    db.session.flush()
    return parts


def _rename(complaint: Complaint, files: dict[int, str], earlier: dict[int, str]) -> dict[int, str]:
    """Rename files of the case; return a dict from attachment id to original name for every file that is renamed now or
    was in `earlier`, unless it has its original name again.
    """
    first_names = dict(earlier)
    for row in db.session.scalars(select(Attachment).where(Attachment.complaint_id == complaint.id)):
        first = first_names.get(row.id, row.filename)
        row.filename = safe_name(files.get(row.id, row.filename))
        if row.filename != first:
            first_names[row.id] = first
        else:
            first_names.pop(row.id, None)
    return first_names
