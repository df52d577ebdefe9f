"""The outbox of SP4N and of webhooks: a change is noted in the transaction that makes it, or it was not made."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from app.core.bulk_insert import write_rows
from app.core.extensions import db
from app.models import Complaint, ComplaintEvent, SyncChange
from app.models.sync import LINKED, REMOVED

MARK_LETTERS = 12


def note_change(complaint: Complaint, event: ComplaintEvent, origin: str = "office") -> None:
    """Note an event of a complaint whose rows already say what it led to; nothing for one that SP4N does not know."""
    note_changes([(complaint, event)], origin)


def note_changes(happened: Iterable[tuple[Complaint, ComplaintEvent]], origin: str = "office") -> None:
    """The same for events of several complaints."""
    told = [(complaint, event) for complaint, event in happened if complaint.sp4n_tracking_id is not None]
    if told:
        db.session.flush()
        write_rows(SyncChange.__table__, (_of_event(complaint, event, origin) for complaint, event in told))


def changes_of(complaint: Complaint, event: ComplaintEvent, origin: str) -> list[dict[str, Any]]:
    """What `note_change` notes of an event whose key is known, for the caller to write."""
    return [_of_event(complaint, event, origin)] if complaint.sp4n_tracking_id is not None else []


def note_linked(complaint: Complaint, at: datetime) -> None:
    """Note that a complaint got its tracking id from an officer: the feed begins with how it stands."""
    write_rows(SyncChange.__table__, [_line(complaint, LINKED, at, "office", mark=_new_mark())])


def note_removed(complaint: Complaint, at: datetime) -> None:
    """Leave a tombstone before a complaint loses its tracking id: who reads on knows that no more will come."""
    write_rows(SyncChange.__table__, [_line(complaint, REMOVED, at, "office", mark=_new_mark(), tombstone=True)])


def _new_mark() -> str:
    return secrets.token_hex(MARK_LETTERS // 2)


def _of_event(complaint: Complaint, event: ComplaintEvent, origin: str) -> dict[str, Any]:
    return _line(complaint, event.kind, event.at, origin, event_id=event.id, mark=event.hash[:MARK_LETTERS])


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
        "tombstone": False,
        **more,
    }
