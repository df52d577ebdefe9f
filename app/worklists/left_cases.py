"""Cases that an agency has left, reduced to number, dates and reason."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from app.core.extensions import db
from app.models import AgencyTrackRow, Complaint, ComplaintEvent
from workflow_rules.process.actions import Action
from workflow_rules.process.actors import Person

LEAVING = (Action.DECLINE, Action.RECALL, Action.DROP_AGENCY, Action.RELEASE)
MOST = 500


@dataclass(frozen=True)
class LeftCase:
    """A value object: a case that an agency left. It says when the case was sent to the agency (`sent_at`), and by
    which action (`kind`), when (`at`, aware UTC) and why the agency left it.

    `reason` is the note that the officer wrote, or else the reason chosen.
    """

    number: str
    agency: str
    sent_at: datetime | None
    kind: str
    at: datetime
    reason: str


def left_cases(person: Person) -> list[LeftCase]:
    """Return a list of the cases (LeftCase) that this person's agencies left and no longer see, latest first, at most
    500; empty for a person without an agency.

    Bypasses agency isolation, which hides these cases, and so selects no content of the case.
    """
    if not person.agencies:
        return []
    leaving = (
        (ComplaintEvent.complaint_id == AgencyTrackRow.complaint_id)
        & (ComplaintEvent.agency_code == AgencyTrackRow.agency_code)
        & ComplaintEvent.kind.in_([kind.value for kind in LEAVING])
    )
    left = AgencyTrackRow.agency_code.in_(person.agencies) & AgencyTrackRow.sight_ended
    statement = (
        select(
            *(Complaint.number, AgencyTrackRow.agency_code, AgencyTrackRow.sent_at),
            *(ComplaintEvent.kind, ComplaintEvent.at, ComplaintEvent.data),
        )
        .join(Complaint, Complaint.id == AgencyTrackRow.complaint_id)
        .join(ComplaintEvent, leaving)
        .where(left, AgencyTrackRow.sent_at.is_not(None))
        .ext(distinct_on(AgencyTrackRow.complaint_id, AgencyTrackRow.agency_code))
        .order_by(AgencyTrackRow.complaint_id, AgencyTrackRow.agency_code, ComplaintEvent.seq.desc())
    )
    found = db.session.execute(statement.execution_options(unscoped=True, without_isolation=True)).all()
    cases = [LeftCase(*row[:5], reason=str(row.data.get("note") or row.data.get("reason") or "")) for row in found]
    return sorted(cases, key=lambda case: case.at, reverse=True)[:MOST]
