"""Circuit breaker of the message gateways, with growing hold times.

Stored in the database, where workers on all hosts see it and where it outlives Redis.
"""

from datetime import datetime, timedelta
from typing import Literal

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.core.extensions import db
from app.core.work_queue import doubled_delay
from app.models import GatewayState

log = structlog.get_logger()

Turn = Literal["free", "probe", "held"]
FIRST_HOLD, LONGEST_HOLD = timedelta(seconds=30), timedelta(minutes=5)


def turn_of(channel: str, now: datetime) -> Turn:
    """Return whether a message may be sent on this channel now: "free", "held" or "probe".

    "held": the gateway failed and is on hold, or another worker tests it. "probe": the hold is over and this message
    tests the gateway; its row stays locked until the commit, so that other messages are held.
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
    """Record a failure of the gateway of this channel and put it on hold, without a commit: 30 s after the first
    failure in a row, doubling each time up to five minutes.
    """
    earlier = db.session.scalars(select(GatewayState.failures).where(GatewayState.channel == channel)).first() or 0
    held_until = now + doubled_delay(earlier + 1, FIRST_HOLD, LONGEST_HOLD)
    seen = {"failures": earlier + 1, "held_until": held_until, "last_error": error}
    table = GatewayState.__table__
    failure = insert(table).values(seen | {"channel": channel, "away_since": now})
    since = func.coalesce(table.c.away_since, now)
    db.session.execute(failure.on_conflict_do_update(index_elements=["channel"], set_=seen | {"away_since": since}))
    log.warning("gateway_away", channel=channel, error=error)


def note_success(channel: str) -> bool:
    """Reset the failures of the gateway of this channel, without a commit; return whether there were any."""
    well = {"failures": 0, "away_since": None, "held_until": None, "last_error": None}
    mended = update(GatewayState).where(GatewayState.channel == channel, GatewayState.failures > 0).values(well)
    mended = mended.returning(GatewayState.channel).execution_options(synchronize_session=False)
    back = db.session.scalars(mended).first() is not None
    if back:
        log.warning("gateway_back", channel=channel)
    return back


def gateways_in_trouble() -> list[GatewayState]:
    """Return a list of the GatewayState rows of the gateways that are failing, for the health page and the relay job;
    [] when all are well.
    """
    troubled = select(GatewayState).where(GatewayState.failures > 0).order_by(GatewayState.channel)
    return list(db.session.scalars(troubled.execution_options(populate_existing=True)))
