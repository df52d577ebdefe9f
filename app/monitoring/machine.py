"""State of the machine, and of what ends without anybody's doing: free disk space, clock, certificates, backups."""

import json
import os
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask import current_app
from redis.exceptions import RedisError
from sqlalchemy import ColumnElement, Select, func, literal_column, select

from app.core.clock import utc_now
from app.core.extensions import db, redis_client
from app.models import BackupRun, SigningMeans, User
from app.outbound.certificate import shown_certificate

LEAST_FREE = 0.10
"""Share of a disk below which it is called full: PostgreSQL and uploads need room before anybody has reacted."""
ENDS_SOON = timedelta(days=14)
"""A certificate is renewed a month before it ends where that is automatic: two weeks left means that it failed."""
CLOCK_TOLERANCE = timedelta(seconds=5)
ARCHIVE_LATE = timedelta(minutes=5)
NIGHTLY_LATE = timedelta(hours=26)
"""Age of the last nightly backup or check from which it is late: a night with two hours of tolerance."""

CERTIFICATE_KEY = "lapor:certificate"
REMEMBERED = timedelta(days=2)

UNARCHIVED: ColumnElement[float] = literal_column(
    "(SELECT CASE WHEN current_setting('archive_mode') <> 'off' AND substr(pg_walfile_name(pg_current_wal_lsn()"
    " - pg_size_bytes(current_setting('wal_segment_size'))), 9)"
    " > coalesce(substr(last_archived_wal, 9, 16), repeat('0', 16))"
    " THEN extract(epoch FROM clock_timestamp() - coalesce(last_archived_time, pg_postmaster_start_time())) ELSE 0 END"
    " FROM pg_stat_archiver)"
)
"""Seconds since PostgreSQL last sent a piece of its log to its archive while a complete one waits; 0 without archive.
Names of pieces are compared without their timeline."""


@dataclass(frozen=True)
class Disk:
    """A value object: the disk of a folder, with `free` and `size` in bytes; `name` is the setting or folder."""

    name: str
    free: int
    size: int

    @property
    def is_full(self) -> bool:
        """Whether less than a tenth is free."""
        return self.free < LEAST_FREE * self.size


def disks() -> list[Disk]:
    """Return the disks of the data folder, the file storage on disk, the backups and WATCHED_FOLDERS; each disk once,
    under its first name, and none for a folder that does not exist.
    """
    config, found = current_app.config, dict[int, Disk]()
    store = urlsplit(str(config["STORAGE_URL"]))
    folders = [("LAPOR_HOME", str(config["LAPOR_HOME"])), ("BACKUP_FOLDER", str(config["BACKUP_FOLDER"] or ""))]
    folders += [("STORAGE_URL", store.path)] if store.scheme == "file" else []
    folders += [(path, path) for path in config["WATCHED_FOLDERS"]]
    for name, path in folders:
        if path and os.path.isdir(path):
            usage = shutil.disk_usage(path)
            if usage.total:
                found.setdefault(os.stat(path).st_dev, Disk(name, usage.free, usage.total))
    return list(found.values())


def clock_difference() -> timedelta:
    """Return how much the database's clock is ahead of this host's, half of the way there and back taken off. Database
    errors are raised.
    """
    before = utc_now()
    there = db.session.scalars(select(func.clock_timestamp())).one()
    return there - before - (utc_now() - before) / 2


@dataclass(frozen=True)
class PublicCertificate:
    """A value object: the certificate of PUBLIC_BASE_URL when it was last looked at. `ends_at` is aware UTC, None if it
    was never seen; `fault` is unreachable, untrusted or "".
    """

    at: datetime
    ends_at: datetime | None
    fault: str


def check_certificate(now: datetime) -> str:
    """Look at the certificate of PUBLIC_BASE_URL and remember it in Redis for two days; return "fine", the fault, or
    "none" where the address is not https. Where it is not reached, the end that was seen before is kept.
    """
    url = str(current_app.config["PUBLIC_BASE_URL"])
    if not url.startswith("https://"):
        return "none"
    shown, before = shown_certificate(url), find_certificate()
    ends_at = shown.ends_at or (before.ends_at if before else None)
    told = {"at": now.isoformat(), "ends_at": ends_at.isoformat() if ends_at else None, "fault": shown.fault}
    redis_client().set(CERTIFICATE_KEY, json.dumps(told), ex=REMEMBERED)
    return shown.fault or "fine"


def find_certificate() -> PublicCertificate | None:
    """Return what the last look at the certificate found; None before the first one, and while Redis is unavailable."""
    try:
        told = redis_client().get(CERTIFICATE_KEY)
    except RedisError:
        return None
    if not told:
        return None
    found = json.loads(told)
    ends_at = datetime.fromisoformat(found["ends_at"]) if found["ends_at"] else None
    return PublicCertificate(datetime.fromisoformat(found["at"]), ends_at, found["fault"])


def first_signing_end(now: datetime) -> Select[datetime | None]:
    """Return a statement for the instant at which the first certificate of an active officer ends, or ended in the last
    30 days.
    """
    recent = SigningMeans.valid_until > now - timedelta(days=30)
    found = select(func.min(SigningMeans.valid_until)).join(User, User.id == SigningMeans.user_id)
    return found.where(SigningMeans.certificate.is_not(None), User.active, recent)


def find_signing_end(now: datetime) -> datetime | None:
    """Return when the first signing certificate of an active officer ends (aware UTC), see `first_signing_end`."""
    return db.session.scalars(first_signing_end(now)).one()


def find_unarchived() -> timedelta:
    """Return for how long the database's log has not been archived while a complete piece waits; 0 otherwise."""
    return timedelta(seconds=float(db.session.scalars(select(UNARCHIVED)).one()))


def newest_good(kind: str) -> Select[datetime | None]:
    """Return a statement for the instant at which the newest good "backup" or "drill" ended."""
    return select(func.max(BackupRun.ended_at)).where(BackupRun.kind == kind, BackupRun.ok)
