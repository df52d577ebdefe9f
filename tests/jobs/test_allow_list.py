"""Whoever can write to Redis must not thereby run code: a real worker, real Valkey, jobs that are not ours."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from rq import Queue
from rq.job import Callback, Job
from rq.results import Result
from rq.webhook import Webhook

from app.core.jobs import JobName, QueueName
from jobs.registry import ListedJob
from tests.servers import database_url_for, redis_url_for

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60


@pytest.fixture
def redis_url(worker_id: str) -> Iterator[str]:
    url = redis_url_for(worker_id)
    with Redis.from_url(url) as client:
        client.flushdb()
        yield url
        client.flushdb()


@pytest.fixture
def connection(redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url, socket_timeout=PATIENCE_SECONDS) as client:
        yield client


@pytest.fixture
def worker(redis_url: str, worker_id: str, tmp_path: Path) -> Iterator[None]:
    addresses = {"REDIS_URL": redis_url, "DATABASE_URL": database_url_for(f"{worker_id}_allow_list")}
    environ = dict(os.environ) | addresses | {"LAPOR_HOME": str(tmp_path / "home"), "LAPOR_ENV": ""}
    process = subprocess.Popen([sys.executable, str(PROJECT / "run.py"), "worker"], env=environ, cwd="/")
    yield
    process.terminate()
    assert process.wait(timeout=20) == 0


def result_of(job: Job) -> Result:
    """The first result; blocks until a worker has written one."""
    result = job.latest_result(timeout=PATIENCE_SECONDS)
    assert result is not None
    return result


class Touch:
    """Touches a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.path}",)


@pytest.mark.usefixtures("worker")
def test_a_function_that_is_not_listed_is_refused_and_reported_failed(connection: Redis, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    queue = Queue(QueueName.NOTICES, connection=connection, serializer="json")
    foreign = [queue.enqueue(name, f"touch {marker}") for name in ("os.system", "subprocess.getoutput")]
    inner = queue.enqueue("jobs.context.worker_app")
    pickled = Queue(QueueName.NOTICES, connection=connection, serializer="pickle").enqueue("os.system", Touch(marker))

    for job in [*foreign, inner]:
        result = result_of(job)
        assert result.type == Result.Type.FAILED
        assert "JobRefused" in (result.exc_string or "")
        assert job.get_status(refresh=True) == "failed"
    assert result_of(pickled).type == Result.Type.FAILED
    assert not marker.exists()


@pytest.mark.usefixtures("worker")
def test_a_listed_job_is_not_refused(connection: Redis) -> None:
    """It may fail for want of tables here; it was looked up and called."""
    job = Queue(QueueName.ALARMS, connection=connection, serializer="json").enqueue(JobName.SWEEP_ALARMS)

    assert "JobRefused" not in (result_of(job).exc_string or "")


def test_callbacks_and_webhooks_in_redis_are_never_followed(connection: Redis) -> None:
    Queue(QueueName.ALARMS, connection=connection, serializer="json").enqueue(
        JobName.SWEEP_ALARMS,
        job_id="loaded",
        on_success=Callback("os.system"),
        on_failure=Callback("os.system"),
        on_stopped=Callback("os.system"),
        webhooks=[Webhook("http://internal.example/", "failed")],
    )
    stock = Job.fetch("loaded", connection=connection, serializer="json")
    ours = ListedJob.fetch("loaded", connection=connection, serializer="json")

    assert stock.failure_callback is os.system
    assert len(stock.webhooks) == 1
    assert (ours.success_callback, ours.failure_callback, ours.stopped_callback) == (None, None, None)
    assert ours.webhooks == []
