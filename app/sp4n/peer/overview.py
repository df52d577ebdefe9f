"""How we stand with SP4N, for its pages and the health page; nothing of a report itself is read, so no wall is met."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import ColumnElement, func, or_, select

from app.core.extensions import db
from app.models import Complaint, SyncComparison, SyncLedger, SyncPeer

AWAY_FOR = timedelta(hours=1)
SHOWN = 100


@dataclass(frozen=True)
class Standing:
    """The overview: the peer's row, the last night, and how many reports wait or are in trouble."""

    name: str
    peer: SyncPeer
    night: SyncComparison | None
    waiting: int
    failed: int
    parked: int
    refused: int
    drifted: int


def standing() -> Standing:
    """Everything in three statements, by the indexes that hold just the troubled rows."""
    peer = db.session.scalars(select(SyncPeer)).one()
    nights = select(SyncComparison).order_by(SyncComparison.day.desc()).limit(1)
    behind, failing, parking = (
        func.count().filter(SyncLedger.state == state) for state in ("behind", "failed", "parked")
    )
    refused = func.count().filter(SyncLedger.refused_at.is_not(None))
    drifted = func.count().filter(SyncLedger.drift.is_not(None))
    counted = select(behind, failing, parking, refused, drifted).where(_troubled())
    waiting, failed, parked, refused_count, drift_count = db.session.execute(counted).one()
    settings = current_app.config.get("SP4N_PEER")
    name = settings.get("name", "SP4N-LAPOR!") if settings else ""
    return Standing(name, peer, db.session.scalars(nights).first(), waiting, failed, parked, refused_count, drift_count)


def _troubled() -> ColumnElement[bool]:
    return or_(SyncLedger.state != "in_step", SyncLedger.drift.is_not(None), SyncLedger.refused_at.is_not(None))


def _to_look_at() -> ColumnElement[bool]:
    """What only waits its turn is no trouble."""
    return or_(
        SyncLedger.drift.is_not(None), SyncLedger.refused_at.is_not(None), SyncLedger.state.in_(("failed", "parked"))
    )


@dataclass(frozen=True)
class DriftLine:
    """One report on which both sides differ, or that could not be exchanged; `case` only for who may see it."""

    row: SyncLedger
    case: tuple[int, str] | None


def drift_lines(limit: int = SHOWN) -> list[DriftLine]:
    """The reports that need a look, the longest known first."""
    rows = list(db.session.scalars(select(SyncLedger).where(_to_look_at()).order_by(SyncLedger.id).limit(limit)))
    ids = [row.tracking_id for row in rows]
    cases = select(Complaint.sp4n_tracking_id, Complaint.id, Complaint.number).where(
        Complaint.sp4n_tracking_id.in_(ids)
    )
    found = {name: (case_id, number) for name, case_id, number in db.session.execute(cases)}
    return [DriftLine(row, found.get(row.tracking_id)) for row in rows]


def count_drift() -> int:
    """How many reports need a look."""
    return db.session.execute(select(func.count()).select_from(SyncLedger).where(_to_look_at())).scalar_one()


@dataclass(frozen=True)
class Denial:
    """That the peer does not accept our token: since when, and what it answered."""

    since: datetime
    answer: str


def find_denial() -> Denial | None:
    """Whether the last poll, push or comparison ended with it; None while the token is good."""
    found = db.session.execute(select(SyncPeer.away_since, SyncPeer.last_error)).one_or_none()
    if found is None or found.away_since is None:
        nights = select(SyncComparison.began_at, SyncComparison.error).order_by(SyncComparison.day.desc()).limit(1)
        found = db.session.execute(nights).one_or_none()
    since, error = found or (None, None)
    kind, _, answer = (error or "").partition(": ")
    return Denial(since, answer) if since is not None and kind == "denied" else None


def away_long(now: datetime) -> datetime | None:
    """Since when the peer has been away, if that is more than an hour."""
    since = db.session.execute(select(SyncPeer.away_since)).scalar_one_or_none()
    return since if since is not None and now - since > AWAY_FOR else None
