"""HTTP client of the program: requests are limited in time and size whatever the server does, and never redirected.

It is urllib3, because `requests` reads proxies and passwords from the environment and parses the URL again: here a
checked target is connected to at its checked address, with TLS for the host name.
"""

import base64
import functools
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError, NewConnectionError, SSLError

from app.core import tracing
from app.outbound.allowed_target import Place, Target

CONNECT_SECONDS = 5.0


@dataclass(frozen=True)
class Answer:
    """A value object: an HTTP response; `body` (bytes) is cut at the caller's limit."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Unanswered(Exception):
    """Raised if no complete response arrived; `fault` is too_slow, tls, unreachable or broken."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


def call(
    method: str,
    place: Place,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str],
    seconds: float,
    largest: int,
    total: float | None = None,
    authority: str | None = None,
) -> Answer:
    """Send a request and return the response, its body cut at `largest` bytes; any status is returned. Raises
    Unanswered when it has not come within `total` seconds (by default `seconds`), however slowly the server sends, or
    the connection fails.

    `seconds` limits each wait. Redirects are returned, not followed. A `place` that is no Target was not checked.
    `authority` is a CA file to trust in place of the system's.
    """
    sent = {"Host": place.host_header, "Accept-Encoding": "identity", **headers}
    options: Any = {"redirect": False, "retries": False, "preload_content": False, "decode_content": False}
    traced = tracing.span(f"HTTP {method}", "client", {"http.request.method": method, "server.address": place.host})
    with traced, _Deadline(total or seconds) as deadline, closing(_pool(place, seconds, authority)) as pool:
        pool.ConnectionCls = deadline.watching(pool.ConnectionCls)
        try:
            with closing(pool.urlopen(method, place.path, body=body, headers=sent, **options)) as response:
                answer = Answer(response.status, response.headers, response.read(largest, decode_content=False))
        except (HTTPError, OSError, ValueError) as problem:
            raise Unanswered("too_slow" if deadline.passed else _fault(problem)) from None
        if deadline.passed:
            raise Unanswered("too_slow")
        return answer


def call_configured(
    method: str, url: str, *, body: bytes | None = None, headers: Mapping[str, str], seconds: float, largest: int
) -> Answer:
    """Send a request to a server that the administrator has configured, and return the response; its address is not
    checked, since it may be in the office's network. Each wait takes at most `seconds`, the whole call three times as
    long. Raises Unanswered if no complete response arrives.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}[parts.scheme]
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        place = Place(parts.scheme, parts.hostname or "", port, path or "/")
    except (KeyError, ValueError):
        raise Unanswered("unreachable") from None
    return call(method, place, body=body, headers=headers, seconds=seconds, largest=largest, total=3 * seconds)


def basic_auth(user: str, password: str) -> str:
    """Return the value (text) of an Authorization header with user name and password (RFC 7617)."""
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


def _pool(place: Place, seconds: float, authority: str | None) -> Any:
    """Return a urllib3 connection pool to the checked address of a Target, or to the host of a mere Place."""
    address = place.address if isinstance(place, Target) else place.host
    timeout = urllib3.Timeout(connect=min(CONNECT_SECONDS, seconds), read=seconds)
    if place.scheme == "http":
        return urllib3.HTTPConnectionPool(address, place.port, timeout=timeout)
    return urllib3.HTTPSConnectionPool(
        address,
        place.port,
        timeout=timeout,
        ssl_context=_trusted(authority),
        server_hostname=place.host,
        assert_hostname=place.host,
    )


@functools.cache
def _trusted(authority: str | None) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=authority)


def _fault(problem: Exception) -> str:
    # urllib3 classes a refused connection as a connect timeout.
    if isinstance(problem, NewConnectionError):
        return "unreachable"
    if isinstance(problem, urllib3.exceptions.TimeoutError | TimeoutError):
        return "too_slow"
    return "tls" if isinstance(problem, SSLError | ssl.SSLError) else "broken"


class _Deadline:
    """A context manager that closes a connection from another thread after a total time in seconds, since a socket
    timeout restarts with every byte; `passed` is True from then on.
    """

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> "_Deadline":
        self._timer.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._timer.cancel()

    def watching(self, kind: Any) -> Any:
        """Return a subclass of the connection class `kind` whose sockets are closed at this deadline."""
        deadline = self

        class Watched(kind):
            def connect(self) -> None:
                super().connect()
                deadline._watch(self.sock)

        return Watched

    def _watch(self, opened: socket.socket) -> None:
        with self._lock:
            self._socket = opened
            if self.passed:
                raise TimeoutError

    def _end(self) -> None:
        with self._lock:
            self.passed = True
            if self._socket is not None:
                # Not SSLSocket.shutdown, which removes the TLS object that the other thread is reading from.
                with suppress(OSError):
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def read_retry_after(text: str, now: datetime, longest: int) -> int | None:
    """Return the wait in seconds that a Retry-After header (number or HTTP date) asks for, at most `longest`; None if
    it is unreadable. `now` is aware.
    """
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), longest)
    try:
        at = parsedate_to_datetime(text)
        seconds = ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()
    except (TypeError, ValueError, OverflowError):
        return None
    return int(min(max(seconds, 0), longest))
