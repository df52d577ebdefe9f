"""Stored state of the synchronisation with the peer: one row for the connection, one row per report."""

import secrets
from datetime import datetime, timedelta
from typing import Literal

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.core.after_commit import enqueue_after_commit
from app.core.extensions import db
from app.core.jobs import JobName
from app.core.transaction import one_transaction
from app.core.work_queue import doubled_delay
from app.models import SyncLedger, SyncPeer
from app.models.peer import Drift
from app.outbound.peer_http import PeerFault
from app.outbound.restore_hold import is_held
from app.sp4n.peer.differences import Repair

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(minutes=30)
LONGEST_DENIED_PAUSE = timedelta(minutes=2)
"""Short, because a person who has corrected the token wants to see at once that it works."""

Way = Literal["poll", "push"]


def lock_peer() -> SyncPeer:
    """Return the SyncPeer row of the connection to the peer, freshly read and locked until the transaction ends."""
    return db.session.scalars(
        select(SyncPeer).where(SyncPeer.id == 1).with_for_update().execution_options(populate_existing=True)
    ).one()


def is_due(way: Way, now: datetime) -> bool:
    """Return whether a poll or push of the peer (`way`) may start at `now`: no pause is running, and sending is not on
    hold after a restore.
    """
    with one_transaction():
        due_at = getattr(lock_peer(), f"next_{way}_at")
        return not is_held() and (due_at is None or due_at <= now)


def pause_after(failures: int) -> timedelta:
    """Return the pause after this many failures as a timedelta: one minute, doubled each time, at most 30 minutes."""
    return doubled_delay(failures, FIRST_PAUSE, LONGEST_PAUSE)


def note_peer_failure(peer: SyncPeer, way: Way, fault: PeerFault, now: datetime) -> None:
    """Store a failed call of the peer in its row and schedule the next try: after `retry_after` if given, else with
    growing pauses. Does not commit.
    """
    failures = getattr(peer, f"{way}_failures") + 1
    wait = min(pause_after(failures), LONGEST_DENIED_PAUSE if fault.kind == "denied" else timedelta.max)
    if fault.retry_after is not None:
        wait = timedelta(seconds=fault.retry_after)
    setattr(peer, f"{way}_failures", failures)
    setattr(peer, f"next_{way}_at", now + wait)
    peer.away_since = peer.away_since or now
    peer.last_error = f"{fault.kind}: {fault.detail}"[:300]


def note_peer_success(peer: SyncPeer, way: Way, now: datetime) -> bool:
    """Store a successful call of the peer in its row and return whether the call before of this kind (poll or push) had
    failed. Does not commit.
    """
    had_failed: bool = getattr(peer, f"{way}_failures") > 0
    setattr(peer, f"{way}_failures", 0)
    setattr(peer, f"next_{way}_at", None)
    setattr(peer, "polled_at" if way == "poll" else "pushed_at", now)
    if not peer.poll_failures and not peer.push_failures:
        peer.away_since = peer.last_error = None
    return had_failed


def ledger_of(tracking_id: str) -> SyncLedger:
    """Return the SyncLedger row of a report, created if missing, locked until the transaction ends."""
    return ledgers_of([tracking_id])[tracking_id]


def ledgers_of(tracking_ids: list[str]) -> dict[str, SyncLedger]:
    """Return a dict of tracking id to SyncLedger row for these reports; rows are created if missing and locked in
    sorted order against deadlocks. Does not commit.
    """
    wanted = sorted(set(tracking_ids))
    if not wanted:
        return {}
    fresh = {"state": "in_step", "acked_position": 0, "wanted_position": 0, "tries": 0, "fetch_wanted": False}
    statement = insert(SyncLedger).values([{"tracking_id": name, **fresh} for name in wanted])
    db.session.execute(statement.on_conflict_do_nothing(index_elements=["tracking_id"]))
    rows = select(SyncLedger).where(SyncLedger.tracking_id.in_(wanted)).order_by(SyncLedger.tracking_id)
    rows = rows.with_for_update().execution_options(populate_existing=True)
    return {row.tracking_id: row for row in db.session.scalars(rows)}


def request_repair(row: SyncLedger, repair: Repair, now: datetime) -> None:
    """Set in the ledger row that a report is to be fetched from the peer or sent to it again; a second request has no
    further effect. Does not commit.
    """
    if repair is Repair.FETCH:
        row.fetch_wanted = True
        return
    row.resend_key = row.resend_key or f"ulang.{secrets.token_hex(6)}"
    row.state, row.tries, row.next_try_at = "behind", 0, now


def set_in_step(row: SyncLedger) -> None:
    """Set the SyncLedger row of a report to the state "in_step" (nothing waits to be sent), without tries and error;
    does not commit.
    """
    row.state, row.tries, row.next_try_at, row.last_error, row.resend_key = "in_step", 0, None, None, None


def note_drift(row: SyncLedger, drift: Drift | None, detail: dict[str, object] | None, now: datetime) -> None:
    """Set a difference found at `now` (aware datetime) in the SyncLedger row of a report, or clear it with None; does
    not commit.
    """
    row.drift, row.drift_detail = (drift.value if drift else None), detail
    row.drift_at = now if drift else None


def clear_drift(row: SyncLedger, *drifts: Drift) -> None:
    """Clear the difference in the SyncLedger row of a report if it is one of `drifts`; does not commit. The next
    comparison verifies the repair.
    """
    if row.drift in drifts:
        row.drift = row.drift_detail = row.drift_at = None


log = structlog.get_logger()


def request_repair_by(ledger_id: int, repair: Repair, officer_id: int, now: datetime) -> str | None:
    """Request a repair of a report for an officer, enqueue its job, commit, and return the tracking id; None if there
    is no ledger row with this id.
    """
    with one_transaction():
        row = db.session.get(SyncLedger, ledger_id)
        if row is None:
            return None
        row = ledger_of(row.tracking_id)
        request_repair(row, repair, now)
        enqueue_after_commit(JobName.POLL_PEER if repair is Repair.FETCH else JobName.PUSH_PEER)
        log.info("peer_replay", report=row.tracking_id, repair=repair.value, officer=officer_id)
        return row.tracking_id
