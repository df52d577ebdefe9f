"""Rows of the change feed, which SP4N and webhooks read; each is written in the transaction that makes the change."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from app.core.bulk_insert import insert_rows
from app.core.extensions import db
from app.models import Complaint, ComplaintEvent, SyncChange
from app.models.change_feed import LINKED, REMOVED

MARK_LETTERS = 12


def note_changes(happened: Iterable[tuple[Complaint, ComplaintEvent]]) -> None:
    """Insert a row into the change feed for each event whose complaint has a tracking id, without a commit. The session
    is flushed first, so that the events have keys.
    """
    linked = [(complaint, event) for complaint, event in happened if complaint.sp4n_tracking_id is not None]
    if linked:
        db.session.flush()
        rows = (row for complaint, event in linked for row in changes_of(complaint, event, "office"))
        insert_rows(SyncChange.__table__, rows)


def changes_of(complaint: Complaint, event: ComplaintEvent, origin: str) -> list[dict[str, Any]]:
    """Return a list with the change feed row of an event as a dict of column values, to be inserted by the caller; []
    for a complaint without a tracking id. The event must have its key.
    """
    if complaint.sp4n_tracking_id is None:
        return []
    return [_row(complaint, event.kind, event.at, origin, event=event)]


def note_linked(complaint: Complaint, at: datetime) -> None:
    """Insert the change feed row that says that an officer gave a complaint its tracking id: its feed begins with its
    present state. Does not commit.
    """
    insert_rows(SyncChange.__table__, [_row(complaint, LINKED, at, "office")])


def note_removed(complaint: Complaint, at: datetime) -> None:
    """Insert the tombstone of a complaint into the change feed before it loses its tracking id, so that readers know
    that no more changes follow. Does not commit.
    """
    insert_rows(SyncChange.__table__, [_row(complaint, REMOVED, at, "office", tombstone=True)])


def _row(
    complaint: Complaint,
    kind: str,
    at: datetime,
    origin: str,
    event: ComplaintEvent | None = None,
    tombstone: bool = False,
) -> dict[str, Any]:
    return {
        "complaint_id": complaint.id,
        "event_id": event.id if event is not None else None,
        "tracking_id": complaint.sp4n_tracking_id,
        "number": complaint.number,
        "revision": complaint.sp4n_revision,
        "version": complaint.version,
        "kind": kind,
        "status": complaint.status,
        "at": at,
        "origin": origin,
        "tombstone": tombstone,
        "mark": event.hash[:MARK_LETTERS] if event is not None else secrets.token_hex(MARK_LETTERS // 2),
    }
