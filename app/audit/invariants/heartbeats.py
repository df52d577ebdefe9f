"""Invariant I16: the heartbeats on which the health page relies are true, and the nightly check completes."""

import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psutil
from redis import Redis
from redis.exceptions import RedisError
from rq.utils import as_text
from rq.worker_registration import REDIS_WORKER_KEYS
from sqlalchemy import select

from app.audit.invariants.findings import Checked, Finding, Look
from app.core.clock import utc_now
from app.core.extensions import db, redis_client
from app.core.jobs import SCHEDULER_HEARTBEAT
from app.models import InvariantRun
from app.monitoring.health import WORKER_SILENT, find_processes

OLDEST_BEAT = timedelta(minutes=2)
LONGEST_LOOK = timedelta(hours=2)


def true_signs(look: Look) -> Checked:
    """Check invariant I16 and return the violations with the number of rows checked.

    It holds when scheduler and workers that count as alive are alive, and no nightly check was left unfinished.
    """
    return Checked(3, (*_processes(look.now), *_looks(look.now)))


def _processes(now: datetime) -> Iterator[Finding]:
    """Yield findings about scheduler and workers.

    Yields none when Redis is unavailable, which the health page itself shows.
    """
    connection = redis_client()
    try:
        yield from _beat(connection, now)
        yield from _workers(connection, now)
    except RedisError:
        return


def _beat(connection: Redis, now: datetime) -> Iterator[Finding]:
    """Yield a finding when the scheduler's heartbeat does not expire, is too old, or is ahead of the clock.

    A check may take minutes, so a heartbeat younger than its `now` is compared with the present time.
    """
    beat = connection.get(SCHEDULER_HEARTBEAT)
    if beat is None:
        return
    at, fades = datetime.fromtimestamp(int(beat), UTC), connection.ttl(SCHEDULER_HEARTBEAT) >= 0
    if not fades or now - at > OLDEST_BEAT or at - utc_now() > OLDEST_BEAT:
        yield Finding("I16", "scheduler", "beat_untrue", {"at": at.isoformat()})


def _workers(connection: Redis, now: datetime) -> Iterator[Finding]:
    """Yield a finding for each worker on this host that counts as alive but has no process."""
    seen = find_processes(now)
    living = {worker.name for worker in seen.alive} if seen else set()
    for key in connection.smembers(REDIS_WORKER_KEYS):
        name = as_text(key).rpartition(":")[2]
        host, pid = connection.hmget(as_text(key), "hostname", "pid")
        here = host is not None and as_text(host) == socket.gethostname()
        if name in living and here and pid and int(pid) != os.getpid() and not psutil.pid_exists(int(pid)):
            silent = int(WORKER_SILENT.total_seconds())
            yield Finding("I16", name[:8], "worker_untrue", {"pid": int(pid), "seconds": silent})


def _looks(now: datetime) -> Iterator[Finding]:
    began = InvariantRun.alive_at < now - LONGEST_LOOK
    statement = select(InvariantRun.night).where(InvariantRun.ended_at.is_(None), began)
    for night in db.session.scalars(
        statement.where(InvariantRun.night.is_not(None)).order_by(InvariantRun.id).limit(5)
    ):
        yield Finding("I16", str(night), "look_unfinished")
