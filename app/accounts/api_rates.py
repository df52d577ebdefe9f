"""How often one caller may call the API: counted a minute at a time in Redis, told in every answer.

One command a call. While Redis is away each process counts for itself, as the login's limits do, and asks Redis again
only after a while, so that no call waits for it.
"""

import time
from dataclasses import dataclass
from functools import cache
from typing import Any

import structlog
from flask import current_app
from limits.storage import MemoryStorage

log = structlog.get_logger()

WINDOW = 60
ASK_AGAIN_AFTER = 10
_away_until = 0.0


@dataclass(frozen=True)
class Rate:
    """What a caller has left: calls a window, calls left, seconds until the next window."""

    policy: str
    most: int
    left: int
    resets_in: int

    @property
    def passed(self) -> bool:
        return self.left < 0

    def headers(self) -> dict[str, str]:
        """The draft of the HTTP working group (ratelimit-headers), and Retry-After where the limit was passed."""
        told = {
            "RateLimit-Policy": f'"{self.policy}";q={self.most};w={WINDOW}',
            "RateLimit": f'"{self.policy}";r={max(self.left, 0)};t={self.resets_in}',
        }
        return {**told, "Retry-After": str(self.resets_in)} if self.passed else told


def count_call(policy: str, caller: str) -> Rate:
    """Count one call of a caller; `policy` is `key` or `user`."""
    most = current_app.config[f"API_{policy.upper()}_RATE"]
    now = int(time.time())
    made = _increase(f"lapor-api/{caller}/{now // WINDOW}")
    return Rate(policy, most, most - made, WINDOW - now % WINDOW)


def _increase(name: str) -> int:
    global _away_until
    storage: Any = current_app.appbuilder.sm.limiter.storage  # type: ignore[attr-defined]
    if time.monotonic() >= _away_until:
        try:
            return int(storage.incr(name, WINDOW))
        except Exception as error:  # noqa: BLE001 (a limit must never be what fails)
            log.warning("rate_store_away", error=type(error).__name__)
            _away_until = time.monotonic() + ASK_AGAIN_AFTER
    return _own_store().incr(name, WINDOW)


@cache
def _own_store() -> MemoryStorage:
    """This process's own counters, made when they are first wanted: they come with a thread, which no fork inherits."""
    return MemoryStorage()
