"""Cases that an agency has left, reduced to number, dates and reason."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import distinct_on

from app.core.extensions import db
from app.models import AgencyTrackRow, Complaint, ComplaintEvent
from workflow_rules.process.actions import Action
from workflow_rules.process.actors import Person

LEAVING = (Action.DECLINE, Action.RECALL, Action.DROP_AGENCY, Action.RELEASE)
MOST = 500


@dataclass(frozen=True)
class LeftCase:
    """A case that an agency left: by which action (`kind`), when (`at`, aware UTC) and why."""

    number: str
    agency: str
    sent_at: datetime | None
    kind: str
    at: datetime
    reason: str


def left_cases(person: Person) -> list[LeftCase]:
    """Return the cases that this person's agencies left and no longer see, latest first, at most 500.

    Bypasses agency isolation, which hides these cases, and so selects no content of the case.
    """
    if not person.agencies:
        return []
    left = AgencyTrackRow.agency_code.in_(person.agencies) & AgencyTrackRow.sight_ended
    statement = (
        select(
            *(Complaint.number, AgencyTrackRow.agency_code, AgencyTrackRow.sent_at),
            *(ComplaintEvent.kind, ComplaintEvent.at, ComplaintEvent.data),
        )
        .join(Complaint, Complaint.id == AgencyTrackRow.complaint_id)
        .join(ComplaintEvent, _is_leaving())
        .where(left, AgencyTrackRow.sent_at.is_not(None))
        .ext(distinct_on(AgencyTrackRow.complaint_id, AgencyTrackRow.agency_code))
        .order_by(AgencyTrackRow.complaint_id, AgencyTrackRow.agency_code, ComplaintEvent.seq.desc())
    )
    found = db.session.execute(statement.execution_options(unscoped=True, beyond_wall=True)).all()
    cases = [LeftCase(*row[:5], reason=_words(row.data)) for row in found]
    return sorted(cases, key=lambda case: case.at, reverse=True)[:MOST]


def _is_leaving() -> ColumnElement[bool]:
    own_case = ComplaintEvent.complaint_id == AgencyTrackRow.complaint_id
    own_part = ComplaintEvent.agency_code == AgencyTrackRow.agency_code
    return own_case & own_part & ComplaintEvent.kind.in_([kind.value for kind in LEAVING])


def _words(data: dict[str, Any]) -> str:
    """Return the explanation written when the agency left: the note if there is one, otherwise the reason."""
    return str(data.get("note") or data.get("reason") or "")
