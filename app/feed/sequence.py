"""Numbers committed changes of the feed in order, and deletes those past their retention."""

from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import exists, func, select, text

from app.core.extensions import db
from app.core.locks import NUMBERING_LOCK, wait_for_lock
from app.core.transaction import delete_batch, one_transaction
from app.models import SyncChange

NUMBER = text(
    """
    WITH given AS MATERIALIZED (
        SELECT id, nextval('sync_change_position') AS position
        FROM (SELECT id FROM sync_change WHERE position IS NULL ORDER BY id) AS waiting
    )
    UPDATE sync_change SET position = given.position FROM given WHERE sync_change.id = given.id
    """
)
"""Materialized, so that PostgreSQL takes the numbers once and in order, whatever plan it chooses for the update."""


def number_changes() -> None:
    """Number the changes of the feed that were committed since the last call, and commit; every reader calls this
    before it reads.

    One transaction numbers at a time and holds the lock until its numbers are visible, so that no number ever appears
    below one that was read: a change that commits late gets a late number. Changes of one report stay in order, since
    each is written under the lock of its complaint and gets its id there.
    """
    with one_transaction():
        if not changes_wait():
            return
        wait_for_lock(NUMBERING_LOCK)
        db.session.execute(NUMBER)


def changes_wait() -> bool:
    """Return whether a committed change of the feed has no number yet."""
    return db.session.execute(select(exists().where(SyncChange.position.is_(None)))).scalar_one()


def delete_old_changes(now: datetime, batch: int = 1000) -> int:
    """Delete at most `batch` numbered changes of the feed older than SYNC_RETENTION_DAYS, oldest first, commit, and
    return how many. The last change stays, so that the feed keeps its position. A reader whose cursor lies before the
    remaining ones must start again (410).
    """
    oldest = now - timedelta(days=current_app.config["SYNC_RETENTION_DAYS"])
    last = select(func.max(SyncChange.position)).scalar_subquery()
    return delete_batch(SyncChange, (SyncChange.at < oldest) & (SyncChange.position < last), batch, SyncChange.position)
