"""`python run.py scheduler`: enqueues periodic jobs, once per time slot even if several schedulers run.

RQ's own cron has no such lock: two of them enqueue twice. A missed slot does no harm, since each job handles whatever
is due.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from dataclasses import dataclass, field
from socket import gethostname
from types import FrameType

from redis import Redis, RedisError
from rq.exceptions import DuplicateJobError

from app.core import logs
from app.core.jobs import LONG_JOBS, QUEUE_OF, SCHEDULER_HEARTBEAT, JobName, QueueName, scheduler_heartbeat_of
from app.settings.environment import read_environment
from jobs.registry import queue

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 60
LONGEST_PAUSE_SECONDS = 5.0
DAY_SECONDS = 24 * 60 * 60


@dataclass(frozen=True)
class PeriodicJob:
    """A value object: a job that is enqueued once in each time slot of `every` seconds, counted from the Unix epoch."""

    name: JobName
    every: int
    queue: QueueName

    def slot(self, now: float) -> int:
        """Return the number of the time slot that contains `now` (seconds since the epoch)."""
        return int(now // self.every)

    def job_id(self, slot: int) -> str:
        """Return the job id (text) of a time slot, equal in every scheduler, so that the queue rejects duplicates."""
        return f"{self.name.replace('.', '-')}-{self.every}-{slot}"


PERIODIC_JOBS = tuple(
    PeriodicJob(name, every, QUEUE_OF[name])
    for name, every in (
        (JobName.SWEEP_ALARMS, 30),
        (JobName.SWEEP_TIMED_ACTS, 60),
        (JobName.RELAY_DELIVERIES, 20),
        (JobName.MAKE_DIGESTS, 300),
        (JobName.RELAY_PAPERS, 30),
        (JobName.CHECK_PAPERS, 3600),
        (JobName.RELAY_REHEARSALS, 60),
        (JobName.MAKE_REGISTERS, 600),
        (JobName.RELAY_REPORTS, 20),
        (JobName.SWEEP_REPORTS, 60),
        (JobName.FORGET_CHANGES, 3600),
        (JobName.POLL_PEER, 60),
        (JobName.PUSH_PEER, 30),
        (JobName.COMPARE_PEER, 600),
        (JobName.RELAY_IMPORTS, 60),
        (JobName.RELAY_MOVE_IN, 60),
        (JobName.RELAY_WEBHOOKS, 20),
        (JobName.FORGET_ANSWERS, 3600),
        (JobName.REMOVE_IDENTITIES, DAY_SECONDS),
        (JobName.SWEEP_FILES, 60),
        (JobName.SWEEP_STORE, 6 * 3600),
        (JobName.CHECK_INVARIANTS, 600),
        (JobName.CHECK_CERTIFICATE, 6 * 3600),
        (JobName.HAND_OUT_BACKUP, 600),
    )
)


@dataclass
class Scheduler:
    """A scheduler that enqueues due jobs and writes a heartbeat; it keeps running while Redis is unreachable.

    `queued` is the last time slot enqueued for each job, `away` whether Redis was unreachable at the last attempt.
    """

    connection: Redis
    periodic_jobs: tuple[PeriodicJob, ...] = PERIODIC_JOBS
    queued: dict[PeriodicJob, int] = field(default_factory=dict)
    away: bool = False

    def tick(self, now: float) -> float:
        """Enqueue every job whose current time slot is not enqueued yet, write the heartbeat, and return the seconds
        until the next call (at most 5). `now` is in seconds since the epoch.
        """
        try:
            for job in self.periodic_jobs:
                if self.queued.get(job) != job.slot(now):
                    self.enqueue(job, job.slot(now))
            self.connection.set(SCHEDULER_HEARTBEAT, int(now), ex=HEARTBEAT_SECONDS)
            self.connection.set(scheduler_heartbeat_of(gethostname()), int(now), ex=HEARTBEAT_SECONDS)
        except RedisError as problem:
            if not self.away:
                log.warning("the queue server is away, the scheduler keeps trying: %s", problem)
            self.away = True
            return LONGEST_PAUSE_SECONDS
        if self.away:
            log.warning("the queue server is back")
        self.away = False
        until_next = min((job.slot(now) + 1) * job.every - now for job in self.periodic_jobs)
        return min(until_next, LONGEST_PAUSE_SECONDS)

    def enqueue(self, job: PeriodicJob, slot: int) -> None:
        """Enqueue a job for one time slot, unless another scheduler already has, and note the slot in `queued`. The
        queued job expires after two slots, so that a queue without a worker does not grow. Raises RedisError.
        """
        try:
            queue(job.queue, self.connection).enqueue_call(
                str(job.name),
                job_id=job.job_id(slot),
                unique=True,
                ttl=2 * job.every,
                result_ttl=4 * job.every,
                failure_ttl=DAY_SECONDS,
                timeout=LONG_JOBS.get(job.name, 10 * 60),
            )
        except DuplicateJobError:
            log.debug("%s: slot %d was queued by another scheduler", job.name, slot)
        self.queued[job] = slot


def run_scheduler() -> int:
    """Run the scheduler until SIGINT or SIGTERM and return exit code 0."""
    environment = read_environment()
    logs.install(environment.log_format)
    stop = threading.Event()

    def request_stop(signum: int, frame: FrameType | None) -> None:
        stop.set()

    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, request_stop)
    url = environment.redis_url
    assert url is not None, "run.py joins the servers first"
    scheduler = Scheduler(Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5))
    while not stop.is_set():
        stop.wait(scheduler.tick(time.time()))
    return 0
