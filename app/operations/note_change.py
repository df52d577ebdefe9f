"""The outbox of SP4N and of webhooks: a change is noted in the transaction that makes it, or it was not made."""

import secrets
from datetime import datetime
from typing import Any

from app.extensions import db
from app.models import Complaint, ComplaintEvent, SyncChange
from app.models.sync import LINKED, REMOVED

MARK_LETTERS = 12


def note_change(complaint: Complaint, event: ComplaintEvent, origin: str = "office") -> None:
    """Note an event of a complaint whose rows already say what it led to; nothing for one that SP4N does not know."""
    if complaint.sp4n_tracking_id is None:
        return
    db.session.flush()
    _add(complaint, event.kind, event.at, origin, event_id=event.id, mark=event.hash[:MARK_LETTERS])


def first_change(complaint: Complaint, event: ComplaintEvent) -> dict[str, Any]:
    """The line for a complaint that has just come from SP4N, for the caller to write."""
    mark = event.hash[:MARK_LETTERS]
    return _line(complaint, event.kind, event.at, "sp4n", event_id=event.id, mark=mark, tombstone=False)


def note_linked(complaint: Complaint, at: datetime) -> None:
    """Note that a complaint got its tracking id from an officer: the feed begins with how it stands."""
    _add(complaint, LINKED, at, "office", mark=_new_mark())


def note_removed(complaint: Complaint, at: datetime) -> None:
    """Leave a tombstone before a complaint loses its tracking id: who reads on knows that no more will come."""
    _add(complaint, REMOVED, at, "office", mark=_new_mark(), tombstone=True)


def _new_mark() -> str:
    return secrets.token_hex(MARK_LETTERS // 2)


def _add(complaint: Complaint, kind: str, at: datetime, origin: str, **more: object) -> None:
    db.session.add(SyncChange(**_line(complaint, kind, at, origin, **more)))
    db.session.flush()


def _line(complaint: Complaint, kind: str, at: datetime, origin: str, **more: object) -> dict[str, Any]:
    return {
        "complaint_id": complaint.id,
        "tracking_id": complaint.sp4n_tracking_id,
        "number": complaint.number,
        "revision": complaint.sp4n_revision,
        "version": complaint.version,
        "kind": kind,
        "status": complaint.status,
        "at": at,
        "origin": origin,
        **more,
    }
