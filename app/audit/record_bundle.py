"""That an evidence bundle left the house: who made it, of which case, at which head of its chain."""

from datetime import datetime

from app.core.extensions import db
from app.core.transaction import one_transaction
from app.models import JournalEntry


def record_bundle(number: str, events: int, head: str, officer_id: int | None, now: datetime) -> None:
    """Note a bundle in the journal; not in the case's own chain, which a copy of it must not change."""
    with one_transaction():
        data = {"complaint": number, "events": events, "head": head}
        db.session.add(JournalEntry(kind="bundle_made", at=now, officer_id=officer_id, data=data))
