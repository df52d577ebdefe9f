"""Records of backups, drills and restores, for the health page and the journal."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from app.core.extensions import db
from app.core.transaction import one_transaction
from app.models import BackupRun, JournalEntry, SignIn


def note_run(kind: str, began_at: datetime, ended_at: datetime, taken_at: str | None, detail: dict[str, Any]) -> None:
    """Store the BackupRun of a "backup" or "drill" and commit; with an `error` in `detail` it counts as failed.
    `taken_at` is the time of the data as ISO 8601 text.

    Does nothing if the table is missing: a backup before an upgrade runs on the older schema.
    """
    with one_transaction():
        if db.session.execute(select(func.to_regclass("public.backup_run"))).scalar_one() is None:
            return
        taken = datetime.fromisoformat(taken_at) if taken_at else None
        good = "error" not in detail
        row = BackupRun(kind=kind, began_at=began_at, ended_at=ended_at, taken_at=taken, ok=good, detail=detail)
        db.session.add(row)


def note_restored(taken_at: str, aside: str | None, now: datetime) -> None:
    """Write a journal entry that this database is a restored copy, and end every sign-in, since some were ended after
    the backup. Commits. `taken_at` is ISO 8601 text, `aside` the schema with the previous tables (None: no such
    schema).
    """
    with one_transaction():
        data = {"taken_at": taken_at, "aside": aside}
        db.session.add(JournalEntry(kind="copy_restored", at=now, officer_id=None, data=data))
        still = update(SignIn).where(SignIn.ended_at.is_(None)).values(ended_at=now)
        db.session.execute(still.execution_options(synchronize_session=False))


def last_good(kind: str) -> BackupRun | None:
    """Return the newest successful BackupRun of this kind ("backup" or "drill"); None if there is none."""
    good = select(BackupRun).where(BackupRun.kind == kind, BackupRun.ok)
    return db.session.scalars(good.order_by(BackupRun.ended_at.desc()).limit(1)).first()
