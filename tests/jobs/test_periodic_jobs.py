"""Periodic jobs: one a slot however many schedulers there are, and none lost for good when Redis goes away."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from app.core.jobs import SCHEDULER_HEARTBEAT, JobName
from jobs.registry import queue
from jobs.scheduler import LONGEST_PAUSE_SECONDS, PERIODIC_JOBS, Scheduler
from tests.servers import redis_url_for

BEGIN = 1_800_000_000.0
SLOTS = 20


@pytest.fixture
def connection(worker_id: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url_for(worker_id)) as client:
        client.flushdb()
        yield client
        client.flushdb()


def queued(connection: Redis) -> Counter[str | None]:
    return Counter(
        job.func_name for name in {job.queue for job in PERIODIC_JOBS} for job in queue(name, connection).jobs
    )


def test_two_schedulers_queue_each_slot_once(connection: Redis, worker_id: str) -> None:
    every = PERIODIC_JOBS[0].every
    barrier = threading.Barrier(2)

    def run() -> None:
        with Redis.from_url(redis_url_for(worker_id)) as own:
            scheduler = Scheduler(own, PERIODIC_JOBS[:1])
            for slot in range(SLOTS):
                barrier.wait()
                scheduler.tick(BEGIN + slot * every)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert queued(connection) == {PERIODIC_JOBS[0].name: SLOTS}


def test_every_job_is_queued_at_its_own_rhythm(connection: Redis) -> None:
    scheduler = Scheduler(connection)
    for second in range(60):
        scheduler.tick(BEGIN + second)

    assert queued(connection) == {
        JobName.SWEEP_ALARMS: 2,
        JobName.SWEEP_TIMED_ACTS: 1,
        JobName.RELAY_DELIVERIES: 3,
        JobName.MAKE_DIGESTS: 1,
        JobName.RELAY_PAPERS: 2,
        JobName.CHECK_PAPERS: 1,
        JobName.RELAY_REHEARSALS: 1,
        JobName.MAKE_REGISTERS: 1,
        JobName.RELAY_REPORTS: 3,
        JobName.SWEEP_REPORTS: 1,
        JobName.FORGET_CHANGES: 1,
        JobName.COMPARE_PEER: 1,
        JobName.POLL_PEER: 1,
        JobName.PUSH_PEER: 2,
        JobName.RELAY_IMPORTS: 1,
        JobName.RELAY_MOVE_IN: 1,
        JobName.RELAY_WEBHOOKS: 3,
        JobName.FORGET_ANSWERS: 1,
        JobName.REMOVE_IDENTITIES: 1,
        JobName.SWEEP_FILES: 1,
        JobName.SWEEP_STORE: 1,
        JobName.CHECK_INVARIANTS: 1,
        JobName.CHECK_CERTIFICATE: 1,
        JobName.HAND_OUT_BACKUP: 1,
    }


def test_a_slot_that_nobody_took_up_is_dropped(connection: Redis) -> None:
    Scheduler(connection, PERIODIC_JOBS[:1]).tick(BEGIN)
    job = queue(PERIODIC_JOBS[0].queue, connection).jobs[0]

    assert 0 < connection.ttl(job.key) <= 2 * PERIODIC_JOBS[0].every


def test_the_scheduler_leaves_a_sign_of_life_that_fades(connection: Redis) -> None:
    Scheduler(connection).tick(BEGIN)

    assert connection.get(SCHEDULER_HEARTBEAT) == str(int(BEGIN)).encode()
    assert 0 < connection.ttl(SCHEDULER_HEARTBEAT) <= 60


def test_an_absent_redis_is_waited_for(connection: Redis, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    away = Redis(unix_socket_path=str(tmp_path / "nothing.sock"))
    scheduler = Scheduler(away, PERIODIC_JOBS[:1])

    assert scheduler.tick(BEGIN) == LONGEST_PAUSE_SECONDS
    scheduler.tick(BEGIN + 1)
    away.close()
    scheduler.connection = connection
    scheduler.tick(BEGIN + 2)

    assert queued(connection) == {PERIODIC_JOBS[0].name: 1}
    assert [record.message.split(":")[0] for record in caplog.records if record.name == "jobs.scheduler"] == [
        "the queue server is away, the scheduler keeps trying",
        "the queue server is back",
    ]
