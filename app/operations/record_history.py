"""The only writer of the event log and of the book of time: each record takes the hash of the one before it."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from sqlalchemy import select

from app.extensions import db
from app.models import Complaint, ComplaintEvent, LedgerRow
from app.operations.write_rows import write_rows
from app.queries.act_frame import Link
from workflow_rules.actors import Person
from workflow_rules.events import Event
from workflow_rules.facts import ComplaintFacts
from workflow_rules.hash_chain import GENESIS, link
from workflow_rules.ledger import LedgerEntry, entries


def record_history(
    complaint: Complaint, event: Event, by: Person, address: str | None, last: Link | None = None
) -> ComplaintEvent:
    """Append one event to a complaint whose row is locked by this transaction; `last` is the event before, where it
    has been read behind that lock.
    """
    seq, digest = last or _last_link(complaint)
    return _append(complaint, event, by, address, seq + 1, digest)


def _last_link(complaint: Complaint) -> Link:
    own = select(ComplaintEvent.seq, ComplaintEvent.hash).where(ComplaintEvent.complaint_id == complaint.id)
    last = own.order_by(ComplaintEvent.seq.desc()).limit(1).execution_options(unscoped=True)
    found = db.session.execute(last).first()
    return (found.seq, found.hash) if found else (0, GENESIS)


def begin_history(complaint: Complaint, event: Event, by: Person, address: str | None) -> ComplaintEvent:
    """The first event of a complaint that this transaction has just made."""
    return _append(complaint, event, by, address, 1, GENESIS)


def _append(
    complaint: Complaint, event: Event, by: Person, address: str | None, seq: int, previous: str
) -> ComplaintEvent:
    row = ComplaintEvent(
        complaint_id=complaint.id,
        seq=seq,
        kind=event.kind.value,
        step=event.step.value if event.step else None,
        agency_code=event.agency,
        actor=event.by.actor.value,
        officer_id=by.id,
        on_behalf_of_id=event.by.on_behalf_of,
        delegation_id=event.by.delegation,
        delegation_kind=event.by.kind.value if event.by.kind else None,
        at=event.at,
        address=address,
        data=dict(event.data),
        previous_hash=previous,
    )
    row.hash = link(row.previous_hash, hashed_record(complaint.number, row))
    db.session.add(row)
    return row


def hashed_record(number: str, row: ComplaintEvent) -> Mapping[str, Any]:
    """Everything of an event that the chain vouches for; instants as RFC 3339 in UTC."""
    return {
        "complaint": number,
        "seq": row.seq,
        "kind": row.kind,
        "step": row.step,
        "agency": row.agency_code,
        "actor": row.actor,
        "officer": row.officer_id,
        "on_behalf_of": row.on_behalf_of_id,
        "delegation": row.delegation_id,
        "delegation_kind": row.delegation_kind,
        "at": row.at.astimezone(UTC).isoformat(),
        "address": row.address,
        "data": row.data,
    }


def keep_ledger(
    complaint: Complaint, before: ComplaintFacts | None, after: ComplaintFacts, event: Event, by: Person
) -> None:
    """Append what an event did to the clocks of a complaint whose row is locked by this transaction."""
    write_rows(LedgerRow.__table__, (_ledger_line(complaint, entry) for entry in entries(before, after, event, by.id)))


def first_ledger_lines(complaint: Complaint, after: ComplaintFacts, event: Event, by: Person) -> list[dict[str, Any]]:
    """What the reception of a new complaint puts into the book of time, for the caller to write."""
    return [_ledger_line(complaint, entry) for entry in entries(None, after, event, by.id)]


def _ledger_line(complaint: Complaint, entry: LedgerEntry) -> dict[str, Any]:
    return {
        "complaint_id": complaint.id,
        "kind": entry.kind.value,
        "at": entry.at,
        "step": entry.step.value,
        "track": entry.track,
        "house": entry.house,
        "officer_id": entry.officer,
    }
