"""`python run.py scheduler`: puts the periodic jobs into their queues, once a slot of time however many schedulers run.

RQ's own cron has no such lock (two of them enqueue twice). Nothing depends on a slot being met: each job takes up
whatever is due.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from dataclasses import dataclass, field
from types import FrameType

from redis import Redis, RedisError
from rq.exceptions import DuplicateJobError

from app.core import logs
from app.core.jobs import LONG_JOBS, QUEUE_OF, SCHEDULER_HEARTBEAT, JobName, QueueName
from app.settings.environment import read_environment
from jobs.registry import queue

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 60
LONGEST_PAUSE_SECONDS = 5.0
DAY_SECONDS = 24 * 60 * 60


@dataclass(frozen=True)
class PeriodicJob:
    """A job that is queued once in every slot of `every` seconds, counted from the epoch."""

    name: JobName
    every: int
    queue: QueueName

    def slot(self, now: float) -> int:
        """The number of the slot that `now` (seconds since the epoch) lies in."""
        return int(now // self.every)

    def job_id(self, slot: int) -> str:
        """The same in every scheduler: the queue refuses the second of two equal ones."""
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
        (JobName.RELAY_WEBHOOKS, 20),
        (JobName.FORGET_ANSWERS, 3600),
        (JobName.REMOVE_IDENTITIES, DAY_SECONDS),
        (JobName.SWEEP_FILES, 60),
        (JobName.SWEEP_STORE, 6 * 3600),
        (JobName.CHECK_INVARIANTS, 600),
        (JobName.HAND_OUT_BACKUP, 600),
    )
)


@dataclass
class Scheduler:
    """Looks at the clock, queues what is due, and leaves a sign of life; lives through an absence of Redis."""

    connection: Redis
    periodic_jobs: tuple[PeriodicJob, ...] = PERIODIC_JOBS
    queued: dict[PeriodicJob, int] = field(default_factory=dict)
    away: bool = False

    def tick(self, now: float) -> float:
        """Queues every job whose present slot was not queued yet; returns the seconds until the next
        look at the clock.
        """
        try:
            for job in self.periodic_jobs:
                if self.queued.get(job) != job.slot(now):
                    self.enqueue(job, job.slot(now))
            self.connection.set(SCHEDULER_HEARTBEAT, int(now), ex=HEARTBEAT_SECONDS)
        except RedisError as problem:
            self._note_absence(problem)
            return LONGEST_PAUSE_SECONDS
        self._note_return()
        return self._pause(now)

    def enqueue(self, job: PeriodicJob, slot: int) -> None:
        """Queues one slot of a job; one that nobody took up within two slots is dropped, so a queue without worker does
        not fill.
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

    def _pause(self, now: float) -> float:
        until_next = min((job.slot(now) + 1) * job.every - now for job in self.periodic_jobs)
        return min(until_next, LONGEST_PAUSE_SECONDS)

    def _note_absence(self, problem: RedisError) -> None:
        if not self.away:
            log.warning("the queue server is away, the scheduler keeps trying: %s", problem)
        self.away = True

    def _note_return(self) -> None:
        if self.away:
            log.warning("the queue server is back")
        self.away = False


def run_scheduler() -> int:
    """Ticks until it is told to stop."""
    environment = read_environment()
    logs.install(environment.parts["LOG_FORMAT"])
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
