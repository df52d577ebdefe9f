"""Allow-list of background jobs.

RQ calls any dotted name found in Redis, so without a list write access to Redis would allow running code, even with
JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from redis import Redis
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer

from app.core.jobs import JobName


class JobRefused(Exception):
    """Raised for a job that is not in the allow-list or carries an instance; RQ then records it as failed."""


class ListedJob(Job):
    """An RQ job with a function that must be a JobName; its callbacks and webhooks, which also name code or URLs, are
    ignored.
    """

    @property
    def func(self) -> Callable[..., Any]:
        """The job's function, imported only after its name was found in the list. Raises JobRefused."""
        if self.instance is not None or self.func_name not in set(JobName):
            raise JobRefused(f"{self.func_name!r} is not a job of this program")
        return super().func

    @property
    def success_callback(self) -> None:
        """Always None: callbacks are never called."""

    @property
    def failure_callback(self) -> None:
        """Always None: callbacks are never called, neither by the worker nor by RQ's cleanup of abandoned jobs."""

    @property
    def stopped_callback(self) -> None:
        """Always None: callbacks are never called."""

    def restore(self, raw_data: Mapping[bytes, bytes]) -> Any:
        """Called by RQ: fill this job with its data from Redis, but without webhooks; return what RQ's own method
        returns.
        """
        answer = super().restore(raw_data)
        self.webhooks = []
        return answer


def queue(name: str, connection: Redis) -> Queue:
    """Return the RQ queue `name` for listed jobs (`ListedJob`) with JSON arguments; it need not exist in Redis."""
    return Queue(name, connection=connection, serializer=JSONSerializer, job_class=ListedJob)
