"""A balancer before two hosts, as a proxy of an office is: it takes the next host where one refuses the connection, and
never sends a request a second time.
"""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections import Counter
from contextlib import suppress

from tests.story.live import wait_until

HOST, PIECE = "127.0.0.1", 65536


class Balancer:
    """`failures` is its request log: a line for every request that got a 5xx, half an answer or none. `drained` names
    the hosts that get no new connection, `open` counts the connections of each host, `refused` how often one refused.
    """

    def __init__(self, ports: dict[str, int]) -> None:
        self.ports, self.drained, self.open = ports, set[str](), Counter[str]()
        self.failures, self.requests, self.refused = list[str](), 0, 0
        self._turn, self._loop = itertools.count(), asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(asyncio.start_server(self._serve, HOST, 0, backlog=512))
        self.port: int = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, name="balancer")
        self._thread.start()

    def begin_log(self) -> None:
        """Forget what was before both hosts served."""
        self.failures, self.requests, self.refused = [], 0, 0

    def drain(self, host: str) -> None:
        """Give a host no new connection, and return once its last one has ended."""
        self.drained.add(host)
        wait_until(lambda: not self.open[host], f"{host} is drained")

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._server.close()
        self._loop.close()

    async def _serve(self, client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        first = await client.read(PIECE)
        if not first:
            back.close()
            return
        self.requests += 1
        asked = first.partition(b" HTTP/")[0].decode(errors="replace")
        host, fault = "nobody", "no host takes connections"
        with suppress(ConnectionRefusedError):
            host, reader, writer = await self._connected()
            self.open[host] += 1
            try:
                fault = await _exchange(client, back, reader, writer, first)
            except OSError as problem:
                fault = repr(problem)
            finally:
                self.open[host] -= 1
                writer.close()
        if fault:
            self.failures.append(f"{asked} at {host}: {fault}")
        back.close()

    async def _connected(self) -> tuple[str, asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to the host whose turn it is, or to the other one."""
        start, names = next(self._turn), [name for name in self.ports if name not in self.drained]
        for number in range(len(names)):
            name = names[(start + number) % len(names)]
            try:
                return name, *await asyncio.open_connection(HOST, self.ports[name])
            except ConnectionRefusedError:
                self.refused += 1
        raise ConnectionRefusedError


async def _exchange(
    client: asyncio.StreamReader,
    back: asyncio.StreamWriter,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    first: bytes,
) -> str:
    """Pass a request on and its answer back; what was wrong with the answer, "" where nothing was."""
    writer.write(first)
    sending = asyncio.ensure_future(_pass_on(client, writer))
    begin, size = b"", 0
    try:
        while piece := await reader.read(PIECE):
            begin, size = begin or piece, size + len(piece)
            back.write(piece)
            await back.drain()
    finally:
        sending.cancel()
    return _fault_of(begin, size)


async def _pass_on(client: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await client.read(PIECE):
            writer.write(piece)
            await writer.drain()


def _fault_of(begin: bytes, size: int) -> str:
    head, _, _ = begin.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    if not lines[0].startswith(b"HTTP/1.1 "):
        return "no answer"
    if lines[0][9:10] == b"5":
        return lines[0].decode(errors="replace")
    lengths = [line for line in lines if line.lower().startswith(b"content-length:")]
    if lengths and size != len(head) + 4 + int(lengths[0].partition(b":")[2]):
        return f"half an answer of {lines[0].decode(errors='replace')}"
    return ""
