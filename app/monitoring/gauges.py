"""Gauges for monitoring: waiting, delayed and late work, without names and case numbers."""

from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from typing import Any

from flask import current_app
from redis.exceptions import RedisError
from rq.utils import as_text, utcparse
from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.exc import SQLAlchemyError

from app.core.clock import utc_now
from app.core.extensions import db, redis_client
from app.core.jobs import QueueName
from app.core.schema import migrated
from app.delivery.gateway_breaker import gateways_in_trouble
from app.models import (
    Delivery,
    InvariantRun,
    ReportJob,
    SendingHold,
    StepAlarm,
    StepTask,
    SyncChange,
    SyncPeer,
    WebhookDelivery,
)
from app.monitoring.health import database_answers, find_processes, redis_answers
from app.monitoring.machine import (
    UNARCHIVED,
    Disk,
    PublicCertificate,
    disks,
    find_certificate,
    first_signing_end,
    newest_good,
)

NEVER = ("backup_age_seconds", "drill_age_seconds")
"""Ages that are infinite as long as the thing has never happened."""

LIMIT_LEVEL = 1
"""The alarm level at which a deadline passes (`workflow_rules/process/escalation.py`)."""


@dataclass(frozen=True)
class Queued:
    """A value object: the state of one job queue, with waiting jobs, failed jobs, and seconds that the first waiting
    one has waited (`oldest`).
    """

    waiting: int
    failed: int
    oldest: float


def read_queues(now: datetime) -> dict[str, Queued]:
    """Return a dict of queue name to its Queued state for every job queue. Raises RedisError when Redis is
    unavailable.
    """
    connection, found = redis_client(), {}
    for name in map(str, QueueName):
        with connection.pipeline(transaction=False) as pipe:
            pipe.llen(f"rq:queue:{name}")
            pipe.lindex(f"rq:queue:{name}", 0)  # the job that has waited longest
            pipe.zcard(f"rq:failed:{name}")
            waiting, first, failed = pipe.execute()
        since = connection.hget(f"rq:job:{as_text(first)}", "enqueued_at") if first else None
        waited = (now - utcparse(as_text(since))).total_seconds() if since else 0.0
        found[name] = Queued(waiting, failed, max(0.0, waited))
    return found


@dataclass
class Gauges:
    """The gauges for monitoring that could be read; empty or None where their source is unavailable.

    `up` says whether `database`, `redis` and `migrations` are in order. `gateways_away` and all names that end in
    "_seconds" are ages in seconds.
    """

    up: dict[str, bool] = field(default_factory=dict)
    numbers: dict[str, float] = field(default_factory=dict)
    open_steps: dict[str, int] = field(default_factory=dict)
    queues: dict[str, Queued] = field(default_factory=dict)
    gateways_away: dict[str, float] | None = None
    workers_alive: int | None = None
    scheduler_alive: bool | None = None
    disks: list[Disk] = field(default_factory=list)
    certificate: PublicCertificate | None = None


def read_gauges(now: datetime) -> Gauges:
    """Return a Gauges object, read with four statements and about a dozen Redis commands.

    An unavailable database or Redis is recorded as down in `up`, not raised.
    """
    database, redis = database_answers(), redis_answers()
    found = Gauges({"database": database, "redis": redis, "migrations": database and migrated()}, disks=disks())
    if found.up["migrations"]:
        _read_tables(found, now)
    if redis:
        seen = find_processes(now)
        if seen is not None:
            found.workers_alive, found.scheduler_alive = len(seen.alive), seen.scheduler_at is not None
        found.certificate = find_certificate()
        try:
            found.queues = read_queues(now)
        except RedisError:
            found.up["redis"] = False
    return found


