"""HTTP requests to the peer (SP4N), bounded in time and size and never redirected."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import structlog
from flask import current_app

from app.core.clock import utc_now
from app.outbound.http_client import Answer, Unanswered, basic_auth, call_configured, read_retry_after

log = structlog.get_logger()

USUAL_SECONDS = 15
USUAL_LARGEST = 20 * 1024 * 1024
LONGEST_RETRY_AFTER = 3600
BUSY = frozenset({408, 425, 429})
DENIED = frozenset({401, 403, 407})


class PeerFault(Exception):
    """Raised if a request to the peer failed; `retry_after` is in seconds, None if the peer named none.

    `kind` is `away` (unreachable, too slow, busy or broken: retry later), `unreadable` (malformed response or
    redirect), `denied` (401, 403, 407), `expired` (410: the cursor is unknown) or `refused` (this request is not
    accepted).
    """

    def __init__(self, kind: str, detail: str, status: int = 0, retry_after: float | None = None) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind, self.detail, self.status, self.retry_after = kind, detail[:200], status, retry_after

    @property
    def ends_the_round(self) -> bool:
        """Whether further requests would fail too: the peer asks for a pause or rejects our credentials.

        A 403 may concern one report only.
        """
        return self.retry_after is not None or self.status in (401, 407)


def call(
    method: str,
    path: str,
    *,
    query: Mapping[str, Any] | None = None,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
    typed: bool = False,
) -> Any:
    """Send a request to the peer and return the parsed JSON of its 2xx response; raises PeerFault for any other
    response or none.

    With `typed` the response must also have a JSON content type.
    """
    config = current_app.config["SP4N_PEER"]
    sent = {"Accept": "application/json", **(headers or {}), **_authorisation(config.get("auth", {}))}
    if body is not None:
        sent["Content-Type"] = "application/json"
    url = config["base_url"].rstrip("/") + path
    if query:
        url += ("&" if "?" in path else "?") + urlencode(query, doseq=True)
    largest = int(config.get("largest_answer", USUAL_LARGEST))
    try:
        answer = call_configured(
            method,
            url,
            body=None if body is None else json.dumps(body).encode(),
            headers=sent,
            seconds=float(config.get("timeout_seconds", USUAL_SECONDS)),
            largest=largest + 1,
        )
    except Unanswered as silence:
        detail = "time-out" if silence.fault == "too_slow" else silence.fault
        log.warning("peer_away", detail=detail)
        raise PeerFault("away", detail) from None
    return _json_of(answer, largest, typed)


def _authorisation(auth: Mapping[str, str]) -> dict[str, str]:
    """Return a dict with the header that authenticates the program to the peer; empty without authentication."""
    kind = auth.get("kind", "none")
    if kind == "bearer":
        return {"Authorization": f"Bearer {auth['token']}"}
    if kind == "header":
        return {auth["name"]: auth["value"]}
    return {"Authorization": basic_auth(auth["user"], auth["password"])} if kind == "basic" else {}


def _json_of(answer: Answer, largest: int, typed: bool) -> Any:
    status = answer.status
    if status >= 500 or status in BUSY:
        wait = read_retry_after(answer.headers.get("Retry-After", ""), utc_now(), LONGEST_RETRY_AFTER)
        raise PeerFault("away", f"HTTP {status}", status, wait)
    if status == 410:
        raise PeerFault("expired", "HTTP 410", status)
    if status in DENIED:
        raise PeerFault("denied", f"HTTP {status}", status)
    if status < 200 or 300 <= status < 400:
        raise PeerFault("unreadable", f"HTTP {status}", status)
    if status >= 400:
        raise PeerFault("refused", f"HTTP {status}", status)
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if typed and kind != "application/json" and not kind.endswith("+json"):
        raise PeerFault("unreadable", "the answer does not say that it is JSON", status)
    if len(answer.body) > largest:
        raise PeerFault("unreadable", "the answer is too large", status)
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        raise PeerFault("unreadable", "the answer is no JSON", status) from None
