"""One transaction at the edge: commit once, then let go what was waiting for the commit."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import g

from app import after_commit
from app.extensions import db


@contextmanager
def one_transaction() -> Iterator[None]:
    """Commit everything inside together, or nothing of it; inner uses join the outermost one."""
    if g.get("in_transaction"):
        yield
        return
    g.in_transaction, g.before_commit = True, []
    try:
        yield
        for finish in g.before_commit:
            finish()
        db.session.commit()
    except BaseException:
        db.session.rollback()
        after_commit.forget()
        raise
    finally:
        g.in_transaction = False
    after_commit.send_off()


def before_commit(finish: Callable[[], object]) -> None:
    """Call this as the last thing of the transaction that is open, in the order of the calls."""
    g.before_commit.append(finish)


def lock_row(item: Any) -> None:
    """Read a row anew and hold it until the commit; only its own table is locked, not what was read along with it,
    which PostgreSQL refuses behind an outer join.
    """
    db.session.refresh(item, with_for_update={"of": type(item)})
