"""What the events of a case say about its fields, and whether the stored values are the same."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.core.encrypted_columns import Unreadable
from app.core.hashing import canonical_json
from app.fields.values import Personal
from app.models import Complaint, ComplaintEvent, PersonalValue
from workflow_rules.process.events import SystemEvent
from workflow_rules.process.identity import Confidentiality


@dataclass(frozen=True)
class RecordedFields:
    """A value object with what the events of a case lead to, by code: `values`, `commitments` to personal values, and
    `definitions`, the ids of the definitions that the values were last validated against.
    """

    values: dict[str, Any] = field(default_factory=dict)
    commitments: dict[str, str] = field(default_factory=dict)
    definitions: dict[str, int] = field(default_factory=dict)


def recorded_fields(events: Iterable[ComplaintEvent]) -> RecordedFields:
    """Return the fields of a case as its events, in order, lead to them. Personal values end with the identity, by
    retention or when a case becomes anonymous.
    """
    values: dict[str, Any] = {}
    commitments: dict[str, str | None] = {}
    definitions: dict[str, int] = {}
    for event in events:
        values |= event.data.get("values", {})
        commitments |= event.data.get("personal", {})
        definitions |= event.data.get("definitions", {})
        if _ends_identity(event):
            commitments.clear()
    left = {code: value for code, value in values.items() if value is not None}
    sealed = {code: one for code, one in commitments.items() if one is not None}
    return RecordedFields(left, sealed, {c: key for c, key in definitions.items() if c in left or c in sealed})


def _ends_identity(event: ComplaintEvent) -> bool:
    secrecy = event.data.get("confidentiality") or (event.data.get("after") or {}).get("confidentiality")
    return event.kind == SystemEvent.IDENTITY_REMOVED or secrecy == Confidentiality.ANONYMOUS


def differing_fields(
    complaint: Complaint, personal: Sequence[PersonalValue], events: Iterable[ComplaintEvent]
) -> list[str]:
    """Return the sorted codes of the fields whose stored value, or personal value (`personal`, all rows of the case),
    is not what the events lead to. A personal value whose key is missing is only required to be there.
    """
    recorded, stored = recorded_fields(events), complaint.field_values
    sealed = {row.code: row for row in personal}
    wrong = {
        code
        for code in stored.keys() | recorded.values.keys()
        if canonical_json(stored.get(code)) != canonical_json(recorded.values.get(code))
    }
    codes = sealed.keys() | recorded.commitments.keys()
    return sorted(wrong | {code for code in codes if not _proven(sealed.get(code), recorded.commitments.get(code))})


def _proven(row: PersonalValue | None, commitment: str | None) -> bool:
    if row is None or commitment is None:
        return False
    return isinstance(row.value, Unreadable) or Personal(row.value, row.salt).commitment == commitment
