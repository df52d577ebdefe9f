"""One transaction at the edge: commit once, then let go what was waiting for the commit."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import current_app, g

from app.core import after_commit
from app.core.connections import HeldUp, is_held_up
from app.core.extensions import db
from app.core.waiting_places import EXTENSION, WaitingPlaces
from workflow_rules.process.refusals import ActionRefused, PassingReason


@contextmanager
def one_transaction() -> Iterator[None]:
    """Commit everything inside together, or nothing of it; inner uses join the outermost one.

    Raises ActionRefused (busy) where a lock did not come free in time; then nothing was done. Only the outermost use
    does: what goes on inside must not take it for a decision of the rules.
    """
    if g.get("in_transaction"):
        yield
        return
    g.in_transaction, g.before_commit = True, []
    try:
        yield
        for finish in g.before_commit:
            finish()
        db.session.commit()
    except BaseException as error:
        db.session.rollback()
        after_commit.forget()
        if is_held_up(error):
            raise ActionRefused(PassingReason.BUSY) from error
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


@contextmanager
def waiting_place() -> Iterator[None]:
    """Hold a place of this server while waiting for a lock; raises HeldUp where none is free.

    A process that serves nobody (a command, a worker) may wait without one.
    """
    places: WaitingPlaces | None = current_app.extensions.get(EXTENSION)
    if places is None:
        yield
        return
    with places.take() as taken:
        if not taken:
            raise HeldUp
        yield
