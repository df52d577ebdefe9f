"""Helpers for sweep jobs that process rows one by one: claims, savepoints and retries."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Select, update

from app.core.after_commit import enqueue_after_commit
from app.core.extensions import db
from app.core.jobs import JobName

log = structlog.get_logger()

PUT_OFF = timedelta(minutes=15)
"""Delay before a sweep tries a failed row again."""


def done_or_undone(act: Callable[[], object], unless: str, **about: object) -> bool:
    """Run one unit of work in a savepoint and return whether it succeeded. On any exception the savepoint is rolled
    back, the event `unless` is logged with `about`, and False is returned.
    """
    try:
        with db.session.begin_nested():
            act()
    except Exception:
        log.exception(unless, **about)
        return False
    return True


def lease(table: Any, due: Select[int], until: datetime, job: JobName) -> list[int]:
    """Claim the rows of `table` whose ids `due` selects: set `next_try_at` to `until` and enqueue `job` for each after
    commit. Returns their ids, sorted; rows locked by another transaction are skipped.
    """
    held = due.with_for_update(skip_locked=True, of=table).scalar_subquery()
    statement = update(table).where(table.id.in_(held)).values(next_try_at=until).returning(table.id)
    ids = sorted(db.session.scalars(statement.execution_options(synchronize_session=False)))
    for row_id in ids:
        enqueue_after_commit(job, row_id)
    return ids
