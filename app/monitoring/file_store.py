"""State of the file store over all cases, for the health page."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from app.core.extensions import db
from app.models import Attachment, FileCheck, StoreSweep

LATELY = timedelta(days=7)


@dataclass(frozen=True)
class FileCounts:
    """A value object: numbers of attachments over all cases.

    `waiting` for a check, the first of them since `oldest` (aware UTC, None without any); `held` and `failed` are
    checks of the last 7 days that quarantined a file or failed. `sweep` is the last sweep of the store, None before the
    first.
    """

    waiting: int
    oldest: datetime | None
    held: int
    failed: int
    sweep: StoreSweep | None


def count_files(now: datetime) -> FileCounts:
    """Return a FileCounts with the numbers of attachments and file checks over all cases, bypassing agency
    isolation.
    """
    waits = select(func.count(Attachment.id), func.min(Attachment.added_at)).where(Attachment.state == "waiting")
    waiting, oldest = db.session.execute(waits.execution_options(unscoped=True)).one()
    checks = (
        select(FileCheck.outcome, func.count().label("checks"))
        .where(FileCheck.at > now - LATELY)
        .group_by(FileCheck.outcome)
    )
    found = {row.outcome: row.checks for row in db.session.execute(checks.execution_options(unscoped=True))}
    sweep = db.session.get(StoreSweep, 1)
    return FileCounts(waiting, oldest, found.get("quarantined", 0), found.get("failed", 0), sweep)
