"""Interpretation of a webhook response and the retry schedule of Standard Webhooks 1.0.0."""

import random
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.work_queue import doubled_delay
from app.outbound.http_client import Answer, read_retry_after

DELAYS = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds between the ten tries, over three days in all."""

JITTER = 0.1
LONGEST_RETRY_AFTER = 7200
FIRST_HOLD, LONGEST_HOLD = timedelta(seconds=5), timedelta(minutes=15)
SLOW_DOWN = frozenset({429, 502, 503, 504})
GONE = 410
SHOWN_BYTES = 500


@dataclass(frozen=True)
class Outcome:
    """A value object: the result of one try to send a message. `fault` is None if the endpoint accepted it; `status` is
    the HTTP status, `answer` the beginning of the response (both None without a response); `retry_after` is in seconds.
    """

    fault: str | None
    status: int | None = None
    answer: str | None = None
    retry_after: int = 0

    @property
    def of_the_whole_server(self) -> bool:
        """Whether other messages to the same endpoint would fail too: True for any fault but "refused", the rejection
        of this message; False without a fault.
        """
        return self.fault not in (None, "refused")


def outcome_of(answer: Answer, now: datetime) -> Outcome:
    """Return the Outcome of a webhook response, by its status: a 2xx status is accepted (`fault` None), 410 is "gone",
    any other status a fault.

    The beginning of the response's body is stored as text, with control characters replaced by U+FFFD.
    """
    asked = answer.headers.get("Retry-After", "") if answer.status in SLOW_DOWN else ""
    wait = read_retry_after(asked, now, LONGEST_RETRY_AFTER)
    text = answer.body[:SHOWN_BYTES].decode("utf-8", "replace")
    shown = "".join("\ufffd" if unicodedata.category(c).startswith("C") and c not in "\t\n" else c for c in text)
    return Outcome(_fault(answer.status), answer.status, shown, wait or 0)


def _fault(status: int) -> str | None:
    if 200 <= status < 300:
        return None
    if status == GONE:
        return "gone"
    if status in SLOW_DOWN:
        return "slow_down"
    return {3: "redirected", 4: "refused", 5: "server_error"}.get(status // 100, "broken")


def next_try(attempts: int, outcome: Outcome, now: datetime) -> datetime | None:
    """Return when a message that failed `attempts` times is tried again (aware UTC), or None after the last try."""
    if attempts > len(DELAYS):
        return None
    delay = DELAYS[attempts - 1] * random.uniform(1, 1 + JITTER)
    return now + timedelta(seconds=max(delay, outcome.retry_after))


def hold(failures: int, outcome: Outcome, now: datetime) -> datetime:
    """Return until when (aware UTC) an endpoint whose server failed `failures` times in a row gets no messages."""
    return now + max(doubled_delay(failures, FIRST_HOLD, LONGEST_HOLD), timedelta(seconds=outcome.retry_after))
