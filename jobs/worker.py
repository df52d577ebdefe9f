"""`python run.py worker`: carries out queued jobs, each queue in its turn."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Iterable
from typing import Any

from redis import Redis, RedisError
from rq import Worker
from rq.job import Job
from rq.queue import Queue
from rq.serializers import JSONSerializer
from rq.worker import DequeueStrategy

from app.core.jobs import QueueName
from app.papers import render
from app.servers.child_processes import die_with_parent
from jobs.context import forget_inherited_connections, worker_app
from jobs.registry import ListedJob, queue

log = logging.getLogger(__name__)

REDIS_PAUSE_SECONDS = 5.0

# Measured: with RQ's defaults the job of a worker killed with its horse waited 807 s for another worker, with these 88
# s at most.
# The outbox in the database brings it back sooner; these keep RQ's own books in order.
WORKER_TTL_SECONDS = 45
JOB_MONITORING_SECONDS = 5
MAINTENANCE_SECONDS = 15


class ListedWorker(Worker):
    """RQ's forking worker for listed jobs; a job's process never shares its worker's database connection."""

    max_connection_wait_time = 10.0

    def work(self, *args: Any, **options: Any) -> bool:
        """Serves the queues in turn."""
        return super().work(*args, **{"dequeue_strategy": DequeueStrategy.ROUND_ROBIN, **options})

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        """Runs in the forked process."""
        forget_inherited_connections()
        super().main_work_horse(job, queue)


def make_worker(connection: Redis, names: Iterable[str] = tuple(QueueName)) -> ListedWorker:
    """A worker on these queues; after a job of one, the others have their turn before it has another."""
    return ListedWorker(
        [queue(name, connection) for name in names],
        connection=connection,
        serializer=JSONSerializer,
        job_class=ListedJob,
        worker_ttl=WORKER_TTL_SECONDS,
        job_monitoring_interval=JOB_MONITORING_SECONDS,
        maintenance_interval=MAINTENANCE_SECONDS,
        log_job_description=False,
    )


def run_worker() -> int:
    """Works until it is told to stop; the job at hand is finished first."""
    app = worker_app()
    # Jobs and RQ's own timer (which brings retries back) are forked: neither may outlive the worker.
    os.register_at_fork(after_in_child=lambda: die_with_parent(os.getppid(), signal.SIGKILL))
    wait_for_redis(app.config["REDIS_URL"])
    render.load()
    worker = make_worker(Redis.from_url(app.config["REDIS_URL"]), app.config["WORKER_QUEUES"])
    worker.work(logging_level="WARNING", with_scheduler=True)
    return 0


def wait_for_redis(url: str, pause: float = REDIS_PAUSE_SECONDS) -> None:
    """Returns once Redis answers: a worker that lost it and was started again would only end and be started again,
    later each time.
    """
    away = False
    with Redis.from_url(url, socket_timeout=pause, socket_connect_timeout=pause) as connection:
        while True:
            try:
                connection.ping()
            except RedisError as problem:
                if not away:
                    log.warning("the queue server is away, this worker waits for it: %s", problem)
                away = True
            else:
                return
            time.sleep(pause)
