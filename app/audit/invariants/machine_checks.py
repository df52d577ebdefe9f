"""Checks of what is not in the tables: stored files, queues, connections, disk, and heartbeats of processes."""

import hashlib
import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psutil
from flask import current_app
from redis import Redis
from redis.exceptions import RedisError
from rq.utils import as_text, utcparse
from rq.worker_registration import REDIS_WORKER_KEYS
from sqlalchemy import exists, select, text
from sqlalchemy.orm import aliased

from app.audit.invariants.scope import Checked, Finding, Scope, limited
from app.casefile.event_history import first_event_at
from app.core import storage
from app.core.clock import utc_now
from app.core.extensions import db, redis_client
from app.core.jobs import SCHEDULER_HEARTBEAT, QueueName
from app.models import InvariantRun
from app.monitoring import machine
from app.monitoring.health import WORKER_SILENT, find_processes

FOLDERS = ("attachments", "papers", "reports")
"""Folders of the file store; `_FILES` must name the rows of each."""

SWEEP_AGE = timedelta(days=1)
"""Younger files are skipped, since a file is written before its row is committed."""

_FILES = """
    SELECT id, path, sha256 AS digest, added_at AS at, 'attachment' AS kind FROM attachment
    UNION ALL
    SELECT id, path, file_hash, coalesce(drawn_at, made_at), 'paper' FROM paper WHERE state = 'ready'
    UNION ALL
    SELECT id, path, file_hash, ended_at, 'report' FROM report_job WHERE state = 'done' AND path IS NOT NULL
"""
_FILES_TO_HASH = f"""
    SELECT * FROM ({_FILES}) AS stored
    WHERE :whole OR at >= :yesterday OR at >= :since OR id % :slices = :slice ORDER BY kind, id
"""  # noqa: S608 (our own words)
_PATHS = f"""
    SELECT path FROM ({_FILES}) AS stored UNION SELECT path FROM report_job WHERE path IS NOT NULL
"""  # noqa: S608 (our own words)


def stored_files(scope: Scope) -> Checked:
    """Return the result of check I9 (`Checked`): every row has its file with the recorded digest, and every file has a
    row.

    Files of the last day and a slice of older ones are hashed. All files without a row are one finding, which names the
    first.
    """
    count, found = 0, list[Finding]()
    for row in db.session.execute(scope.sql(_FILES_TO_HASH), execution_options={"yield_per": 1000}):
        count += 1
        digest = hashlib.sha256()
        try:
            for piece in storage.read_pieces(row.path):
                digest.update(piece)
        except FileNotFoundError:
            found.append(Finding("I9", row.path, "file_missing", {"kind": row.kind, "row": row.id}))
        except OSError as problem:
            values = {"kind": row.kind, "why": type(problem).__name__}
            found.append(Finding("I9", row.path, "file_unreadable", values))
        else:
            if digest.hexdigest() != row.digest:
                found.append(Finding("I9", row.path, "file_changed", {"kind": row.kind, "row": row.id}))
    known = set(db.session.scalars(text(_PATHS)))
    in_store = (file for folder in FOLDERS for file in storage.stored_files(folder))
    left = sorted(f.path for f in in_store if f.path not in known and f.written_at < scope.now - SWEEP_AGE)
    if left:
        found.append(Finding("I9", left[0], "files_without_row", {"count": len(left)}))
    return Checked(count, limited(found))


MAX_QUEUE_DEPTH = 5000
MAX_JOB_AGE = timedelta(minutes=30)
MAX_CONNECTION_SHARE = 0.8
MAX_IDLE = timedelta(minutes=10)


def capacity(scope: Scope) -> Checked:
    """Return the result of check I15 (`Checked`): queues, database connections and disks have room, and what must be
    renewed is.

    At most 5,000 jobs wait in a queue and none longer than 30 minutes, at most 80 % of the connections are used and
    none is idle in a transaction for 10 minutes, and 10 % of each disk is free. The nightly backup, the archive of the
    database's log and the public certificate are not late. An unavailable Redis is a finding.
    """
    found = (*_queues(scope.now), *_connections_and_disk(), *_backup_and_certificate(scope.now))
    return Checked(len(QueueName) + 5, found)


def _queues(now: datetime) -> Iterator[Finding]:
    connection = redis_client()
    try:
        for queue in QueueName:
            key = f"rq:queue:{queue.value}"
            depth = connection.llen(key)
            if depth > MAX_QUEUE_DEPTH:
                yield Finding("I15", queue.value, "queue_deep", {"depth": depth})
            first = connection.lindex(key, 0)
            at = connection.hget(f"rq:job:{as_text(first)}", "enqueued_at") if first else None
            if at is not None and now - (since := utcparse(as_text(at))) > MAX_JOB_AGE:
                yield Finding("I15", queue.value, "queue_old", {"since": since.isoformat()})
    except RedisError:
        yield Finding("I15", "Redis", "redis_away")


