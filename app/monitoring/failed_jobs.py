"""Background jobs that failed: their list, and running one again."""

import re
from dataclasses import dataclass
from datetime import datetime

from rq.exceptions import DeserializationError, InvalidJobOperation, NoSuchJobError
from rq.job import Job
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer

from app.core.extensions import redis_client
from app.core.jobs import JobName, QueueName

SHOWN = 20
_MOST_OF_A_QUEUE = 200
_CLASS = re.compile(r"(?:\w+\.)*(\w+)(?=:|$)")
_OUR_FRAME = re.compile(r'File "(?:[^"]*/)?((?:app|jobs|workflow_rules)/[^"]+)", line (\d+)')


@dataclass(frozen=True)
class FailedJob:
    """A value object: a background job that failed, at `failed_at` (aware UTC, None when unknown).

    `name` is its JobName, "" for an unknown job. `error` is the class of the exception with the file and line of this
    program that raised it, "" without a traceback; the message is left out, since it may quote personal data.
    """

    id: str
    name: str
    queue: str
    failed_at: datetime | None
    error: str


def read_failed_jobs() -> tuple[list[FailedJob], int]:
    """Return (list of FailedJobs, count): the 20 newest failed background jobs, newest first, and the number of all.

    Raises RedisError when Redis is unavailable.
    """
    connection, jobs, count = redis_client(), [], 0
    for registry in map(_registry, QueueName):
        count += registry.count
        ids = registry.get_job_ids(end=_MOST_OF_A_QUEUE - 1, desc=True, cleanup=False)
        jobs += [job for job in Job.fetch_many(ids, connection, JSONSerializer) if job is not None]
    jobs.sort(key=lambda job: str(job.ended_at or job.enqueued_at), reverse=True)
    return [_failed_job(job) for job in jobs[:SHOWN]], count


def retry_job(job_id: str) -> bool:
    """Queue a failed background job again in Redis and return True; return False when there is no failed job with this
    id.

    Raises RedisError when Redis is unavailable.
    """
    for registry in map(_registry, QueueName):
        if job_id in registry:
            try:
                registry.requeue(job_id)
            except (InvalidJobOperation, NoSuchJobError):
                return False
            return True
    return False


def _registry(queue: QueueName) -> FailedJobRegistry:
    """Return the RQ registry of a queue's failed jobs.

    It reads JSON, since RQ would otherwise unpickle what it finds in Redis.
    """
    return FailedJobRegistry(str(queue), redis_client(), serializer=JSONSerializer)


def _failed_job(job: Job) -> FailedJob:
    result = job.latest_result()
    try:
        name = job.func_name
    except DeserializationError:
        name = None
    return FailedJob(
        id=job.id,
        name=name.rpartition(".")[2] if name in set(JobName) else "",
        queue=job.origin,
        failed_at=result.created_at if result else job.ended_at,
        error=error_place(result.exc_string or "") if result else "",
    )


def error_place(traceback: str) -> str:
    """Return as text the class and place of a traceback's last exception, as in "KeyError (app/papers/letters.py, 31)".

    The place is left out when no frame is in this program. Returns "" when the text is no traceback.
    """
    last = traceback.rpartition("Traceback (most recent call last):\n")[2]
    raised = next((line for line in last.splitlines() if line and not line[0].isspace()), "")
    named, frames = _CLASS.match(raised), _OUR_FRAME.findall(last)
    if named is None or last == traceback:
        return ""
    return f"{named[1]} ({frames[-1][0]}, {frames[-1][1]})" if frames else named[1]
