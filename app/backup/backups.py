"""The last good backup and the last drill, for the health page."""

from sqlalchemy import select

from app.core.extensions import db
from app.models import BackupRun


def last_good(kind: str) -> BackupRun | None:
    """The newest backup or drill that went well; None if there never was one."""
    good = select(BackupRun).where(BackupRun.kind == kind, BackupRun.ok)
    return db.session.scalars(good.order_by(BackupRun.ended_at.desc()).limit(1)).first()
