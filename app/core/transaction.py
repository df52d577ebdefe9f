"""The transaction of a request or job: one commit at the end, after which its jobs are enqueued."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, Select, delete, inspect, select

from app.core import after_commit
from app.core.connections import LockBusy, is_lock_busy
from app.core.definitions import forget_version
from app.core.extensions import db
from app.core.request_context import request_context
from app.core.waiting_places import EXTENSION, WaitingPlaces
from workflow_rules.process.refusals import ActionRefused, PassingReason


@contextmanager
def one_transaction() -> Iterator[None]:
    """Context manager: commit all work of the block and enqueue its jobs, or roll back when the block raises; a nested
    use joins the outer transaction.

    The outermost use raises ActionRefused(busy) after a lock timeout, a deadlock or LockBusy. Nested uses do not, so
    that inner code does not take it for a decision of the rules.
    """
    context = request_context()
    if context.in_transaction:
        yield
        return
    context.in_transaction, context.before_commit = True, []
    try:
        yield
        for finish in context.before_commit:
            finish()
        db.session.commit()
    except BaseException as error:
        roll_back()
        after_commit.forget()
        if is_lock_busy(error):
            raise ActionRefused(PassingReason.BUSY) from error
        raise
    finally:
        context.in_transaction = False
    after_commit.enqueue_registered()


def roll_back() -> None:
    """Undo what the current transaction has written and release its locks; what is read next is as committed."""
    db.session.rollback()
    forget_version()


def before_commit(finish: Callable[[], object]) -> None:
    """Register the function `finish` to be called just before the current `one_transaction` commits, in the order of
    registration; its exception rolls everything back.
    """
    request_context().before_commit.append(finish)


def lock_row(item: Any) -> None:
    """Reload an ORM object with FOR UPDATE, so that its row is locked until the transaction ends. Only its own table is
    locked, since PostgreSQL rejects a lock on the nullable side of an outer join. Raises sqlalchemy's
    InvalidRequestError if the row is deleted.
    """
    db.session.refresh(item, with_for_update={"of": type(item)})


def delete_batch(model: type[Any], which: ColumnElement[bool], most: int, order: Any = None) -> int:
    """Delete at most `most` of the matching rows of a table in one transaction (commits) and return how many.

    Rows that another transaction has locked are skipped. With `order` (a column) the first rows are deleted and locked
    ones are waited for, so that no row stays while a later one goes.
    """
    table: Any = inspect(model).local_table
    key = next(iter(table.primary_key.columns))
    with one_transaction():
        some = select(key).where(which).limit(most)
        some = some.with_for_update(skip_locked=True) if order is None else some.order_by(order)
        return len(db.session.execute(delete(table).where(chosen_once(key, some)).returning(key)).all())


def chosen_once(key: Any, rows: Select[Any]) -> ColumnElement[bool]:
    """Return the criterion that a key is among those of a statement with a limit, which runs once.

    As a subquery of UPDATE or DELETE it may run once for each row, each time skipping the rows locked before, so that
    more rows than its limit match (PostgreSQL, with a nested loop). A CTE is computed once.
    """
    chosen: ColumnElement[bool] = key.in_(select(rows.cte("chosen").c[0]))
    return chosen


@contextmanager
def unflushed() -> Iterator[None]:
    """Context manager: within the block, changed ORM objects are not written before a query, so that queries see the
    tables without the unsaved changes.
    """
    with db.session.no_autoflush:
        yield


def save_row(item: Any) -> None:
    """Write a new or changed ORM object within the transaction, without a commit. Database constraints are checked now,
    so IntegrityError may be raised here.
    """
    db.session.add(item)
    db.session.flush()


def delete_row(item: Any) -> None:
    """Delete an ORM object's row within the transaction, without a commit. Database constraints are checked now, so
    IntegrityError may be raised here.
    """
    db.session.delete(item)
    db.session.flush()


@contextmanager
def waiting_place() -> Iterator[None]:
    """Context manager: during the block, use one of the places in which requests of this server may wait for a row
    lock. Raises LockBusy when no place is free.

    Processes without such places (commands, workers) may always wait.
    """
    places: WaitingPlaces | None = current_app.extensions.get(EXTENSION)
    if places is None:
        yield
        return
    with places.take() as taken:
        if not taken:
            raise LockBusy
        yield
