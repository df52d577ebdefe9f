"""One press that brings a report together again: theirs read anew, or ours told anew, by the workers."""

from datetime import datetime

import structlog

from app.core.after_commit import enqueue_after_commit
from app.core.extensions import db
from app.core.jobs import JobName
from app.core.transaction import one_transaction
from app.models import SyncLedger
from app.sp4n.peer.differences import Repair
from app.sp4n.peer.state import ledger_of, want

log = structlog.get_logger()


def replay(ledger_id: int, repair: Repair, officer_id: int, now: datetime) -> str | None:
    """Ask for it and say for which report; None where there is no such row. Pressed twice it is done once."""
    with one_transaction():
        row = db.session.get(SyncLedger, ledger_id)
        if row is None:
            return None
        row = ledger_of(row.tracking_id)
        want(row, repair, now)
        enqueue_after_commit(JobName.POLL_PEER if repair is Repair.FETCH else JobName.PUSH_PEER)
        log.info("peer_replay", report=row.tracking_id, repair=repair.value, officer=officer_id)
        return row.tracking_id
