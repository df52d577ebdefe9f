"""Nightly comparison with the peer: differences are noted per report, and repairs are requested where that is safe."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from app.core.clock import office_time, office_today
from app.core.extensions import db
from app.core.locks import COMPARE_LOCK, try_advisory_lock
from app.core.transaction import one_transaction
from app.models import SyncComparison, SyncLedger
from app.models.peer import Drift
from app.outbound.peer_http import PeerFault
from app.outbound.restore_hold import is_held
from app.sp4n.peer import client
from app.sp4n.peer.differences import Repair, Side, drift_of, repair_of
from app.sp4n.peer.push import note_wanted_positions
from app.sp4n.peer.report_state import Held, held_among, held_reports
from app.sp4n.peer.state import ledgers_of, note_drift, request_repair

BEGINS_AT = time(2)
TRY_AGAIN = timedelta(minutes=30)
BATCH = 1000
Sides = dict[str, Side]


def compare_peer(now: datetime) -> str:
    """Compare all reports with the peer once per office date, from 02:00 office time, and commit the differences.

    Returns "compared", "away" (tried again after 30 minutes), "not now" (too early or not configured) or "done already"
    (also while another process compares, or sending is on hold in a restored copy).
    """
    if "list" not in client.settings() or office_time(now).time() < BEGINS_AT:
        return "not now"
    with try_advisory_lock(COMPARE_LOCK) as mine:
        night = _begin(now) if mine else None
        if night is None:
            return "done already"
        try:
            compared, drifted = _compare(now)
        except PeerFault as fault:
            return _end(night, now, error=f"{fault.kind}: {fault.detail}"[:300])
        return _end(night, now, compared=compared, drifted=drifted)


def _begin(now: datetime) -> int | None:
    """Claim the comparison of this office date, commit, and return the id of its row; None if it is done, was tried
    within 30 minutes, or sending is on hold after a restore. The row's unique day lets only one process claim it.
    """
    day = office_today(now)
    with one_transaction():
        if is_held():
            return None
        fresh = {"day": day, "began_at": now, "compared": 0, "drifted": 0}
        made = insert(SyncComparison).values(fresh).on_conflict_do_nothing(index_elements=["day"])
        if (identity := db.session.execute(made.returning(SyncComparison.id)).scalar_one_or_none()) is not None:
            return int(identity)
        row = db.session.scalars(select(SyncComparison).where(SyncComparison.day == day).with_for_update()).one()
        if (row.ended_at is not None and row.error is None) or now - row.began_at < TRY_AGAIN:
            return None
        row.began_at, row.error = now, None
        return row.id


def _end(night: int, now: datetime, compared: int = 0, drifted: int = 0, error: str | None = None) -> str:
    with one_transaction():
        row = db.session.get_one(SyncComparison, night)
        row.ended_at, row.compared, row.drifted, row.error = now, compared, drifted, error
    return "away" if error else "compared"


def _compare(now: datetime) -> tuple[int, int]:
    """Compare every report of either side, store the differences, commit after each batch, and return (number of
    reports, number that differ). Raises PeerFault if the peer does not answer properly.
    """
    note_wanted_positions(now)
    seen, drifted, cursor, more = set[str](), 0, "", True
    while more:
        theirs, following, more = client.fetch_ledger(cursor)
        more = more and following != cursor
        cursor = following
        fresh = {name: side for name, side in theirs.items() if name not in seen}
        drifted += _note(_sides(held_among(list(fresh))), fresh, now)
        seen |= fresh.keys()
    only_ours, after = 0, ""
    while rows := list(held_reports(after, BATCH)):
        after = rows[-1].tracking_id
        only_ours += _note(_sides(row for row in rows if row.tracking_id not in seen), {}, now)
    with one_transaction():
        # Differences that this comparison did not find again are cleared.
        gone = update(SyncLedger).where(SyncLedger.drift_at < now)
        gone = gone.values(drift=None, drift_detail=None, drift_at=None)
        db.session.execute(gone.execution_options(synchronize_session=False))
    return len(seen) + only_ours, drifted + only_ours


def _sides(rows: Iterable[Held]) -> Sides:
    """Return a dict of tracking id to the Side (revision, version, status) of each of these reports of ours."""
    return {row.tracking_id: Side(row.revision, row.version, row.status) for row in rows}


def _note(ours: Sides, theirs: Sides, now: datetime) -> int:
    """Store differences, request repair, commit; return how many reports differ, without those with unsent changes."""
    drifts = {name: drift_of(ours.get(name), theirs.get(name)) for name in ours.keys() | theirs.keys()}
    with one_transaction():
        rows = ledgers_of([name for name, drift in drifts.items() if drift])
        found = 0
        for name, row in rows.items():
            drift = drifts[name]
            assert drift is not None
            if row.next_try_at is not None and drift in (Drift.THEY_BEHIND, Drift.STATUS):
                continue
            our, their = ours.get(name), theirs.get(name)
            note_drift(row, drift, {"ours": vars(our) if our else None, "theirs": vars(their) if their else None}, now)
            repair = repair_of(drift, our, their)
            if repair is not None and not (repair is Repair.SEND and row.state == "parked"):
                request_repair(row, repair, now)
            found += 1
        return found
