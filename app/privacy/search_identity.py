"""Search for the cases of one person by a whole phone number, e-mail address or NIK; each search is journaled.

It is recorded in the journal and not in the cases, because a search without results must be visible too. Only a keyed
digest of the search term is stored: repeats can be recognised, the term cannot be read.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.access.people import roles_with
from app.core.clock import utc_now
from app.core.encrypted_columns import identifier_digest
from app.core.extensions import db
from app.core.identifiers import identifier_kind
from app.core.transaction import one_transaction
from app.models import Complaint, JournalEntry
from app.worklists.reporter_search import cases_with_identifier
from workflow_rules.process.actors import Person
from workflow_rules.process.parameters import Field, Text, check_fields
from workflow_rules.process.refusals import ActionRefused, FieldError, FieldFault, RefusalReason

FIELDS: dict[str, Field] = {"mark": Text(longest=200), "reason": Text(shortest=10, longest=500)}
MOST_CASES = 200


@dataclass(frozen=True)
class Found:
    """A value object with the result of a search for a person: the kind of identifier searched for (phone, email or
    nik), and the newest cases found.
    """

    kind: str
    cases: list[Complaint]


def search_identity(params: dict[str, Any], by: Person, *, now: datetime | None = None) -> Found:
    """Search cases by a reporter's identifier (`mark`), write the journal entry, commit, and return as `Found` the kind
    of identifier and at most 200 cases, newest first.

    Raises ActionRefused(not_your_step) if the person may not search, ActionRefused(missing_input) without a reason or
    for a text that is no phone number, e-mail address or NIK.
    """
    searching = roles_with("can_search", "Identity")
    speaks = [capacity.actor for capacity in by.capacities if (capacity.held_as or capacity.actor) in searching]
    if not speaks and not (by.observes and by.id is not None):
        raise ActionRefused(RefusalReason.NOT_YOUR_STEP)
    cleaned, errors = check_fields(FIELDS, params)
    typed = cleaned.get("mark")
    kind = identifier_kind(typed) if typed else None
    faults = [*errors, *([FieldError("mark", FieldFault.NOT_A_MARK)] if typed and kind is None else [])]
    if faults or kind is None:
        raise ActionRefused(RefusalReason.MISSING_INPUT, errors=tuple(faults))
    with one_transaction():
        wanted = select(Complaint).where(cases_with_identifier(kind, cleaned["mark"]))
        found = list(db.session.scalars(wanted.order_by(Complaint.id.desc()).limit(MOST_CASES)))
        data = {
            "of": kind,
            "mark": identifier_digest(kind, cleaned["mark"]),
            "as": str(speaks[0]) if speaks else "supervisor",
            "numbers": [row.number for row in found],
        }
        at = now or utc_now()
        db.session.add(
            JournalEntry(kind="identity_searched", at=at, officer_id=by.id, reason=cleaned["reason"], data=data)
        )
        return Found(kind, found)
