"""Work that only one process may do at a time, whatever it commits meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select

from app.core.extensions import db


@contextmanager
def alone(lock: int) -> Iterator[bool]:
    """Whether this process may do it now; the place is an advisory lock on a connection of its own, which is let go
    with it, also when the process dies.
    """
    with db.engine.connect() as guard:
        yield bool(guard.execute(select(func.pg_try_advisory_xact_lock(lock))).scalar_one())
