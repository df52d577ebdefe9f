"""What may leave the house, and only once the transaction is committed; a lost hint is found again by the relays."""

import structlog
from flask import current_app, g, has_app_context
from redis.exceptions import RedisError
from rq import Queue, Retry

from app.core.extensions import redis_client
from app.core.jobs import LONG_JOBS, QUEUE_OF, JobName

log = structlog.get_logger()


def enqueue_after_commit(job: JobName, *ids: int) -> None:
    """Remember a job for the moment the running transaction is committed; the same one twice is one."""
    g.setdefault("jobs_after_commit", {})[job, ids] = None


def forget() -> None:
    """Drop what was remembered: the transaction was rolled back."""
    if has_app_context():
        g.pop("jobs_after_commit", None)


def send_off() -> None:
    """Hand the remembered jobs to Redis; when it is away nothing is lost, the relays look into the database.

    After the first that it does not take the others are not tried: each would keep the officer waiting as long again.
    """
    jobs = g.pop("jobs_after_commit", {})
    try:
        for job, ids in jobs:
            enqueue(job, *ids)
    except RedisError as error:
        log.warning("redis_away", jobs=len(jobs), error=type(error).__name__)


def enqueue(job: JobName, *ids: int) -> None:
    """Put one job on its queue by name, with ids only, retried with growing delays."""
    queue = Queue(QUEUE_OF[job].value, connection=redis_client(), serializer="json")
    queue.enqueue(
        job.value,
        *ids,
        retry=Retry(max=3, interval=[10, 60, 300]),
        job_timeout=LONG_JOBS.get(job) or current_app.config.get("JOB_TIMEOUT", 120),
        result_ttl=0,
        failure_ttl=7 * 86_400,
    )
