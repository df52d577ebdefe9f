"""Circuit breaker of the message gateways: one that hangs or is away is left alone for a time that grows.

It stands in the database, where all workers on all hosts see it and where it outlives Redis.
"""

from datetime import datetime, timedelta
from typing import Literal

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.core.extensions import db
from app.models import GatewayState

log = structlog.get_logger()

Turn = Literal["free", "probe", "held"]
FIRST_HOLD, LONGEST_HOLD = timedelta(seconds=30), timedelta(minutes=5)


def turn_of(channel: str, now: datetime) -> Turn:
    """Whether a message may be handed to the gateway of this channel now.

    `free`: it answers. `held`: it failed, and is left alone. `probe`: the hold is over and this message finds out for
    all; the gateway's row is locked by its transaction meanwhile, and the others are held.
    """
    state = db.session.execute(
        select(GatewayState.failures, GatewayState.held_until).filter_by(channel=channel)
    ).first()
    if state is None or not state.failures:
        return "free"
    if state.held_until is not None and state.held_until > now:
        return "held"
    row = select(GatewayState.channel).where(GatewayState.channel == channel, GatewayState.failures > 0)
    found = db.session.scalars(row.with_for_update(skip_locked=True)).first()
    return "held" if found is None else "probe"


def note_failure(channel: str, error: str, now: datetime) -> None:
    """Hold the gateway back: 30 s after the first failure in a row, twice as long each time, five minutes at most."""
    earlier = db.session.scalars(select(GatewayState.failures).where(GatewayState.channel == channel)).first() or 0
    held_until = now + min(FIRST_HOLD * 2 ** min(earlier, 8), LONGEST_HOLD)
    seen = {"failures": earlier + 1, "held_until": held_until, "last_error": error}
    table = GatewayState.__table__
    failure = insert(table).values(seen | {"channel": channel, "away_since": now})
    since = func.coalesce(table.c.away_since, now)
    db.session.execute(failure.on_conflict_do_update(index_elements=["channel"], set_=seen | {"away_since": since}))
    log.warning("gateway_away", channel=channel, error=error)


def note_success(channel: str) -> bool:
    """Let everything go again; whether the gateway had been in trouble."""
    well = {"failures": 0, "away_since": None, "held_until": None, "last_error": None}
    mended = update(GatewayState).where(GatewayState.channel == channel, GatewayState.failures > 0).values(well)
    mended = mended.returning(GatewayState.channel).execution_options(synchronize_session=False)
    back = db.session.scalars(mended).first() is not None
    if back:
        log.warning("gateway_back", channel=channel)
    return back


def gateways_in_trouble() -> list[GatewayState]:
    """The gateways that are away, for the health page and the relay; empty while all is well."""
    troubled = select(GatewayState).where(GatewayState.failures > 0).order_by(GatewayState.channel)
    return list(db.session.scalars(troubled.execution_options(populate_existing=True)))