def _read_tables(found: Gauges, now: datetime) -> None:
    """Fill `numbers`, `open_steps` and `gateways_away` from the tables; a database error sets `up["database"]` to
    False. Instants become seconds passed since, 0 for a future or missing one.
    """

    def number(name: str, value: Any) -> float:
        if value is None:
            return inf if name in NEVER else 0.0
        return max(0.0, (now - value).total_seconds()) if isinstance(value, datetime) else float(value)

    try:
        before = utc_now()
        sums = dict(_one(_sums(now))._mapping)
        clock, signing_end = sums.pop("clock"), sums.pop("signing_end")
        found.numbers = {name: number(name, value) for name, value in sums.items()}
        found.numbers["clock_difference_seconds"] = (clock - before - (utc_now() - before) / 2).total_seconds()
        if signing_end is not None:
            found.numbers["signing_certificate_seconds"] = (signing_end - now).total_seconds()
        found.open_steps = dict(_one(_steps(now))._mapping)
        found.gateways_away = {
            state.channel: (now - state.away_since).total_seconds() if state.away_since else 0.0
            for state in gateways_in_trouble()
        }
    except SQLAlchemyError:
        db.session.rollback()
        found.up["database"] = False


def _one(statement: Select[Any]) -> Row[Any]:
    """Execute a statement over all cases, without agency isolation, and return its single row (an SQLAlchemy Row)."""
    return db.session.execute(statement.execution_options(unscoped=True, without_isolation=True)).one()


def _sums(now: datetime) -> Any:
    """Return a statement for one row with counts and earliest instants, its columns labelled by gauge name.

    Each is read from a partial index except the breaches, or from a table of few rows. `clock` is the database's clock,
    `signing_end` see `first_signing_end`.
    """
    open_step, queued = StepTask.closed_at.is_(None), WebhookDelivery.state == "queued"
    nightly = (InvariantRun.night.is_not(None), InvariantRun.ended_at.is_not(None))
    parts: dict[str, Select[Any]] = {
        "outbox_waiting": select(func.count()).where(Delivery.state == "queued"),
        "outbox_oldest_seconds": select(func.min(Delivery.next_try_at)).where(Delivery.state == "queued"),
        "outbox_failed": select(func.count()).where(Delivery.state == "failed"),
        "sweep_lag_seconds": select(func.min(StepTask.next_alarm_at)).where(open_step),
        "breaches": select(func.count()).where(StepAlarm.level == LIMIT_LEVEL),
        "sync_unnumbered": select(func.count()).where(SyncChange.position.is_(None)),
        "sync_unnumbered_seconds": select(func.min(SyncChange.at)).where(SyncChange.position.is_(None)),
        "peer_away_seconds": select(func.min(SyncPeer.away_since)),
        "webhook_waiting": select(func.count()).where(queued),
        "webhook_oldest_seconds": select(func.min(WebhookDelivery.next_try_at)).where(queued),
        "webhook_parked": select(func.count()).where(WebhookDelivery.state == "parked"),
        "report_jobs_queued": select(func.count()).where(ReportJob.state == "queued"),
        "report_jobs_running": select(func.count()).where(ReportJob.state == "running"),
        "backup_age_seconds": newest_good("backup"),
        "drill_age_seconds": newest_good("drill"),
        "invariants_red": select(InvariantRun.red).where(*nightly).order_by(InvariantRun.night.desc()).limit(1),
        "invariants_age_seconds": select(func.max(InvariantRun.ended_at)).where(*nightly),
        "sending_held_seconds": select(func.min(SendingHold.since)),
        "signing_end": first_signing_end(now),
        "unarchived_seconds": select(UNARCHIVED),
        "clock": select(func.clock_timestamp()),
    }
    return select(*(part.scalar_subquery().label(name) for name, part in parts.items()))


def _steps(now: datetime) -> Any:
    """Return a statement for one row with the number of open steps by state, in columns `paused`, `late`, `near` and
    `safe`.
    """
    running = StepTask.paused_at.is_(None)
    late, warned = StepTask.due_at < now, StepTask.warn_at <= now
    states: dict[str, ColumnElement[bool]] = {
        "paused": ~running,
        "late": running & late,
        "near": running & ~late & warned,
        "safe": running & ~late & ~warned,
    }
    counts = (func.count().filter(holds).label(state) for state, holds in states.items())
    return select(*counts).select_from(StepTask).where(StepTask.closed_at.is_(None))


def expected_workers() -> int:
    """Return the number of background workers that should run, by the setting WORKERS."""
    return int(current_app.config["WORKERS"])
