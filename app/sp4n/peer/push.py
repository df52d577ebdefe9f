"""Sending of our changes to the peer, read from the change feed: in order per report, each change with its own key."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from app.casefile.facts import rows_of
from app.core.clock import office_time
from app.core.extensions import db
from app.core.locks import PUSH_LOCK, try_advisory_lock
from app.core.transaction import one_transaction
from app.feed.read import CursorTooOld, CursorUnreadable, read_changes
from app.feed.sequence import number_changes
from app.models import Complaint, ComplaintEvent, SyncChange, SyncLedger
from app.models.peer import Drift
from app.outbound.peer_http import PeerFault
from app.outbound.restore_hold import not_held
from app.sp4n.peer import client
from app.sp4n.peer.report_state import state_of
from app.sp4n.peer.state import (
    clear_drift,
    is_due,
    ledgers_of,
    lock_peer,
    note_peer_failure,
    note_peer_success,
    pause_after,
    set_in_step,
)
from workflow_rules.process.actions import Action

PAGE = 500
MOST_SENT = 2000
AWAY_AFTER = 3
"""Failures in a row after which the peer counts as away; a single failure may be due to the report itself."""

FAILED_AFTER, PARKED_AFTER = 5, 5


def push_peer(now: datetime) -> int:
    """Send the waiting changes of reports to the peer and return how many the peer acknowledged; commits after each.

    An advisory lock allows one sender. Returns 0 if sending is not configured or not due. A fault of the peer is
    stored, not raised.
    """
    if "push" not in client.settings():
        return 0
    with try_advisory_lock(PUSH_LOCK) as mine:
        if not mine:
            return 0
        note_wanted_positions(now)
        return _send_all(now) if is_due("push", now) else 0


def note_wanted_positions(now: datetime) -> None:
    """Read the change feed to its end and store for each report up to which position of the feed the peer must be
    informed; commits.
    """
    number_changes()
    while _note_page(now):
        pass


def _note_page(now: datetime) -> bool:
    with one_transaction():
        peer = lock_peer()
        try:
            page = read_changes(peer.push_cursor, PAGE)
        except (CursorTooOld, CursorUnreadable):
            peer.push_cursor = ""
            return True
        rows = ledgers_of([change.tracking_id for change in page.changes])
        for change in page.changes:
            row, position = rows[change.tracking_id], change.position or 0
            if position <= row.wanted_position:
                continue
            if not row.wanted_position:
                row.acked_position = position - 1
            row.wanted_position = position
            if row.state == "in_step":
                row.state, row.next_try_at = "behind", now
        peer.push_cursor = page.next
        return page.more


def _send_all(now: datetime) -> int:
    """Send changes to the peer until none is due, 2,000 are sent or `AWAY_AFTER` reports in a row got no answer; commit
    after each, and return how many the peer acknowledged.
    """
    sent, silences = 0, list[PeerFault]()
    while sent < MOST_SENT and len(silences) < AWAY_AFTER:
        outcome = _send_next(now)
        if outcome is None:
            break
        if isinstance(outcome, int):
            sent, silences = sent + outcome, []
        elif outcome.kind != "refused":
            silences.append(outcome)
            if outcome.ends_the_round:
                break
    with one_transaction():
        peer = lock_peer()
        if silences and (not sent or len(silences) == AWAY_AFTER or silences[-1].ends_the_round):
            note_peer_failure(peer, "push", silences[-1], now)
        elif sent and note_peer_success(peer, "push", now):
            # The peer answers again: all waiting reports become due at once.
            waiting = (SyncLedger.state.in_(("behind", "failed")), SyncLedger.next_try_at > now)
            due = update(SyncLedger).where(*waiting).values(next_try_at=now)
            db.session.execute(due.execution_options(synchronize_session=False))
    return sent


def _send_next(now: datetime) -> PeerFault | int | None:
    """Send one change of the report that is due longest, and commit.

    Return 1 if acknowledged, 0 if nothing was left to send for that report, the PeerFault (returned, not raised), or
    None if no report is due. The row stays locked during the call, so that a crash repeats the change with an equal
    key.
    """
    with one_transaction():
        waiting = SyncLedger.state.in_(("behind", "failed"))
        due = select(SyncLedger).where(SyncLedger.next_try_at <= now, waiting, not_held())
        due = due.order_by(SyncLedger.next_try_at, SyncLedger.id).limit(1).with_for_update(skip_locked=True)
        row = db.session.scalars(due.execution_options(populate_existing=True)).first()
        if row is None:
            return None
        message = _message_of(row)
        if message is None:
            set_in_step(row)
            return 0
        try:
            client.send(message)
        except PeerFault as fault:
            _note_failure(row, fault, now)
            return fault
        _note_acknowledged(row, message, now)
        return 1


def _note_failure(row: SyncLedger, fault: PeerFault, now: datetime) -> None:
    """Store a failure in the ledger row of a report and schedule the next try; does not commit.

    A report that the peer keeps refusing is parked for a person; others are retried without limit. A rejected token
    does not count as a try of the report.
    """
    row.tries += 0 if fault.kind == "denied" and fault.ends_the_round else 1
    row.sent_at, row.last_error = now, f"{fault.kind}: {fault.detail}"[:300]
    if fault.kind in ("refused", "expired"):
        row.state = "parked" if row.tries >= PARKED_AFTER else "failed"
    elif row.tries >= FAILED_AFTER:
        row.state = "failed"
    row.next_try_at = None if row.state == "parked" else now + pause_after(row.tries)


def _note_acknowledged(row: SyncLedger, message: dict[str, Any], now: datetime) -> None:
    row.acked_position, row.acked_version = message["position"], message["version"]
    row.acked_status, row.acked_key, row.acked_at, row.sent_at = message["status"], message["key"], now, now
    clear_drift(row, Drift.MISSING_THERE)
    if message["key"] == row.resend_key:
        row.resend_key = None
        clear_drift(row, Drift.THEY_BEHIND, Drift.STATUS)
    if row.acked_position < row.wanted_position or row.resend_key:
        row.state, row.tries, row.next_try_at, row.last_error = "behind", 0, now, None
    else:
        set_in_step(row)


def _message_of(row: SyncLedger) -> dict[str, Any] | None:
    """Return the next message (dict) about a report: its oldest unsent change, or its whole state; None if there is
    nothing to send. May set `resend_key` of the row.
    """
    if row.resend_key is None:
        among = SyncChange.position.between(row.acked_position + 1, row.wanted_position)
        changes = select(SyncChange).where(SyncChange.tracking_id == row.tracking_id, among)
        change = db.session.scalars(changes.order_by(SyncChange.position).limit(1)).first()
        if change is not None:
            return _as_message(change)
        if row.acked_position >= row.wanted_position:
            return None
        row.resend_key = f"ulang.{secrets.token_hex(6)}"
    complaint = db.session.scalars(
        select(Complaint).where(Complaint.sp4n_tracking_id == row.tracking_id).execution_options(unscoped=True)
    ).first()
    return _whole_state(complaint, row) if complaint is not None else None


def _as_message(change: SyncChange) -> dict[str, Any]:
    answer = None
    if change.kind == Action.REPLY:
        event = select(ComplaintEvent.data).where(ComplaintEvent.id == change.event_id)
        data = db.session.execute(event.execution_options(unscoped=True)).scalar_one_or_none() or {}
        answer = data.get("text")
    return {
        "key": f"{change.position}.{change.mark}",
        "position": change.position,
        "tracking_id": change.tracking_id,
        "number": change.number,
        "kind": change.kind,
        "status": change.status,
        "version": change.version,
        "revision": change.revision,
        "at": office_time(change.at).isoformat(),
        "origin": change.origin,
        "tombstone": change.tombstone,
        "answer": answer,
    }


def _whole_state(complaint: Complaint, row: SyncLedger) -> dict[str, Any]:
    """Return a message (dict) to the peer with a report's whole current state, which covers all earlier changes."""
    state = state_of(complaint, rows_of(complaint))
    return {
        "key": row.resend_key,
        "position": row.wanted_position,
        "tracking_id": row.tracking_id,
        "number": complaint.number,
        "kind": "state",
        "status": complaint.status,
        "version": complaint.version,
        "revision": complaint.sp4n_revision,
        "at": state["received_at"],
        "origin": "office",
        "tombstone": False,
        "answer": (state["answer"] or {}).get("text"),
    }
