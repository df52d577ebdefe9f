"""Rate limit of the API per caller, counted in Redis per minute and reported in every response.

One command per call. While Redis is away each process counts in memory and tries Redis again after ten seconds, so that
no call waits for it.
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
    """State of a caller's limit: calls allowed and calls left in the window (negative: exceeded), and seconds until the
    next.
    """

    policy: str
    most: int
    left: int
    resets_in: int

    @property
    def passed(self) -> bool:
        """Whether the limit was exceeded."""
        return self.left < 0

    def headers(self) -> dict[str, str]:
        """Return the RateLimit headers (draft-ietf-httpapi-ratelimit-headers), with Retry-After if the limit was
        exceeded.
        """
        told = {
            "RateLimit-Policy": f'"{self.policy}";q={self.most};w={WINDOW}',
            "RateLimit": f'"{self.policy}";r={max(self.left, 0)};t={self.resets_in}',
        }
        return {**told, "Retry-After": str(self.resets_in)} if self.passed else told


def count_call(policy: str, caller: str) -> Rate:
    """Count one call of a caller and return the state of its limit; `policy` is `key` or `user`."""
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
    """Return this process's own counters, created at first use: the store starts a thread, which a fork does not
    inherit.
    """
    return MemoryStorage()
