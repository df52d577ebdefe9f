"""Whether a process that was started serves: a web server by `/readyz`, workers and the scheduler by what they write
into Redis.
"""

from __future__ import annotations

import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress

import redis
from redis.exceptions import RedisError
from rq.worker_registration import REDIS_WORKER_KEYS

from app.core.jobs import SCHEDULER_HEARTBEAT

REDIS_SECONDS = 2.0
READY_SECONDS = 180.0
"""How long a process that was started may take until it serves; a slow machine takes about 20 seconds."""


def wait_until_ready(address: str, seconds: float) -> bool:
    """Wait until `/readyz` (database, queue, migrations) answers 200 and return True; return False after `seconds`."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    pause, deadline = threading.Event(), time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(urllib.error.URLError, OSError), direct.open(f"{address}/readyz", timeout=5) as answer:
            if answer.status == 200:
                return True
        pause.wait(0.25)
    return False


def is_ready(program: str, pid: int, since: float, address: str, redis_url: str) -> bool:
    """Return whether a process of this program (web, worker or scheduler) serves. `since` is when it was started
    (seconds since the epoch), `address` the web server's on this machine.
    """
    if program == "web":
        return wait_until_ready(address, 1.0)
    try:
        with redis.Redis.from_url(
            redis_url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS, decode_responses=True
        ) as connection:
            if program == "scheduler":
                return int(str(connection.get(SCHEDULER_HEARTBEAT) or 0)) >= int(since)
            keys = connection.smembers(REDIS_WORKER_KEYS)
            return any(connection.hget(key, "pid") == str(pid) for key in keys)
    except RedisError:
        return False
