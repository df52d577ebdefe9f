"""Appending of events to the hash chain of their case; every row of `complaint_event` is made here."""

import secrets
from collections.abc import Iterable

from sqlalchemy import BigInteger, bindparam, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from app.casefile.event_history import hashed_record
from app.cases.action_context import Link
from app.core.extensions import db
from app.core.hashing import unrepeatable_digest
from app.feed.append_changes import note_changes
from app.models import Complaint, ComplaintEvent
from workflow_rules.process.actors import BY_REPORTER, Person
from workflow_rules.process.events import Event
from workflow_rules.process.identity import Confidentiality
from workflow_rules.record.hash_chain import link

DIGEST_OF_ADDRESS = "digest:"
SEED_BYTES = 32

_ASKED = func.unnest(bindparam("ids", type_=ARRAY(BigInteger))).table_valued("id").render_derived("asked")
_LAST = (
    select(ComplaintEvent.seq, ComplaintEvent.hash)
    .where(ComplaintEvent.complaint_id == _ASKED.c.id)
    .order_by(ComplaintEvent.seq.desc())
    .limit(1)
    .lateral("last")
)
_LAST_LINKS = (
    select(_ASKED.c.id, _LAST.c.seq, _LAST.c.hash).join_from(_ASKED, _LAST, true()).execution_options(unscoped=True)
)


def note_events(
    happened: Iterable[tuple[Complaint, Event]], by: Person, address: str | None = None, in_feed: bool = False
) -> list[ComplaintEvent]:
    """Append events that do not change the ComplaintFacts of their cases, each after the last event of its case, and
    return their rows. This transaction must have locked the cases. `in_feed` puts the events into the change feed.
    """
    noted = list(happened)
    ids = list({complaint.id for complaint, _ in noted})
    last = {row.id: (row.seq, row.hash) for row in db.session.execute(_LAST_LINKS, {"ids": ids})}
    rows = []
    for complaint, event in noted:
        row = event_row(complaint, event, by, address, last[complaint.id])
        last[complaint.id] = row.seq, row.hash
        rows.append(row)
    db.session.add_all(rows)
    if in_feed:
        note_changes([(complaint, row) for (complaint, _), row in zip(noted, rows, strict=True)])
    return rows


def event_row(
    complaint: Complaint, event: Event, by: Person, address: str | None, after: Link, key: int | None = None
) -> ComplaintEvent:
    """Return the row of an event, linked to the one before in the hash chain of its case (`after`); nothing is written
    yet.
    """
    seq, previous = after
    row = ComplaintEvent(
        id=key,
        complaint_id=complaint.id,
        seq=seq + 1,
        kind=event.kind.value,
        step=event.step,
        agency_code=event.agency,
        actor=event.by.actor,
        officer_id=by.id,
        on_behalf_of_id=event.by.on_behalf_of,
        delegation_id=event.by.delegation,
        delegation_kind=event.by.kind.value if event.by.kind else None,
        at=event.at,
        address=address if event.by.actor != BY_REPORTER else _address_of_reporter(complaint, address),
        data=dict(event.data),
        previous_hash=previous,
        seed=secrets.token_hex(SEED_BYTES),
    )
    row.hash = link(row.previous_hash, hashed_record(complaint.number, row), row.seed)
    return row


def _address_of_reporter(complaint: Complaint, address: str | None) -> str | None:
    """Return the digest that an event stores in place of a reporter's network address; it only shows that two acts of
    one day came from one place. None for an anonymous reporter or when no digest can be made.
    """
    if address is None or complaint.confidentiality == Confidentiality.ANONYMOUS:
        return None
    digest = unrepeatable_digest(f"address of a reporter:{address}")
    return digest and f"{DIGEST_OF_ADDRESS}{digest}"
