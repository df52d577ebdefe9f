"""A buffering reverse proxy in front of the web workers, so that a slow client never occupies a worker.

A request goes to a worker only when it is complete, and the response is read from the worker at full speed. One process
without threads. The proxy parses only where a message ends; gunicorn and the program judge its content.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic

import structlog

from app.core.source_network import source_network
from app.launch.request_reading import (
    HEAD_END,
    PIECE,
    ClientGone,
    ClientLimits,
    Request,
    RequestReader,
    RequestRefused,
)
from app.launch.response_spool import ResponseSpool

log = structlog.get_logger()

ACCEPTED_AT_ONCE = 64
PAUSE_WHEN_FULL = 0.5
LINGER_SECONDS = 5.0
RECEIVE_SECONDS = 1.0
"""How long a request may still arrive after a stop was requested."""
REPORT_EVERY_SECONDS = 60.0


@dataclass(frozen=True)
class ProxyLimits:
    """A value object: the limits of the proxy. `connections` is the maximum of open client connections, `client` holds
    the limits of each client.
    """

    connections: int = 1000
    spooled: int = 512 * 1024 * 1024
    """Maximum bytes of all unfinished requests together."""
    waiting_answer: int = 64 * 1024 * 1024
    """Maximum unread bytes of one response before the worker has to wait."""
    handed_on: int = 64
    """Maximum requests at the workers at one time; a Unix socket rejects connections beyond its backlog."""
    client: ClientLimits = field(default_factory=ClientLimits)


@dataclass(eq=False)
class Connection:
    """A client connection. `received` is True once its request is complete; `at_work` while a worker handles it; such a
    connection is never dropped to make room. `spooled` is the number of body bytes received.
    """

    socket: socket.socket
    address: tuple[str, int]
    task: asyncio.Task[None] | None = None
    received: bool = False
    at_work: bool = False
    ended: bool = False
    spooled: int = 0

    @property
    def source(self) -> str:
        """The client's network address as text (see `source_network`)."""
        return source_network(self.address[0])

    def end(self) -> None:
        """Cancel the task of the connection, which closes it."""
        self.ended = True
        if self.task is not None:
            self.task.cancel()


