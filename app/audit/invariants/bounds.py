"""Invariant I15: queues, database connections and disk are far from their limits."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta

from flask import current_app
from redis import Redis
from redis.exceptions import RedisError
from rq.utils import as_text, utcparse
from sqlalchemy import text

from app.audit.invariants.findings import Checked, Finding, Look
from app.core.extensions import db, redis_client
from app.core.jobs import QueueName

DEEPEST_QUEUE = 5000
OLDEST_JOB = timedelta(minutes=30)
MOST_CONNECTIONS = 0.8
LONGEST_IDLE = timedelta(minutes=10)
LEAST_DISK = 0.05


def bounded(look: Look) -> Checked:
    """Check invariant I15 and return the violations with the number of rows checked.

    It holds when no queue is long or delayed, connections are free and not idle in transaction, disk space is left.
    """
    return Checked(len(QueueName) + 3, (*_queues(look.now), *_connections(), *_disk()))


def _queues(now: datetime) -> Iterator[Finding]:
    connection = redis_client()
    try:
        for queue in QueueName:
            yield from _queue(connection, queue, now)
    except RedisError:
        yield Finding("I15", "Redis", "redis_away")


def _queue(connection: Redis, queue: QueueName, now: datetime) -> Iterator[Finding]:
    name = f"rq:queue:{queue.value}"
    depth = connection.llen(name)
    if depth > DEEPEST_QUEUE:
        yield Finding("I15", queue.value, "queue_deep", {"depth": depth})
    first = connection.lindex(name, 0)
    at = connection.hget(f"rq:job:{as_text(first)}", "enqueued_at") if first else None
    if at is not None and now - (since := utcparse(as_text(at))) > OLDEST_JOB:
        yield Finding("I15", queue.value, "queue_old", {"since": since.isoformat()})


def _connections() -> Iterator[Finding]:
    statement = text("SELECT count(*), current_setting('max_connections')::int FROM pg_stat_activity")
    used, most = db.session.execute(statement).one()
    if used > MOST_CONNECTIONS * most:
        yield Finding("I15", "PostgreSQL", "connections_many", {"used": used, "most": most})
    idle = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND state LIKE 'idle in transaction%' AND state_change < clock_timestamp() - :longest"
    )
    if count := db.session.execute(idle, {"longest": LONGEST_IDLE}).scalar_one():
        yield Finding("I15", "PostgreSQL", "connections_idle", {"count": count})


def _disk() -> Iterator[Finding]:
    usage = shutil.disk_usage(str(current_app.config["LAPOR_HOME"]))
    if usage.free < LEAST_DISK * usage.total:
        yield Finding("I15", "LAPOR_HOME", "disk_full", {"percent": round(100 * usage.free / usage.total, 1)})
