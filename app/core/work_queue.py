"""What a sweep takes up one by one: what cannot be done is logged and put off, so that it never holds up the rest."""

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
"""How much later a sweep looks again at what it could not do."""


def done_or_undone(act: Callable[[], object], unless: str, **about: object) -> bool:
    """Do one act of a sweep wholly; when it fails it leaves nothing but a line in the log, and False comes back."""
    try:
        with db.session.begin_nested():
            act()
    except Exception:
        log.exception(unless, **about)
        return False
    return True


def lease(table: Any, due: Select[int], until: datetime, job: JobName) -> list[int]:
    """Put rows of `table` whose ids are `due` off until their lease ends, and hand each to Redis after the commit.

    A row that somebody holds is passed by. Says which they were.
    """
    held = due.with_for_update(skip_locked=True, of=table).scalar_subquery()
    statement = update(table).where(table.id.in_(held)).values(next_try_at=until).returning(table.id)
    ids = sorted(db.session.scalars(statement.execution_options(synchronize_session=False)))
    for row_id in ids:
        enqueue_after_commit(job, row_id)
    return ids