@dataclass
class BufferingProxy:
    """A reverse proxy that serves the listening sockets between `start` and `stop`.

    `workers` is the path of the workers' Unix socket. `own_answer` returns a complete error response for a status and a
    request line, which may be incomplete.
    """

    listeners: list[socket.socket]
    workers: str
    own_answer: Callable[[int, bytes], bytes]
    limits: ProxyLimits = field(default_factory=ProxyLimits)
    _connections: dict[Connection, None] = field(default_factory=dict)
    _spooled: int = 0
    _handed_on: asyncio.Semaphore = field(init=False)
    _refused: dict[str, int] = field(default_factory=dict)
    _reported: float = field(default_factory=monotonic)

    def __post_init__(self) -> None:
        self._handed_on = asyncio.Semaphore(self.limits.handed_on)

    def start(self) -> None:
        """Start accepting client connections in the running event loop; returns at once."""
        for listener in self.listeners:
            listener.setblocking(False)
            asyncio.get_running_loop().add_reader(listener, self._accept, listener)

    async def stop(self, patience: float) -> None:
        """Stop accepting connections and serve those that are there: a request that is still being received has a
        second, an answer up to `patience` seconds; what is left then is cancelled.
        """
        for listener in self.listeners:
            asyncio.get_running_loop().remove_reader(listener)
            self._accept(listener)  # a connection that waits in the kernel would be reset
            listener.close()
        begin = monotonic()
        await self._wait_for_ends(min(RECEIVE_SECONDS, patience))
        for connection in list(self._connections):
            if not connection.received:
                connection.end()
        await self._wait_for_ends(patience - (monotonic() - begin))
        late = [connection.task for connection in self._connections if connection.task]
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _wait_for_ends(self, seconds: float) -> None:
        if tasks := [connection.task for connection in self._connections if connection.task]:
            await asyncio.wait(tasks, timeout=seconds)

    def report(self) -> None:
        """Log how many clients were rejected and why, at most once a minute."""
        if self._refused and monotonic() - self._reported >= REPORT_EVERY_SECONDS:
            log.warning("clients_refused", open=len(self._connections), **self._refused)
            self._refused.clear()
            self._reported = monotonic()

    def _accept(self, listener: socket.socket) -> None:
        for _ in range(ACCEPTED_AT_ONCE):
            try:
                client, address = listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError as problem:
                # Out of descriptors or memory: pause, instead of retrying in a busy loop.
                log.error("accept_failed", errno=problem.errno)
                loop = asyncio.get_running_loop()
                loop.remove_reader(listener)
                loop.call_later(PAUSE_WHEN_FULL, loop.add_reader, listener, self._accept, listener)
                return
            self._admit(client, address[:2])

    def _admit(self, client: socket.socket, address: tuple[str, int]) -> None:
        client.setblocking(False)
        with suppress(OSError):
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if len(self._connections) >= self.limits.connections and not self._crowd_out():
            self._count("full")
            client.close()
            return
        connection = Connection(client, address)
        self._connections[connection] = None
        connection.task = asyncio.get_running_loop().create_task(self._serve(connection))
        # Not in the task itself: a task cancelled before its first step never runs.
        connection.task.add_done_callback(lambda _: self._forget(connection))

    def _forget(self, connection: Connection) -> None:
        connection.socket.close()
        self._spooled -= connection.spooled
        del self._connections[connection]

    def _waiting(self) -> list[Connection]:
        """Return a list of the connections that wait for their client, oldest first."""
        return [connection for connection in self._connections if not (connection.at_work or connection.ended)]

    def _crowd_out(self) -> bool:
        """Close the oldest waiting connection of the source with the most waiting connections and return True; return
        False when no connection is waiting.
        """
        sources: dict[str, list[Connection]] = {}
        for connection in self._waiting():
            sources.setdefault(connection.source, []).append(connection)
        if not sources:
            return False
        max(sources.values(), key=len)[0].end()
        self._count("crowded_out")
        return True

    def _spool(self, connection: Connection, size: int) -> None:
        """Count `size` received body bytes of a connection. When all unfinished requests together exceed the limit, the
        largest is closed; raises RequestRefused(503) when that is this connection's.
        """
        connection.spooled += size
        self._spooled += size
        if self._spooled <= self.limits.spooled:
            return
        largest = max(self._waiting(), key=lambda other: other.spooled)
        if largest is connection:
            raise RequestRefused(503)
        largest.end()
        self._count("crowded_out")

    def _count(self, reason: str) -> None:
        self._refused[reason] = self._refused.get(reason, 0) + 1

    async def _serve(self, connection: Connection) -> None:
        """Read one request, have a worker answer it and close the client's connection; a refused request gets an error
        page. Raises nothing when the client or worker fails.
        """
        reader = RequestReader(connection.socket, self.limits.client, lambda size: self._spool(connection, size))
        try:
            request = await reader.read()
            connection.received = True
            await self._exchange(connection, request)
            await _close(connection.socket, unread=not request.whole)
        except RequestRefused as refused:
            self._count(f"status_{refused.status}")
            with suppress(OSError):
                await self._send(connection.socket, self.own_answer(refused.status, reader.request_line))
                await _close(connection.socket, unread=True)
        except (ClientGone, OSError):
            pass
        finally:
            reader.close()

    async def _exchange(self, connection: Connection, request: Request) -> None:
        """Send the request to a worker and the response to the client. Raises RequestRefused(503) when no response
        arrives.
        """
        spool, sent = ResponseSpool(self.limits.waiting_answer), False
        fetching = asyncio.get_running_loop().create_task(self._fetch(connection, request, spool))
        try:
            while piece := await spool.get():
                await self._send(connection.socket, piece)
                sent = True
        finally:
            fetching.cancel()
            spool.close()
        if not sent:
            raise RequestRefused(503)

    async def _fetch(self, connection: Connection, request: Request, spool: ResponseSpool) -> None:
        """Send the request to a worker and receive the response concurrently into the spool, since a worker may respond
        before it has read everything. A lost worker is logged, not raised.
        """
        connection.at_work = True
        loop = asyncio.get_running_loop()
        try:
            async with self._handed_on:
                with socket.socket(socket.AF_UNIX) as worker:
                    worker.setblocking(False)
                    await loop.sock_connect(worker, self.workers)
                    sending = loop.create_task(_send_request(worker, proxy_line(connection), request))
                    try:
                        while piece := await loop.sock_recv(worker, PIECE):
                            await spool.put(piece)
                    finally:
                        sending.cancel()
        except OSError as problem:
            log.error("worker_gone", errno=problem.errno)
        finally:
            connection.at_work = False
            spool.end()

    async def _send(self, client: socket.socket, piece: bytes) -> None:
        """Send a chunk to the client. Raises ConnectionAbortedError when the client reads too slowly, OSError when it
        is gone.
        """
        limits = self.limits.client
        try:
            async with asyncio.timeout(limits.longest_pause + len(piece) / limits.least_rate):
                await asyncio.get_running_loop().sock_sendall(client, piece)
        except TimeoutError:
            self._count("slow_reader")
            raise ConnectionAbortedError from None


async def _send_request(worker: socket.socket, line: bytes, request: Request) -> None:
    """Send the request to the worker; stop silently when the worker has closed its side."""
    loop = asyncio.get_running_loop()
    with suppress(OSError):
        await loop.sock_sendall(worker, line + request.head + HEAD_END)
        while piece := request.body.read(PIECE):
            await loop.sock_sendall(worker, piece)
        worker.shutdown(socket.SHUT_WR)


def proxy_line(connection: Connection) -> bytes:
    """Return the header line (bytes) of the PROXY protocol, version 1, with the addresses of client and server."""
    host, port = connection.socket.getsockname()[:2]
    kind = "TCP6" if ":" in host else "TCP4"
    source, target = connection.address[0].partition("%")[0], host.partition("%")[0]
    return f"PROXY {kind} {source} {target} {connection.address[1]} {port}\r\n".encode()


async def _close(client: socket.socket, unread: bool) -> None:
    """Close the sending side of the client's socket. When the client may still be sending, read on for a few seconds,
    since a TCP reset could overtake the response. Raises OSError when the client is gone.
    """
    client.shutdown(socket.SHUT_WR)
    if not unread:
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            while await asyncio.get_running_loop().sock_recv(client, PIECE):
                pass
