"""Reader of one HTTP/1.1 request from an untrusted client, bounded in time, bytes and memory.

The time limits work as in Apache's mod_reqtimeout: a maximum pause, and a minimum rate over the whole request.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from time import monotonic
from typing import IO

PIECE = 65536
HEAD_END = b"\r\n\r\n"
LENGTH = re.compile(rb"[0-9]{1,18}")
CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,15}")
LONGEST_CHUNK_LINE = 4096
MOST_TRAILERS = 100
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


@dataclass(frozen=True)
class ClientLimits:
    """A value object: the limits of one client, with the pause in seconds, rate in bytes per second, sizes in bytes."""

    longest_pause: float = 20.0
    least_rate: float = 500.0
    longest_head: int = 65536
    largest_body: int = 26 * 1024 * 1024
    memory: int = 65536
    """Bytes of one body held in memory; a larger body is written to a temporary file."""


class RequestRefused(Exception):
    """Raised when a request cannot be forwarded; `status` is the HTTP status for the client."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class ClientGone(Exception):
    """Raised when the client closed the connection before its request was complete."""


class Pace:
    """A clock for one request that computes how long the next chunk may take."""

    def __init__(self, limits: ClientLimits) -> None:
        self._limits, self._began, self._bytes = limits, monotonic(), 0

    def patience(self) -> float:
        """Return the seconds allowed for the next chunk: the maximum pause, less when the request falls behind the
        minimum rate. May be negative.
        """
        limits = self._limits
        until = self._began + limits.longest_pause + self._bytes / limits.least_rate
        return min(limits.longest_pause, until - monotonic())

    @property
    def begun(self) -> bool:
        """Whether any bytes of the request were received."""
        return self._bytes > 0

    def count(self, size: int) -> None:
        """Add `size` to the number of received bytes."""
        self._bytes += size


@dataclass
class Request:
    """A request to forward to a worker: its head without the final empty line, and its body as a file positioned at the
    start.
    """

    head: bytes
    body: IO[bytes]
    whole: bool = True
    """False when part of it was not read, because the body is too large or the head cannot be parsed."""


class RequestReader:
    """A reader of one request from a non-blocking socket; `spooled` is called with the size of each body chunk."""

    def __init__(self, client: socket.socket, limits: ClientLimits, spooled: Callable[[int], None]) -> None:
        self._client, self._limits, self._spooled = client, limits, spooled
        self._pace = Pace(limits)
        self._buffer = bytearray()
        self._body: IO[bytes] = SpooledTemporaryFile(max_size=limits.memory)  # noqa: SIM115 (closed by close)
        self.request_line = b""

    def close(self) -> None:
        """Release the memory or delete the temporary file of the request's body."""
        self._body.close()

    async def read(self) -> Request:
        """Receive and return the request; a body that is too large or ambiguously framed is left unread (`whole` is
        False). Raises RequestRefused(400, 408 or 431), ClientGone, OSError from the socket, or what `spooled` raises.
        """
        head = await self._until(HEAD_END, self._limits.longest_head, 431)
        lines = head.split(b"\r\n")
        self.request_line = lines[0]
        lengths, codings = _values(lines, b"content-length"), _values(lines, b"transfer-encoding")
        if not lengths and not codings:
            return Request(head, self._body)
        chunked = [coding.lower() for coding in codings] == [b"chunked"] and not lengths
        if not chunked and (codings or len(lengths) != 1 or not LENGTH.fullmatch(lengths[0])):
            # Forwarded unread: gunicorn answers ambiguous framing with an error.
            return Request(head, self._body, whole=False)
        size = await self._read_body(lines, None if chunked else int(lengths[0]))
        # The worker gets one Content-Length in place of the client's framing headers.
        framing = (b"content-length", b"transfer-encoding", b"expect")
        others = [line for line in lines[1:] if _name(line) not in framing]
        head = b"\r\n".join([lines[0], *others, b"Content-Length: %d" % size])
        return Request(head, self._body, whole=size <= self._limits.largest_body)

    async def _read_body(self, lines: list[bytes], size: int | None) -> int:
        """Read the body and return its length in bytes; a body that is too large is not read. `size` is its
        Content-Length, None for chunked encoding.
        """
        if size is not None and size > self._limits.largest_body:
            return size
        if [value.lower() for value in _values(lines, b"expect")] == [b"100-continue"] and not self._buffer:
            await asyncio.get_running_loop().sock_sendall(self._client, CONTINUE)
        if size is None:
            size = await self._read_chunks()
        else:
            await self._read_exactly(size)
        self._body.seek(0)
        return size

    async def _read_chunks(self) -> int:
        """Read a chunked body and return its length in bytes; the maximum plus one as soon as it is too large. Raises
        RequestRefused(400) for malformed chunks.
        """
        total = 0
        while True:
            line = await self._until(b"\r\n", LONGEST_CHUNK_LINE, 400)
            digits = line.partition(b";")[0].strip()
            if not CHUNK_SIZE.fullmatch(digits):
                raise RequestRefused(400)
            size = int(digits, 16)
            if not size:
                break
            total += size
            if total > self._limits.largest_body:
                return self._limits.largest_body + 1
            await self._read_exactly(size)
            if await self._until(b"\r\n", 0, 400):
                raise RequestRefused(400)
        for _ in range(MOST_TRAILERS):
            if not await self._until(b"\r\n", LONGEST_CHUNK_LINE, 400):
                return total
        raise RequestRefused(400)

    async def _read_exactly(self, size: int) -> None:
        """Move `size` bytes from the client into the body. Raises RequestRefused(408), ClientGone, or what `spooled`
        raises.
        """
        while size:
            if not self._buffer:
                await self._receive()
            piece = self._buffer[:size]
            del self._buffer[: len(piece)]
            self._spooled(len(piece))
            self._body.write(piece)
            size -= len(piece)

    async def _until(self, end: bytes, longest: int, status: int) -> bytes:
        """Receive until the bytes `end` and return the bytes before them. Raises RequestRefused(status) when there are
        more than `longest` bytes.
        """
        searched = 0
        while (found := self._buffer.find(end, searched)) < 0:
            if len(self._buffer) > longest + len(end):
                raise RequestRefused(status)
            searched = max(0, len(self._buffer) - len(end) + 1)
            await self._receive()
        if found > longest:
            raise RequestRefused(status)
        text = bytes(self._buffer[:found])
        del self._buffer[: found + len(end)]
        return text

    async def _receive(self) -> None:
        """Receive the next chunk into the buffer. Raises RequestRefused(408) when the client is too slow, and
        ClientGone when it closed the connection or never sent anything in time.
        """
        try:
            async with asyncio.timeout(self._pace.patience()):
                piece = await asyncio.get_running_loop().sock_recv(self._client, PIECE)
        except TimeoutError:
            # Browsers open connections in advance; an unused one is closed without a response.
            raise (RequestRefused(408) if self._pace.begun else ClientGone()) from None
        if not piece:
            raise ClientGone
        self._pace.count(len(piece))
        self._buffer += piece


def _name(line: bytes) -> bytes:
    return line.partition(b":")[0].strip().lower()


def _values(lines: list[bytes], name: bytes) -> list[bytes]:
    return [line.partition(b":")[2].strip() for line in lines[1:] if _name(line) == name]
