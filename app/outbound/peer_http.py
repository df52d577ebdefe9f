"""HTTP requests to the peer (SP4N), bounded in time and size and never redirected."""

import json
import time
from collections.abc import Mapping
from typing import Any, NoReturn

import requests
import structlog
from flask import current_app

from app.core.clock import utc_now
from app.outbound.http_client import read_retry_after

log = structlog.get_logger()

CONNECT_SECONDS = 5
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
    """Return the JSON of a 2xx response; raises PeerFault.

    With `typed` the response must also have a JSON content type.
    """
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = _ask(session, method, path, query, body, headers)
            with answer:
                return _told(answer, typed)
    except requests.Timeout:
        _away("time-out")
    except (requests.RequestException, OSError) as problem:
        _away(type(problem).__name__)


def _ask(
    session: requests.Session,
    method: str,
    path: str,
    query: Mapping[str, Any] | None,
    body: Any,
    headers: Mapping[str, str] | None,
) -> requests.Response:
    config = current_app.config["SP4N_PEER"]
    sent = {"Accept": "application/json", **(headers or {})}
    basic = _authorise(config.get("auth", {}), sent)
    return session.request(
        method,
        config["base_url"].rstrip("/") + path,
        params=dict(query or {}),
        json=body,
        headers=sent,
        auth=basic,
        timeout=(CONNECT_SECONDS, _seconds()),
        allow_redirects=False,
        stream=True,
    )


def _seconds() -> float:
    return float(current_app.config["SP4N_PEER"].get("timeout_seconds", USUAL_SECONDS))


def _authorise(auth: Mapping[str, str], headers: dict[str, str]) -> tuple[str, str] | None:
    kind = auth.get("kind", "none")
    if kind == "bearer":
        headers["Authorization"] = f"Bearer {auth['token']}"
    if kind == "header":
        headers[auth["name"]] = auth["value"]
    return (auth["user"], auth["password"]) if kind == "basic" else None


def _told(answer: requests.Response, typed: bool) -> Any:
    status = answer.status_code
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
    if typed and not _says_json(answer.headers.get("Content-Type", "")):
        raise PeerFault("unreadable", "the answer does not say that it is JSON", status)
    try:
        return json.loads(_body(answer))
    except (ValueError, RecursionError):
        raise PeerFault("unreadable", "the answer is no JSON", status) from None


def _says_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def _body(answer: requests.Response) -> bytes:
    """Return the whole body; raises PeerFault, "unreadable" if it is too large, "away" if it takes too long."""
    largest = int(current_app.config["SP4N_PEER"].get("largest_answer", USUAL_LARGEST))
    end, body = time.monotonic() + 2 * _seconds(), b""
    for piece in answer.iter_content(64 * 1024):
        body += piece
        if len(body) > largest:
            raise PeerFault("unreadable", "the answer is too large", answer.status_code)
        if time.monotonic() > end:
            _away("the answer did not end")
    return body


def _away(detail: str) -> NoReturn:
    log.warning("peer_away", detail=detail)
    raise PeerFault("away", detail)
