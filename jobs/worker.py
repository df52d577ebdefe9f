"""`python run.py worker`: runs queued jobs, serving the queues in turn."""

from __future__ import annotations

import importlib
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

# Measured: the job of a worker killed together with its work horse waited 807 s for another worker with RQ's defaults
# and 88 s at most with these. The outbox recovers the work sooner; these values keep RQ's own registries in order.
WORKER_TTL_SECONDS = 45
JOB_MONITORING_SECONDS = 5
MAINTENANCE_SECONDS = 15


class ListedWorker(Worker):
    """RQ's forking worker for listed jobs; a job's process never shares the worker's database connections."""

    max_connection_wait_time = 10.0

    def work(self, *args: Any, **options: Any) -> bool:
        """Run jobs, serving the queues round robin, until a stop signal; return whether any job was run."""
        return super().work(*args, **{"dequeue_strategy": DequeueStrategy.ROUND_ROBIN, **options})

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        """Called by RQ in the forked process: drop the inherited database connections and run the job."""
        forget_inherited_connections()
        super().main_work_horse(job, queue)


def make_worker(connection: Redis, names: Iterable[str] = tuple(QueueName)) -> ListedWorker:
    """Return a worker (not yet running) for the queues with these names; after a job of one queue the others come
    first.
    """
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
    """Run jobs until a stop signal and return exit code 0; the current job is finished first."""
    app = worker_app()
    # Jobs and RQ's scheduler (which requeues retries) are forked; neither may outlive the worker.
    os.register_at_fork(after_in_child=lambda: die_with_parent(os.getppid(), signal.SIGKILL))
    wait_for_redis(app.config["REDIS_URL"])
    render.load()
    # Imported before the forks: otherwise each job imports it anew, which takes 0.4 s of processor time.
    importlib.import_module("jobs.tasks")
    worker = make_worker(Redis.from_url(app.config["REDIS_URL"]), app.config["WORKER_QUEUES"])
    worker.work(logging_level="WARNING", with_scheduler=True)
    return 0


def wait_for_redis(url: str, pause: float = REDIS_PAUSE_SECONDS) -> None:
    """Block until Redis answers, checking every `pause` seconds.

    Exiting instead would make a supervisor restart the worker again and again, with growing delays.
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
