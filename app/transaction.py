"""One transaction at the edge: commit once, then let go what was waiting for the commit."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import g

from app import after_commit
from app.extensions import db


@contextmanager
def one_transaction() -> Iterator[None]:
    """Commit everything inside together, or nothing of it; inner uses join the outermost one."""
    if g.get("in_transaction"):
        yield
        return
    g.in_transaction = True
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        after_commit.forget()
        raise
    finally:
        g.in_transaction = False
    after_commit.send_off()
