"""Advisory locks of PostgreSQL, and all their numbers: work that only one process may do at a time."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select

from app.core.extensions import db

DIGEST_LOCK = 4_217_003
CALENDAR_LOCK = 4_217_004
NUMBERING_LOCK = 4_217_006
WAITING_LOCK = 4_217_007
WEBHOOK_NAME_LOCK = 4_217_008
POLL_LOCK = 4_217_015
PUSH_LOCK = 4_217_016
COMPARE_LOCK = 4_217_017
IMPORT_LOCK = 4_217_018
TEXT_LOCK = 4_217_019
PROFILE_LOCK = 4_217_020
BACKUP_LOCK = 4_217_024
MOVE_IN_LOCK = 4_217_025
MIGRATE_LOCK = 7_301_482_027


def wait_for_lock(lock: int) -> None:
    """Wait for an advisory lock of the database; the lock is released when the transaction ends."""
    db.session.execute(select(func.pg_advisory_xact_lock(lock)))


@contextmanager
def try_advisory_lock(lock: int) -> Iterator[bool]:
    """Context manager: try to take an advisory lock of the database and yield whether it was taken; it is released
    after the block. The lock belongs to a connection of its own, so it is also released when the process dies.
    """
    with db.engine.connect() as guard:
        yield bool(guard.execute(select(func.pg_try_advisory_xact_lock(lock))).scalar_one())
