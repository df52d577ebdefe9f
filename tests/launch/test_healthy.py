"""`run.py healthy`: only a process of this host that still works counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from redis import Redis
from rq.utils import utcformat

from app.core.clock import utc_now
from app.launch.healthy import WORKER_SILENT_SECONDS, WORKERS_KEY, is_healthy
from app.settings.environment import Environment, read_environment
from jobs.scheduler import Scheduler
from jobs.worker import make_worker
from tests.servers import redis_url_for


@pytest.fixture
def connection(worker_id: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url_for(worker_id)) as client:
        client.flushdb()
        yield client
        client.flushdb()


@pytest.fixture
def environment(worker_id: str, tmp_path: Path) -> Environment:
    return read_environment({"LAPOR_HOME": str(tmp_path), "REDIS_URL": redis_url_for(worker_id), "PORT": "1"})


def test_a_worker_of_this_host_with_a_fresh_heartbeat(connection: Redis, environment: Environment) -> None:
    assert not is_healthy(environment, "worker")

    worker = make_worker(connection)
    worker.register_birth()
    assert connection.smembers(WORKERS_KEY) == {worker.key.encode()}
    assert is_healthy(environment, "worker")

    late = utc_now() - timedelta(seconds=WORKER_SILENT_SECONDS + 1)
    connection.hset(worker.key, "last_heartbeat", utcformat(late))
    assert not is_healthy(environment, "worker")


def test_a_worker_of_another_host_says_nothing_about_this_one(connection: Redis, environment: Environment) -> None:
    worker = make_worker(connection)
    worker.hostname = "elsewhere"
    worker.register_birth()

    assert not is_healthy(environment, "worker")


def test_the_scheduler_of_this_host(
    connection: Redis, environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("jobs.scheduler.gethostname", lambda: "elsewhere")
        Scheduler(connection).tick(utc_now().timestamp())
    assert not is_healthy(environment, "scheduler")

    Scheduler(connection).tick(utc_now().timestamp())
    assert is_healthy(environment, "scheduler")


@pytest.mark.parametrize("process", ["worker", "scheduler"])
def test_without_the_queue_server_nothing_is_healthy(process: str, tmp_path: Path) -> None:
    away = read_environment({"LAPOR_HOME": str(tmp_path), "REDIS_URL": f"unix://{tmp_path}/none.sock"})

    assert not is_healthy(away, process)


def test_a_web_process_that_does_not_answer(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.launch.healthy.SECONDS", 0.1)

    assert not is_healthy(environment, "web")
