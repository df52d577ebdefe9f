"""Storage of SP4N input that needs a decision of the Admin. The same input is stored once and counted when repeated."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import undefer

from app.core.extensions import db
from app.models import Complaint, InboundHold
from app.sp4n.inbound.read_revision import Revision, keyed_hash, named_in
from workflow_rules.process.actors import Person
from workflow_rules.process.identity import Confidentiality


@dataclass(frozen=True)
class NewHold:
    """A value object: SP4N input that is to be stored as an entry for the Admin. `content_hash` identifies repeats,
    `faults` say what is wrong with the input.
    """

    kind: str
    tracking_id: str
    content: dict[str, Any]
    content_hash: str
    faults: tuple[dict[str, Any], ...] = ()
    revision: int | None = None
    confidentiality: str | None = None
    other_hash: str | None = None


def waiting_of(tracking_id: str) -> list[InboundHold]:
    """Return the entries (InboundHold rows) of one report that wait for a decision of the Admin, oldest first."""
    statement = select(InboundHold).where(InboundHold.tracking_id == tracking_id, InboundHold.state == "waiting")
    return list(db.session.scalars(statement.order_by(InboundHold.id)))


def hold_report(revision: Revision, complaint: Complaint | None, waiting: Iterable[InboundHold], at: datetime) -> None:
    """Store a revision with values unknown here as a waiting entry for the Admin, and close waiting revisions that it
    replaces as `superseded`; flushes, does not commit.
    """
    for hold in waiting:
        if hold.kind == "report" and (hold.revision or 0) < revision.number:
            close(hold, "superseded", at)
    store_hold(_hold_of("report", revision), complaint, at)


def hold_conflict(revision: Revision, complaint: Complaint, at: datetime) -> None:
    """Store a revision as a waiting entry for the Admin, because its content differs from that of the case at the same
    revision number; does nothing if an Admin decided on this content before. Does not commit.
    """
    if not _decided(revision):
        store_hold(_hold_of("conflict", revision, other_hash=complaint.sp4n_hash), complaint, at)


def hold_loosening(revision: Revision, complaint: Complaint, wanted: Confidentiality, at: datetime) -> None:
    """Store a request for less secrecy of a report as a waiting entry for the Admin, without the reporter's identity;
    flushes, does not commit.
    """
    content = {"confidentiality": wanted.value}
    new = NewHold("loosening", revision.tracking_id, content, keyed_hash(content), (), revision.number, wanted.value)
    store_hold(new, complaint, at)


def store_hold(new: NewHold, complaint: Complaint | None, at: datetime) -> InboundHold:
    """Return the waiting entry (InboundHold row) of this input: a new row, or the existing one with its repeat counted;
    flushes, does not commit.

    The caller has locked the report, so that no two rows are created.
    """
    same = (InboundHold.kind == new.kind, InboundHold.content_hash == new.content_hash)
    there = select(InboundHold).where(InboundHold.tracking_id == new.tracking_id, *same)
    row = db.session.scalars(there.where(InboundHold.state == "waiting")).first()
    if row is None:
        row = InboundHold(
            kind=new.kind,
            tracking_id=new.tracking_id,
            revision=new.revision,
            confidentiality=new.confidentiality,
            content=json.dumps(new.content),
            content_hash=new.content_hash,
            other_hash=new.other_hash,
            faults=list(new.faults),
            first_at=at,
            times=0,
        )
        db.session.add(row)
    row.complaint_id = complaint.id if complaint is not None else row.complaint_id
    row.times, row.last_at = row.times + 1, at
    if new.revision is not None:
        row.revision = new.revision
    db.session.flush()
    return row


def content_of(hold: InboundHold) -> dict[str, Any]:
    """Return the decrypted input of an entry as a dict; empty once the entry is settled."""
    kept = db.session.scalars(select(InboundHold.content).where(InboundHold.id == hold.id)).one()
    return dict(json.loads(kept)) if kept else {}


def close(hold: InboundHold, state: str, at: datetime, by: Person | None = None, reason: str = "") -> None:
    """Settle an entry with its final state (`applied`, `kept`, `superseded`, `dismissed`), the officer and the reason,
    and erase the stored input, which is not needed any more. Does not commit.
    """
    hold.state, hold.settled_at, hold.reason = state, at, reason
    hold.settled_by_id = by.id if by is not None else None
    hold.content = None


def forget_identities(tracking_id: str) -> None:
    """Remove the reporter's identity from every waiting entry of a report that became anonymous; does not commit."""
    waiting = select(InboundHold).where(InboundHold.tracking_id == tracking_id, InboundHold.state == "waiting")
    for hold in db.session.scalars(waiting.options(undefer(InboundHold.content))):
        content = json.loads(hold.content or "{}")
        if content.pop("reporter", None) is not None:
            hold.content = json.dumps(content)


def requested_confidentialities(holds: Iterable[InboundHold]) -> list[Confidentiality]:
    """Return a list of the confidentialities that waiting reports and conflicts ask for; each applies from the moment
    of receipt.
    """
    asked = (hold.confidentiality for hold in holds if hold.kind in ("report", "conflict"))
    return [Confidentiality(word) for word in asked if word]


def _hold_of(kind: str, revision: Revision, other_hash: str | None = None) -> NewHold:
    named = ((f, str(named_in(revision.payload, f.field))[:300]) for f in revision.faults)
    faults = ({"field": f.field, "fault": f.fault.value, "value": word} for f, word in named)
    asked = revision.secrecy.value if revision.secrecy else None
    content = {name: value for name, value in revision.payload.items() if name != "reporter" or asked != "anonymous"}
    return NewHold(
        kind, revision.tracking_id, content, revision.digest, tuple(faults), revision.number, asked, other_hash
    )


def _decided(revision: Revision) -> bool:
    """Return whether an Admin has already chosen between this content and another of the same revision."""
    either = or_(InboundHold.content_hash == revision.digest, InboundHold.other_hash == revision.digest)
    settled = select(InboundHold.id).where(
        InboundHold.tracking_id == revision.tracking_id,
        InboundHold.kind == "conflict",
        InboundHold.revision == revision.number,
        InboundHold.state.in_(("applied", "kept")),
        either,
    )
    return db.session.execute(settled.limit(1)).first() is not None
