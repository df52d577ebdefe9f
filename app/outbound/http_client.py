"""HTTP requests to a checked target, limited in time and size whatever the server does.

Uses urllib3 because requests reads proxies and passwords from the environment and parses the URL again: here the
connection is made to the checked address, with TLS for the host name.
"""

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

import urllib3
from urllib3.exceptions import HTTPError, NewConnectionError, SSLError

from app.outbound.allowed_target import Target

CONNECT_SECONDS = 5.0


@dataclass(frozen=True)
class Answer:
    """A response; its body is cut at the caller's limit."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Unanswered(Exception):
    """Raised if no whole response came; `fault` is too_slow, tls, unreachable or broken."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


def call(
    method: str,
    target: Target,
    *,
    body: bytes = b"",
    headers: Mapping[str, str],
    seconds: float,
    largest: int,
    authority: str | None = None,
) -> Answer:
    """Return the response, its body cut at `largest` bytes. Raises Unanswered when it has not come within `seconds` in
    total, however slowly the server sends, or the connection fails.

    Redirects are returned, not followed. `authority` is a CA file to trust in place of the system's.
    """
    sent = {"Host": target.host_header, "Accept-Encoding": "identity", **headers}
    with _Deadline(seconds) as deadline, closing(_pool(target, seconds, authority)) as pool:
        pool.ConnectionCls = deadline.watching(pool.ConnectionCls)
        try:
            answer = _exchange(pool, method, target.path, body, sent, largest)
        except (HTTPError, OSError, ValueError) as problem:
            raise Unanswered("too_slow" if deadline.passed else _fault(problem)) from None
        if deadline.passed:
            raise Unanswered("too_slow")
        return answer


def _exchange(pool: Any, method: str, path: str, body: bytes, headers: Mapping[str, str], largest: int) -> Answer:
    options = {"redirect": False, "retries": False, "preload_content": False, "decode_content": False}
    response = pool.urlopen(method, path, body=body, headers=dict(headers), **options)
    with closing(response):
        return Answer(response.status, response.headers, response.read(largest, decode_content=False))


def _pool(target: Target, seconds: float, authority: str | None) -> urllib3.HTTPConnectionPool:
    timeout = urllib3.Timeout(connect=min(CONNECT_SECONDS, seconds), read=seconds)
    if target.scheme == "http":
        return urllib3.HTTPConnectionPool(target.address, target.port, timeout=timeout)
    return urllib3.HTTPSConnectionPool(
        target.address,
        target.port,
        timeout=timeout,
        ssl_context=_trusted(authority),
        server_hostname=target.host,
        assert_hostname=target.host,
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
    """Closes the connection from another thread after a total time; a socket timeout restarts with every byte."""

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
        """Return a connection class whose sockets are closed at this deadline."""
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
    """Return the seconds of a Retry-After header (number or HTTP date), at most `longest`; None if it is unreadable."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), longest)
    try:
        at = parsedate_to_datetime(text)
        seconds = ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()
    except (TypeError, ValueError, OverflowError):
        return None
    return int(min(max(seconds, 0), longest))
