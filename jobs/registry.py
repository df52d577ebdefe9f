"""Jobs by an allow-list: RQ runs whatever dotted name stands in Redis, so writing to Redis would be running code (also
with JSON).
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
    """A job that is not one of ours, or that carries more than a name and plain arguments; it is reported failed."""


class ListedJob(Job):
    """A job whose function must be a JobName; callbacks and webhooks, further ways to name code or addresses, are never
    followed.
    """

    @property
    def func(self) -> Callable[..., Any]:
        """The function, imported only after its name was found in the list."""
        if self.instance is not None or self.func_name not in set(JobName):
            raise JobRefused(f"{self.func_name!r} is not a job of this program")
        return super().func

    @property
    def success_callback(self) -> None:
        """Never followed."""

    @property
    def failure_callback(self) -> None:
        """Never followed, neither by the worker nor by RQ's own clean-up of abandoned jobs."""

    @property
    def stopped_callback(self) -> None:
        """Never followed."""

    def restore(self, raw_data: Mapping[bytes, bytes]) -> Any:
        """Reads the stored job without its webhooks."""
        answer = super().restore(raw_data)
        self.webhooks = []
        return answer


def queue(name: str, connection: Redis) -> Queue:
    """A queue of listed jobs whose arguments travel as JSON."""
    return Queue(name, connection=connection, serializer=JSONSerializer, job_class=ListedJob)
