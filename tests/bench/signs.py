"""How a running program stands, seen from outside: the memory of its processes, its database, what waits."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass

import psutil
from sqlalchemy import text

from app.core.clock import utc_now
from app.core.extensions import db
from app.monitoring.gauges import read_gauges
from tests.bench.house import Served

MEGABYTE = 1024**2


@dataclass(frozen=True)
class Signs:
    """Megabytes of the largest web worker (its own and its share of what it has in common with the other), of the
    largest job worker (all that is resident: its share would be halved for as long as it has forked for a job) and of
    the database; seconds by which the sweep is late; rows of the outbox and jobs that wait.
    """

    web: float
    worker: float
    database: float
    sweep_lag: float
    outbox: int
    jobs: int

    def __str__(self) -> str:
        memory = f"web {self.web:.0f} MB  worker {self.worker:.0f} MB  database {self.database:.0f} MB"
        return f"{memory}  sweep {self.sweep_lag:.0f} s late  outbox {self.outbox}  jobs {self.jobs}"


def read_signs(served: Served, workers: list[subprocess.Popen[bytes]]) -> Signs:
    """All of it now; needs an application context."""
    size = text("SELECT pg_database_size(current_database())")
    gauges = read_gauges(utc_now())
    found = Signs(
        web=max(map(_share, served.workers()), default=0.0),
        worker=max(psutil.Process(worker.pid).memory_info().rss for worker in workers) / MEGABYTE,
        database=db.session.execute(size).scalar_one() / MEGABYTE,
        sweep_lag=gauges.numbers["sweep_lag_seconds"],
        outbox=int(gauges.numbers["outbox_waiting"]),
        jobs=sum(queue.waiting for queue in gauges.queues.values()),
    )
    db.session.rollback()
    return found


def _share(process: psutil.Process) -> float:
    """Megabytes; nothing of one that has just ended."""
    try:
        return float(process.memory_full_info().pss) / MEGABYTE
    except psutil.NoSuchProcess:
        return 0.0


def failed_jobs() -> int:
    """Jobs and messages that were given up."""
    gauges = read_gauges(utc_now())
    db.session.rollback()
    return int(gauges.numbers["outbox_failed"]) + sum(queue.failed for queue in gauges.queues.values())
