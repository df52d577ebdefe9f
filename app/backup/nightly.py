"""Nightly backup, if BACKUP_FOLDER is set: one per office date, the newest BACKUP_KEEP files are retained."""

import re
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.backup.exceptions import BackupFault
from app.backup.make import Made, make_backup
from app.backup.sealed_stream import read_passphrase
from app.core.after_commit import enqueue_after_commit
from app.core.clock import office_time, office_today, utc_now
from app.core.extensions import db
from app.core.jobs import JobName
from app.core.locks import BACKUP_LOCK, try_advisory_lock
from app.core.transaction import one_transaction
from app.models import BackupRun

log = structlog.get_logger()

BEGINS_AT = time(1)
TRY_AGAIN = timedelta(minutes=30)
OURS = re.compile(r"lapor-\d{8}-\d{6}\.backup")


def hand_out_backup(now: datetime) -> str:
    """Enqueue the backup job of the current office date and commit. Return "handed out"; "not now" before 01:00 office
    time or without BACKUP_FOLDER; "done already" if that date's backup succeeded or began in the last half hour.

    The date's unique row decides which caller may enqueue. A failed or lost run is enqueued again after half an hour.
    """
    if not current_app.config["BACKUP_FOLDER"] or office_time(now).time() < BEGINS_AT:
        return "not now"
    slot = office_today(now).isoformat()
    with one_transaction():
        fresh = {"kind": "backup", "slot": slot, "began_at": now, "ok": False, "detail": {}}
        made = insert(BackupRun).values(fresh).on_conflict_do_nothing(index_elements=["slot"])
        identity = db.session.execute(made.returning(BackupRun.id)).scalar_one_or_none()
        if identity is None:
            row = db.session.scalars(select(BackupRun).where(BackupRun.slot == slot).with_for_update()).one()
            if row.ok or now - row.began_at < TRY_AGAIN:
                return "done already"
            identity, row.began_at = row.id, now
        enqueue_after_commit(JobName.WRITE_BACKUP, int(identity))
        return "handed out"


def write_backup(run_id: int) -> str:
    """Write the backup file of a BackupRun, store and commit the result, and delete all but the newest BACKUP_KEEP
    files. Return "written", "failed" (logged, not raised), "done already", or "elsewhere" if another process is writing
    a backup.
    """
    with try_advisory_lock(BACKUP_LOCK) as mine:
        if not mine:
            return "elsewhere"
        with one_transaction():
            if db.session.get_one(BackupRun, run_id).ok:
                return "done already"
        try:
            made = _make()
        except Exception as fault:
            log.exception("backup_failed", error=str(fault))
            _note(run_id, None, {"error": str(fault)[:300]})
            return "failed"
        _note(run_id, made, {"file": made.path.name, "size": made.size, "faults": len(made.faults)})
        # Only files that are named as this job names them.
        ours = sorted(path for path in made.path.parent.iterdir() if OURS.fullmatch(path.name))
        for path in ours[: -current_app.config["BACKUP_KEEP"]]:
            path.unlink(missing_ok=True)
        return "written"


def _make() -> Made:
    folder, phrase = Path(current_app.config["BACKUP_FOLDER"]), current_app.config["BACKUP_PASSPHRASE_FILE"]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        passphrase = read_passphrase(Path(phrase).read_text("utf-8")) if phrase else None
    except UnicodeDecodeError:
        raise BackupFault("BACKUP_PASSPHRASE_FILE is not UTF-8 text.") from None
    return make_backup(folder / f"lapor-{office_time(utc_now()):%Y%m%d-%H%M%S}.backup", passphrase)


def _note(run_id: int, made: Made | None, detail: dict[str, Any]) -> None:
    with one_transaction():
        row = db.session.get_one(BackupRun, run_id)
        row.ended_at, row.ok, row.detail = utc_now(), made is not None, detail
        row.taken_at = datetime.fromisoformat(made.manifest["taken_at"]) if made else None
