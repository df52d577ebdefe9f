"""The command `upgrade`: checks, a backup, the migrations, and the restart of one process after the other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import redis
from alembic.script import Script
from flask import Flask, current_app
from redis.exceptions import RedisError
from sqlalchemy import text

from app.backup.runs import last_good
from app.commands.backup import backup
from app.commands.maintenance import migrate_database
from app.commands.restart import Running
from app.core.clock import utc_now
from app.core.connections import SESSION_NAME
from app.core.extensions import db
from app.core.schema import (
    can_serve_newer,
    newest_revision,
    oldest_code_of,
    pending_migrations,
    reason_against,
    stored_revision,
)
from app.outbound.restore_hold import find_hold
from app.settings.findings import OK, REFUSED, WARNING, Finding, as_table, refusals

MIB = 1024 * 1024
LEAST_FREE = 512 * MIB
"""Bytes that must be free in the data folder."""
MARGIN = 1.3
"""A backup may be so much larger than the last one."""
# Of the sessions of another account nothing else is visible.
_SESSIONS = text(
    "SELECT application_name, count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() GROUP BY 1 ORDER BY 1"
)
_DATABASE_SIZE = text("SELECT pg_database_size(current_database())")


@dataclass(frozen=True)
class Archive:
    """A value object: whether a backup is made before the migrations, where it goes and what seals it."""

    wanted: bool
    file: Path | None
    passphrase_file: Path | None


def upgrade(app: Flask, running: Running, archive: Archive, check_only: bool, restart: bool) -> bool:
    """Upgrade the tables to this program and restart what runs here; print each step. Return False, with nothing
    changed, when a check refuses, else whether every step was done. With `check_only` only the checks are printed.
    """
    with app.app_context():
        stored = stored_revision()
        pending = _pending(stored)
        findings = list(_check(stored, pending, archive, running if restart else None))
    print(as_table(findings), flush=True)
    if refused := refusals(findings):
        print(f"\nNothing was changed: {len(refused)} refused.")
        return False
    if check_only:
        print("\nThese were checks only; nothing was changed.")
        return True
    if stored and archive.wanted and archive.file:
        archive.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        backup(app, archive.file, archive.passphrase_file)
        if not archive.file.exists():
            print("Without the backup nothing is migrated.")
            return False
    migrate_database(app)
    print(
        f"The tables are at {newest_revision()}." if pending or not stored else "No migration was pending.", flush=True
    )
    if not restart:
        return True
    print(running.sentence, flush=True)
    return running.restart() if running.restart else True


def archive_of(file: Path | None, passphrase_file: Path | None, wanted: bool) -> Archive:
    """Return where the backup goes: `file` (or a new file in it, if it is a folder), else a new file in BACKUP_FOLDER,
    sealed with `passphrase_file`, else with BACKUP_PASSPHRASE_FILE.
    """
    folder, phrase = current_app.config["BACKUP_FOLDER"], current_app.config["BACKUP_PASSPHRASE_FILE"]
    place = file or (Path(folder) if folder else None)
    if place and (place.is_dir() or file is None):
        place /= f"before-{newest_revision()}-{utc_now():%Y%m%d-%H%M%S}.backup"  # the office may have no table yet
    return Archive(wanted, place, passphrase_file or (Path(phrase) if phrase else None))


def _pending(stored: tuple[str, str] | None) -> list[Script]:
    if stored and (can_serve_newer(*stored) or reason_against(*stored)):
        return []
    return pending_migrations(stored[0] if stored else "")


def _check(
    stored: tuple[str, str] | None, pending: list[Script], archive: Archive, running: Running | None
) -> Iterator[Finding]:
    yield _tables(stored, pending)
    yield from _programs(pending)
    yield _queue()
    if hold := find_hold() if stored else None:
        sentence = f"A copy restored as of {hold.taken_at:%Y-%m-%d %H:%M} UTC, which sends nothing until `release`."
        yield Finding("restored copy", WARNING, sentence)
    if stored:
        yield _backup(archive)
    free = shutil.disk_usage(current_app.config["LAPOR_HOME"]).free
    yield Finding("room", OK if free >= LEAST_FREE else REFUSED, f"{free // MIB} MiB are free in the data folder.")
    if running:
        yield Finding("restart", OK if running.restart else WARNING, running.sentence)


def _tables(stored: tuple[str, str] | None, pending: list[Script]) -> Finding:
    if stored is None:
        return Finding("tables", OK, f"There are none yet; they are made ({len(pending)} migrations).")
    if reason := reason_against(*stored):
        return Finding("tables", REFUSED, reason)
    if can_serve_newer(*stored):
        sentence = f"At {stored[0]}, of a later release; this program knows {newest_revision()} and can serve them."
        return Finding("tables", OK, f"{sentence} Nothing is migrated.")
    steps = "; ".join(f"{step.revision} {step.doc}" for step in pending)
    return Finding("tables", OK, f"At {stored[0]}, {len(pending)} migrations pending{': ' + steps if steps else ''}.")


def _programs(pending: list[Script]) -> Iterator[Finding]:
    """Yield a Finding about the programs that have the database open, and REFUSED for each migration that one of them
    could not serve.
    """
    open_by: dict[str, str] = {}
    for name, count in db.session.execute(_SESSIONS):
        words = name.split()
        if words[:1] == [SESSION_NAME]:
            revision, place = words[1:3] if len(words) > 2 else ("", "a machine of an older release")
            open_by[f"{place}{' at ' * bool(revision)}{revision} ({count} connections)"] = revision
    yield Finding("programs", OK, f"The database is open at: {', '.join(open_by) or 'nobody else'}.")
    for step in pending:
        oldest = oldest_code_of(step)
        if unable := sorted(place for place, revision in open_by.items() if revision < oldest):
            why = getattr(step.module, "NEEDS_STOP", "") or f"it needs programs that know {oldest}"
            sentence = f"{step.revision} cannot be served by programs that are running ({why}): {'; '.join(unable)}."
            yield Finding("stop", REFUSED, f"{sentence} Stop them everywhere, run this again, then start them.")


def _queue() -> Finding:
    try:
        with redis.Redis.from_url(current_app.config["REDIS_URL"], socket_timeout=3, socket_connect_timeout=3) as queue:
            queue.ping()
    except RedisError as problem:
        sentence = f"The queue server does not answer ({type(problem).__name__}): restarted workers would wait for it."
        return Finding("queue", REFUSED, sentence)
    return Finding("queue", OK, "It answers.")


def _backup(archive: Archive) -> Finding:
    if not archive.wanted:
        return Finding("backup", WARNING, "None is made, as told.")
    if archive.file is None:
        sentence = "No place for it: name --backup FILE or set BACKUP_FOLDER, or say --without-backup."
        return Finding("backup", REFUSED, sentence)
    if archive.file.exists():
        return Finding("backup", REFUSED, f"{archive.file} is there already; name another file.")
    there = next(place for place in archive.file.parents if place.exists())
    last = last_good("backup")
    size = (last.detail.get("size") if last else None) or db.session.execute(_DATABASE_SIZE).scalar_one()
    needed, free = int(size * MARGIN), shutil.disk_usage(there).free
    sentence = f"{archive.file}: about {needed // MIB} MiB, {free // MIB} MiB are free."
    if free < needed:
        return Finding("backup", REFUSED, sentence)
    if archive.passphrase_file is None:
        state = REFUSED if current_app.config["LAPOR_PRODUCTION"] else WARNING
        return Finding("backup", state, f"{sentence} It is not sealed: name --passphrase-file.")
    return Finding("backup", OK, f"{sentence} Sealed.")
