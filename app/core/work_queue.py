"""Tables as work queues: claims of one worker, delays after failures, and the relay of what Redis lost.

The row is the work; a job in Redis is only a hint to it. Short work holds a row lock (`lock`), which ends with the
worker's connection. Long work stores a state with a heartbeat (`update_if`); when the heartbeat is too old, the row is
free again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

import structlog
from sqlalchemy import ColumnElement, select, update

from app.core.after_commit import enqueue_after_commit
from app.core.extensions import db
from app.core.jobs import JobName
from app.core.transaction import chosen_once, one_transaction

log = structlog.get_logger()

RETRY_DELAY = timedelta(minutes=15)
"""Delay before a sweep tries a failed row again."""

Row = TypeVar("Row")
Condition = ColumnElement[bool]


@dataclass(frozen=True)
class WorkQueue(Generic[Row]):
    """A value object: a table used as a work queue, of which each row (`table`) is processed by one background `job`
    with its id.

    `due` returns the criterion of a row that must be enqueued at a time (aware), `claimed` the values that keep an
    enqueued row from being due again at once; without values, it is due until its state changes.
    """

    table: type[Row]
    job: JobName
    due: Callable[[datetime], Condition]
    claimed: Callable[[datetime], dict[str, Any]] = lambda _now: {}
    order: tuple[Any, ...] = ()

    def relay(self, now: datetime, batch: int, *which: Condition) -> int:
        """Claim at most `batch` due rows, commit, enqueue their jobs after that, and return how many were enqueued;
        rows that are locked are skipped.
        """
        with one_transaction():
            ids = self.update_free(self.due(now), *which, batch=batch, **self.claimed(now))
            for row_id in ids:
                enqueue_after_commit(self.job, row_id)
        return len(ids)

    def update_free(self, *which: Condition, batch: int | None = None, **values: Any) -> list[int]:
        """Update the matching rows that no other transaction has locked, at most `batch`, in the current transaction;
        return a sorted list of their ids. Without values the rows are only locked.
        """
        table: Any = self.table
        free = select(table.id).where(*which).order_by(*self.order or (table.id,)).limit(batch)
        ids: Any = free.with_for_update(skip_locked=True, of=table)
        if values:
            ids = update(table).where(chosen_once(table.id, ids)).values(values).returning(table.id)
        return sorted(db.session.scalars(ids.execution_options(synchronize_session=False)))

    def lock(self, row_id: int, *which: Condition) -> Row | None:
        """Return the row (ORM object) with this id, locked until the transaction ends; None if it does not match or
        another worker has locked it.
        """
        table: Any = self.table
        row = select(table).where(table.id == row_id, *which).execution_options(populate_existing=True)
        found: Row | None = db.session.scalars(row.with_for_update(skip_locked=True, of=table)).first()
        return found

    def update_if(self, row_id: int, *which: Condition, returning: Any = None, **values: Any) -> int | None:
        """Update the row with this id if it matches, in one statement, and commit: to claim, renew or settle the work.
        Return the row's id or the value of `returning`; None if the row did not match.
        """
        table: Any = self.table
        changed = update(table).where(table.id == row_id, *which).values(**values)
        changed = changed.returning(table.id if returning is None else returning)
        with one_transaction():
            return db.session.scalars(changed.execution_options(synchronize_session=False)).first()


def doubled_delay(failures: int, first: timedelta, longest: timedelta) -> timedelta:
    """Return the delay before the next try as a timedelta: `first` after one failure, doubled with each further
    failure, at most `longest`.
    """
    doublings = min(max(failures - 1, 0), 20)
    return min(first * int(2**doublings), longest)


def succeeds_in_savepoint(act: Callable[[], object], unless: str, **about: object) -> bool:
    """Call `act` in a savepoint and return whether it succeeded. On any exception the savepoint is rolled back, the
    event `unless` is logged with `about`, and False is returned.
    """
    try:
        with db.session.begin_nested():
            act()
    except Exception:
        log.exception(unless, **about)
        return False
    return True
