"""The command `healthy`: whether the process of this host or container does its work, for container health checks."""

from __future__ import annotations

from datetime import UTC, datetime
from socket import gethostname

from redis import Redis, RedisError

from app.core.jobs import scheduler_heartbeat_of
from app.core.readiness import wait_until_ready
from app.servers.start_refused import LaunchRefused
from app.settings.environment import Environment

SECONDS = 4.0
WORKER_SILENT_SECONDS = 90
"""An idle worker writes a heartbeat every 30 seconds, a busy one every 5."""
WORKERS_KEY = "rq:workers"
"""RQ's set of the keys of all workers. Importing RQ for its name would double the time of a check."""


def is_healthy(environment: Environment, process: str) -> bool:
    """Return whether the `web` process answers that it is ready, or a `worker` or the `scheduler` of this host has just
    written its heartbeat into the queue server, whose absence counts as not healthy. Prints one line.
    Raises LaunchRefused where no queue server is named.
    """
    try:
        done = HEALTHY[process](environment)
    except RedisError as problem:
        print(f"{process}: the queue server does not answer ({type(problem).__name__})")
        return False
    print(f"{process}: {'healthy' if done else 'not healthy'}")
    return done


def web_is_ready(environment: Environment) -> bool:
    return wait_until_ready(environment.local_url, SECONDS)


def scheduler_is_alive(environment: Environment) -> bool:
    with _queue_server(environment) as connection:
        return bool(connection.exists(scheduler_heartbeat_of(gethostname())))


def worker_is_alive(environment: Environment) -> bool:
    """Return whether a worker of this host, found by RQ's record of it, has written a heartbeat in time."""
    with _queue_server(environment) as connection:
        for key in connection.smembers(WORKERS_KEY):
            host, beat = connection.hmget(key, "hostname", "last_heartbeat")
            if host and beat and host.decode() == gethostname():
                seen = datetime.fromisoformat(beat.decode()).replace(tzinfo=UTC)
                if (datetime.now(UTC) - seen).total_seconds() < WORKER_SILENT_SECONDS:
                    return True
    return False


HEALTHY = {"web": web_is_ready, "worker": worker_is_alive, "scheduler": scheduler_is_alive}
"""The check of each process that serves."""


def _queue_server(environment: Environment) -> Redis:
    if environment.redis_url is None:
        raise LaunchRefused("REDIS_URL is not set: this command finds no embedded servers.")
    return Redis.from_url(environment.redis_url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS)
