"""The only writer of the event log and of the book of time: each record takes the hash of the one before it."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from typing import Any

from sqlalchemy import BigInteger, Select, bindparam, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from app.cases.action_context import Last, Link
from app.core.bulk_insert import write_rows
from app.core.extensions import db
from app.core.hashing import unrepeatable_digest
from app.models import Complaint, ComplaintEvent, LedgerRow
from workflow_rules.process.actors import Actor, Person
from workflow_rules.process.events import Event
from workflow_rules.process.facts import ComplaintFacts
from workflow_rules.process.identity import Confidentiality
from workflow_rules.record.hash_chain import GENESIS, link
from workflow_rules.record.time_ledger import LedgerEntry, entries

DIGEST_OF_ADDRESS = "digest:"
SEED_BYTES = 32


def record_history(complaint: Complaint, event: Event, by: Person, address: str | None) -> ComplaintEvent:
    """Append one event to a complaint whose row is locked by this transaction."""
    seq, digest = _last_links([complaint.id])[complaint.id]
    row = _event_row(complaint, event, by, address, seq + 1, digest)
    db.session.add(row)
    return row


def next_event(complaint: Complaint, event: Event, by: Person, address: str | None, last: Last) -> ComplaintEvent:
    """The same for the caller to write, after an event that has been read behind the lock."""
    (seq, digest), key = last
    row = _event_row(complaint, event, by, address, seq + 1, digest)
    row.id = key
    return row


def record_together(happened: Sequence[tuple[Complaint, Event]], by: Person) -> list[ComplaintEvent]:
    """Append events to several complaints whose rows are locked by this transaction, each after the last of its own."""
    last = _last_links({complaint.id for complaint, _ in happened})
    written = []
    for complaint, event in happened:
        seq, digest = last[complaint.id]
        row = _event_row(complaint, event, by, None, seq + 1, digest)
        last[complaint.id] = row.seq, row.hash
        written.append(row)
    db.session.add_all(written)
    return written


def _last_links(complaint_ids: Iterable[int]) -> dict[int, Link]:
    """The last event of each complaint, on which the next one follows."""
    ids = list(complaint_ids)
    found = {row.id: (row.seq, row.hash) for row in db.session.execute(_LAST_LINKS, {"ids": ids})}
    return {key: found.get(key, (0, GENESIS)) for key in ids}


def _last_of_each() -> Select[Any]:
    asked = func.unnest(bindparam("ids", type_=ARRAY(BigInteger))).table_valued("id").render_derived("asked")
    events = select(ComplaintEvent.seq, ComplaintEvent.hash).where(ComplaintEvent.complaint_id == asked.c.id)
    last = events.order_by(ComplaintEvent.seq.desc()).limit(1).lateral("last")
    each = select(asked.c.id, last.c.seq, last.c.hash).join_from(asked, last, true())
    return each.execution_options(unscoped=True)


_LAST_LINKS = _last_of_each()


def begin_history(complaint: Complaint, event: Event, by: Person, address: str | None) -> ComplaintEvent:
    """The first event of a complaint that this transaction is making, for the caller to write."""
    return _event_row(complaint, event, by, address, 1, GENESIS)


def _event_row(
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
        address=_address(complaint, event, address),
        data=dict(event.data),
        previous_hash=previous,
        seed=secrets.token_hex(SEED_BYTES),
    )
    row.hash = link(row.previous_hash, hashed_record(complaint.number, row), row.seed)
    return row


def _address(complaint: Complaint, event: Event, address: str | None) -> str | None:
    """Where an act came from: the address of an officer or a program; of a reporter a digest, which only shows that two
    acts of a day came from one place; of an anonymous reporter nothing.
    """
    if address is None or event.by.actor is not Actor.REPORTER:
        return address
    if complaint.confidentiality == Confidentiality.ANONYMOUS:
        return None
    digest = unrepeatable_digest(f"address of a reporter:{address}")
    return digest and f"{DIGEST_OF_ADDRESS}{digest}"


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
    write_rows(LedgerRow.__table__, ledger_lines(complaint, before, after, event, by))


def ledger_lines(
    complaint: Complaint, before: ComplaintFacts | None, after: ComplaintFacts, event: Event, by: Person
) -> list[dict[str, Any]]:
    """The same for the caller to write."""
    return [_ledger_line(complaint, entry) for entry in entries(before, after, event, by.id)]


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
