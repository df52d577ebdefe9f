"""Polling of reports from the peer, page by page in order. Each report is validated like any other input."""

import json
from datetime import datetime

import structlog
from sqlalchemy import select

from app.core.extensions import db
from app.core.locks import POLL_LOCK, try_advisory_lock
from app.core.transaction import one_transaction
from app.models import SyncLedger
from app.models.peer import Drift
from app.outbound.peer_http import PeerFault
from app.sp4n.inbound.apply_revision import StaleRevision, apply_report
from app.sp4n.peer import client
from app.sp4n.peer.client import Incoming
from app.sp4n.peer.state import (
    clear_drift,
    is_due,
    ledger_of,
    lock_peer,
    note_drift,
    note_peer_failure,
    note_peer_success,
)
from app.vocabulary.refusals import refusal_sentence
from workflow_rules.process.parameters import is_blank
from workflow_rules.process.refusals import ActionRefused

log = structlog.get_logger()

MOST_PAGES = 200
LONGEST_KEPT = 2_000_000
LONGEST_ID = 80


def poll_peer(now: datetime) -> int:
    """Fetch and apply the new reports of the peer, then those requested again; return how many were handled, 0 if
    polling is not configured or not due. Commits after each report; an advisory lock allows one poller. A fault of the
    peer is stored, not raised; the cursor moves only past reports that were applied or stored.
    """
    if "poll" not in client.settings():
        return 0
    with try_advisory_lock(POLL_LOCK) as mine:
        if not mine or not is_due("poll", now):
            return 0
        taken = 0
        for _ in range(MOST_PAGES):
            count, more = _take_page(now)
            taken += count
            if not more:
                break
        return taken + fetch_wanted(now) if is_due("poll", now) else taken


def _take_page(now: datetime) -> tuple[int, bool]:
    with one_transaction():
        cursor = lock_peer().poll_cursor
    try:
        page = client.fetch_page(cursor)
    except PeerFault as fault:
        return 0, _note_fault(fault, cursor, now)
    for item in page.items:
        apply_item(item, now)
    with one_transaction():
        peer = lock_peer()
        note_peer_success(peer, "poll", now)
        peer.poll_cursor = page.next
    return len(page.items), page.more and page.next != cursor


def _note_fault(fault: PeerFault, cursor: str, now: datetime) -> bool:
    """Store a failed fetch, commit, and return whether to fetch again at once.

    If the peer no longer knows the cursor, it is reset and everything is read again.
    """
    with one_transaction():
        peer = lock_peer()
        if fault.kind == "expired" and cursor:
            peer.poll_cursor = ""
            log.warning("peer_set_back")
            return True
        note_peer_failure(peer, "poll", fault, now)
        return False


def apply_item(item: Incoming, now: datetime) -> str:
    """Apply one report of the peer, commit, and return its outcome as a word.

    The outcome is one of `Applied`, `echo` (our own change sent back), `stale` (older than ours) or `refused`. A
    rejected report is stored with its reason and raises nothing, so that the next ones are handled.
    """
    if not item.tracking_id or len(item.tracking_id) > LONGEST_ID or is_blank(item.tracking_id):
        log.warning("peer_report_without_number")
        return "refused"
    try:
        with one_transaction():
            return _apply(item, now)
    except StaleRevision:
        with one_transaction():
            ledger_of(item.tracking_id).seen_at = now
            return "stale"
    except ActionRefused as refused:
        # The faulty fields with their faults, without the values.
        faults = "; ".join(f"{error.field[:60]}: {error.fault.value}" for error in refused.errors)
        return _note_refused(item, faults or refusal_sentence(refused), now)
    except Exception as fault:
        # An unexpected fault of one report must not block the reports after it.
        log.exception("peer_report_not_taken")
        return _note_refused(item, type(fault).__name__, now)


def _apply(item: Incoming, now: datetime) -> str:
    row = ledger_of(item.tracking_id)
    told = item.payload.get("revision") if isinstance(item.payload, dict) else None
    revision = told if isinstance(told, int) and not isinstance(told, bool) else None
    if item.echo and item.echo == row.acked_key and revision == row.their_revision:
        row.seen_at = now
        return "echo"
    outcome = apply_report(item.tracking_id, item.payload).outcome
    row.seen_at, row.their_revision = now, revision
    row.refused = row.refused_reason = row.refused_at = None
    clear_drift(row, Drift.MISSING_HERE, Drift.WE_BEHIND)
    return outcome


def _note_refused(item: Incoming, reason: str, now: datetime) -> str:
    if "\x00" in item.tracking_id or not item.tracking_id.isprintable():
        return "refused"
    with one_transaction():
        row = ledger_of(item.tracking_id)
        row.refused = json.dumps(item.payload, ensure_ascii=True)[:LONGEST_KEPT]
        row.refused_reason, row.refused_at, row.seen_at = reason[:300], now, now
        return "refused"


def fetch_wanted(now: datetime, most: int = 500) -> int:
    """Fetch and apply up to `most` reports that a person or a comparison requested; return how many were fetched.
    Commits after each and ends early if the peer does not answer.
    """
    wanted = select(SyncLedger.tracking_id).where(SyncLedger.fetch_wanted).order_by(SyncLedger.id).limit(1)
    for fetched in range(most):
        with one_transaction():
            tracking_id = db.session.scalars(wanted).first()
        if tracking_id is None or not _fetch(tracking_id, now):
            return fetched
    return most


def _fetch(tracking_id: str, now: datetime) -> bool:
    """Fetch and apply one report, commit, and return whether the peer answered; a report that is unknown to the peer or
    refused by it counts as an answer.
    """
    try:
        item = client.fetch_one(tracking_id)
    except PeerFault as fault:
        with one_transaction():
            if fault.kind in ("refused", "denied") and not fault.ends_the_round:
                row = ledger_of(tracking_id)
                row.fetch_wanted, row.last_error = False, f"{fault.kind}: {fault.detail}"[:300]
                return True
            note_peer_failure(lock_peer(), "poll", fault, now)
        return False
    if item is not None and item.tracking_id == tracking_id:
        apply_item(item, now)
    with one_transaction():
        row = ledger_of(tracking_id)
        row.fetch_wanted = False
        if item is None:
            note_drift(row, Drift.MISSING_THERE, row.drift_detail, now)
    return True
