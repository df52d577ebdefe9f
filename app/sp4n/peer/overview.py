"""State of the connection to SP4N, for its own pages and the health page.

Reads no report texts, so agency isolation does not apply.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import ColumnElement, func, or_, select

from app.core.extensions import db
from app.models import Complaint, SyncComparison, SyncLedger, SyncPeer

AWAY_FOR = timedelta(hours=1)
SHOWN = 100


@dataclass(frozen=True)
class ExchangeState:
    """A value object: the connection to the peer, with its SyncPeer row, the last nightly comparison, and numbers of
    reports by problem.

    `night` is None before the first comparison; `name` is empty if no peer is configured.
    """

    name: str
    peer: SyncPeer
    night: SyncComparison | None
    waiting: int
    failed: int
    parked: int
    refused: int
    drifted: int


def exchange_state() -> ExchangeState:
    """Return the ExchangeState of the connection to the peer, by three statements; the counts use partial indexes."""
    peer = db.session.scalars(select(SyncPeer)).one()
    nights = select(SyncComparison).order_by(SyncComparison.day.desc()).limit(1)
    behind, failing, parking = (
        func.count().filter(SyncLedger.state == state) for state in ("behind", "failed", "parked")
    )
    refused = func.count().filter(SyncLedger.refused_at.is_not(None))
    drifted = func.count().filter(SyncLedger.drift.is_not(None))
    troubled = or_(SyncLedger.state != "in_step", SyncLedger.drift.is_not(None), SyncLedger.refused_at.is_not(None))
    counted = select(behind, failing, parking, refused, drifted).where(troubled)
    waiting, failed, parked, refused_count, drift_count = db.session.execute(counted).one()
    settings = current_app.config.get("SP4N_PEER")
    name = settings.get("name", "SP4N-LAPOR!") if settings else ""
    return ExchangeState(
        name, peer, db.session.scalars(nights).first(), waiting, failed, parked, refused_count, drift_count
    )


def _needs_attention() -> ColumnElement[bool]:
    """Return an SQL criterion on SyncLedger for reports that need attention; a report that is only waiting to be sent
    does not.
    """
    return or_(
        SyncLedger.drift.is_not(None), SyncLedger.refused_at.is_not(None), SyncLedger.state.in_(("failed", "parked"))
    )


@dataclass(frozen=True)
class DriftLine:
    """A value object: one report that differs or could not be exchanged, with its ledger row.

    `case` is (id, number); None if there is no case or the user may not see it.
    """

    row: SyncLedger
    case: tuple[int, str] | None


def drift_lines(limit: int = SHOWN) -> list[DriftLine]:
    """Return a list with a DriftLine for up to `limit` reports that need attention, oldest ledger row first."""
    rows = list(db.session.scalars(select(SyncLedger).where(_needs_attention()).order_by(SyncLedger.id).limit(limit)))
    ids = [row.tracking_id for row in rows]
    cases = select(Complaint.sp4n_tracking_id, Complaint.id, Complaint.number).where(
        Complaint.sp4n_tracking_id.in_(ids)
    )
    found = {name: (case_id, number) for name, case_id, number in db.session.execute(cases)}
    return [DriftLine(row, found.get(row.tracking_id)) for row in rows]


def count_drift() -> int:
    """Return the number of reports that need attention: different, rejected, or not sent after several tries."""
    return db.session.execute(select(func.count()).select_from(SyncLedger).where(_needs_attention())).scalar_one()


@dataclass(frozen=True)
class Denial:
    """A value object: a rejection of our token by the peer, with the time since when (aware datetime) and the peer's
    answer.
    """

    since: datetime
    answer: str


def find_denial() -> Denial | None:
    """Return the Denial if the last poll, push or comparison ended with the peer rejecting our token; None while the
    token is accepted.
    """
    found = db.session.execute(select(SyncPeer.away_since, SyncPeer.last_error)).one_or_none()
    if found is None or found.away_since is None:
        nights = select(SyncComparison.began_at, SyncComparison.error).order_by(SyncComparison.day.desc()).limit(1)
        found = db.session.execute(nights).one_or_none()
    since, error = found or (None, None)
    kind, _, answer = (error or "").partition(": ")
    return Denial(since, answer) if since is not None and kind == "denied" else None


def away_long(now: datetime) -> datetime | None:
    """Return the time (aware datetime) since when the peer has been failing, if that is more than an hour; else
    None.
    """
    since = db.session.execute(select(SyncPeer.away_since)).scalar_one_or_none()
    return since if since is not None and now - since > AWAY_FOR else None
