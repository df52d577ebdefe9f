"""One request to the peer: bounded in time and size, never redirected, its faults told apart by what they ask for."""

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
    """Why a request came to nothing.

    `kind`: `away` (not reached, too slow, busy, broken: everything waits), `unreadable` (an answer that is none, or a
    redirect), `denied` (401, 403, 407: our token is not accepted), `expired` (410: the cursor is no longer known),
    `refused` (this one request is not wanted). `retry_after` is in seconds, where the peer named it.
    """

    def __init__(self, kind: str, detail: str, status: int = 0, retry_after: float | None = None) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind, self.detail, self.status, self.retry_after = kind, detail[:200], status, retry_after

    @property
    def ends_the_round(self) -> bool:
        """Whether the next request would fare no better: the peer asks for a pause, or does not know us at all.

        A 403 may be about one report only.
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
    """The JSON of a 2xx answer, which with `typed` must also say that it is JSON; raises PeerFault."""
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
    """The whole body within the bounds; a peer that hands out a byte at a time is too slow as well."""
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
