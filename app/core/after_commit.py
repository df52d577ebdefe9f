"""Background jobs enqueued after commit. A relay job later enqueues again what Redis lost."""

import structlog
from flask import current_app, has_app_context
from redis.exceptions import RedisError
from rq import Queue, Retry

from app.core.extensions import redis_client
from app.core.jobs import LONG_JOBS, QUEUE_OF, JobName
from app.core.request_context import request_context
from app.core.tracing import trace_parent

log = structlog.get_logger()


def enqueue_after_commit(job: JobName, *ids: int) -> None:
    """Register a background job with the ids of its rows, to be enqueued in Redis when the current transaction
    (`one_transaction`) commits; the same job with the same ids is enqueued once.
    """
    request_context().jobs_after_commit[job, ids] = None


def forget() -> None:
    """Discard the background jobs registered for the current transaction, after its rollback; none of them is
    enqueued.
    """
    if has_app_context():
        request_context().jobs_after_commit = {}


def enqueue_registered() -> None:
    """Enqueue in Redis the jobs that were registered in the transaction. A Redis failure is logged, not raised: the
    relay jobs find the work in the database.

    After the first failure the remaining jobs are not tried, since each would cost the request another timeout.
    """
    context = request_context()
    jobs, context.jobs_after_commit = context.jobs_after_commit, {}
    try:
        for job, ids in jobs:
            enqueue(job, *ids)
    except RedisError as error:
        log.warning("redis_away", jobs=len(jobs), error=type(error).__name__)


def enqueue(job: JobName, *ids: int) -> None:
    """Enqueue one background job in Redis now, with the ids of its rows, retried three times with growing delays.
    Raises RedisError when Redis is unavailable.
    """
    queue = Queue(QUEUE_OF[job].value, connection=redis_client(), serializer="json")
    queue.enqueue(
        job.value,
        *ids,
        retry=Retry(max=3, interval=[10, 60, 300]),
        job_timeout=LONG_JOBS.get(job) or current_app.config.get("JOB_TIMEOUT", 120),
        result_ttl=0,
        failure_ttl=7 * 86_400,
        meta={"trace": parent} if (parent := trace_parent()) else None,
    )
