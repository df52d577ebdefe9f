"""Advisory locks: work that only one process may do at a time, over several transactions."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select

from app.core.extensions import db


@contextmanager
def alone(lock: int) -> Iterator[bool]:
    """Try to take an advisory lock for the block and yield whether it was taken. It lives on a connection of its own,
    so it is also released when the process dies.
    """
    with db.engine.connect() as guard:
        yield bool(guard.execute(select(func.pg_try_advisory_xact_lock(lock))).scalar_one())