def _connections_and_disk() -> Iterator[Finding]:
    statement = text("SELECT count(*), current_setting('max_connections')::int FROM pg_stat_activity")
    used, most = db.session.execute(statement).one()
    if used > MAX_CONNECTION_SHARE * most:
        yield Finding("I15", "PostgreSQL", "connections_many", {"used": used, "most": most})
    idle = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND state LIKE 'idle in transaction%' AND state_change < clock_timestamp() - :longest"
    )
    if count := db.session.execute(idle, {"longest": MAX_IDLE}).scalar_one():
        yield Finding("I15", "PostgreSQL", "connections_idle", {"count": count})
    for disk in machine.disks():
        if disk.is_full:
            yield Finding("I15", disk.name, "disk_full", {"percent": round(100 * disk.free / disk.size, 1)})


def _backup_and_certificate(now: datetime) -> Iterator[Finding]:
    """Yield findings about what administrators must be told of even where nobody watches the metrics."""
    if current_app.config["BACKUP_FOLDER"]:
        last = db.session.scalars(machine.newest_good("backup")).one()
        # A new office had no night for its first backup yet.
        since = last or first_event_at()
        if since and now - since > machine.NIGHTLY_LATE:
            told = ("backup_late", {"since": since.isoformat()}) if last else ("backup_never", {})
            yield Finding("I15", "BACKUP_FOLDER", *told)
    if (waiting := machine.find_unarchived()) > machine.ARCHIVE_LATE:
        yield Finding("I15", "pg_wal", "archive_late", {"minutes": int(waiting.total_seconds() // 60)})
    certificate = machine.find_certificate()
    if certificate and certificate.ends_at and certificate.ends_at - now < machine.ENDS_SOON:
        yield Finding("I15", "PUBLIC_BASE_URL", "certificate_ends", {"at": certificate.ends_at.isoformat()})


MAX_BEAT_AGE = timedelta(minutes=2)
MAX_RUN_TIME = timedelta(hours=2)


def heartbeats(scope: Scope) -> Checked:
    """Return the result of check I16 (`Checked`): scheduler and workers with a heartbeat are alive, no nightly check is
    unfinished (found until a later one has ended). An unavailable Redis is no finding here.
    """
    connection, found = redis_client(), list[Finding]()
    try:
        found += _scheduler(connection, scope.now)
        found += _workers(connection, scope.now)
    except RedisError:
        pass  # The health page itself shows that Redis is unavailable.
    silent = InvariantRun.alive_at < scope.now - MAX_RUN_TIME
    unfinished = select(InvariantRun.night).where(InvariantRun.ended_at.is_(None), silent)
    later = aliased(InvariantRun)
    followed = exists().where(later.night > InvariantRun.night, later.ended_at.is_not(None))
    unfinished = unfinished.where(InvariantRun.night.is_not(None), ~followed).order_by(InvariantRun.id).limit(5)
    found += (Finding("I16", str(night), "look_unfinished") for night in db.session.scalars(unfinished))
    return Checked(3, tuple(found))


def _scheduler(connection: Redis, now: datetime) -> Iterator[Finding]:
    """Yield one finding when the scheduler's heartbeat never expires, is over 2 minutes old, or lies in the future.

    `now` is the instant at which the check began; since a check may take minutes, a newer heartbeat is compared with
    the present time. Nothing is yielded without a heartbeat.
    """
    beat = connection.get(SCHEDULER_HEARTBEAT)
    if beat is None:
        return
    at, expires = datetime.fromtimestamp(int(beat), UTC), connection.ttl(SCHEDULER_HEARTBEAT) >= 0
    if not expires or now - at > MAX_BEAT_AGE or at - utc_now() > MAX_BEAT_AGE:
        yield Finding("I16", "scheduler", "beat_untrue", {"at": at.isoformat()})


def _workers(connection: Redis, now: datetime) -> Iterator[Finding]:
    """Yield a Finding (violation of I16) for each worker of this host that has a heartbeat of the last 90 seconds but
    no process; nothing if there is none.
    """
    processes = find_processes(now)
    alive = {worker.name for worker in processes.alive} if processes else set()
    for key in connection.smembers(REDIS_WORKER_KEYS):
        name = as_text(key).rpartition(":")[2]
        host, pid = connection.hmget(as_text(key), "hostname", "pid")
        here = host is not None and as_text(host) == socket.gethostname()
        if name in alive and here and pid and int(pid) != os.getpid() and not psutil.pid_exists(int(pid)):
            silent = int(WORKER_SILENT.total_seconds())
            yield Finding("I16", name[:8], "worker_untrue", {"pid": int(pid), "seconds": silent})
