"""Work that stands in the database and is handed to Redis as a hint: what is lost there is handed out again."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, update

from app.core.after_commit import enqueue_after_commit
from app.core.extensions import db
from app.core.jobs import JobName


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
