"""A buffer for a response on its way from a worker to a client: in memory while short, in a temporary file
when long.
"""

from __future__ import annotations

import asyncio
from tempfile import SpooledTemporaryFile
from typing import IO

PIECE = 65536
IN_MEMORY = 1024 * 1024


class ResponseSpool:
    """An asyncio byte queue for one response, with one writer and one reader; the writer waits while `most` or more
    bytes are unread.
    """

    def __init__(self, most: int) -> None:
        self._most, self._written, self._read = most, 0, 0
        self._ended = False
        self._changed = asyncio.Event()
        self._file: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (closed by close)

    async def put(self, piece: bytes) -> None:
        """Append a chunk of the response; waits first while `most` or more bytes are unread."""
        while self._written - self._read >= self._most:
            await self._wait()
        self._file.seek(self._written)
        self._file.write(piece)
        self._written += len(piece)
        self._changed.set()

    def end(self) -> None:
        """Mark the end of the response."""
        self._ended = True
        self._changed.set()

    async def get(self) -> bytes:
        """Return the next chunk of the response (bytes), b"" at the end; waits until there is one."""
        while self._read == self._written:
            if self._ended:
                return b""
            await self._wait()
        self._file.seek(self._read)
        piece = self._file.read(PIECE)
        self._read += len(piece)
        if self._read == self._written:
            self._read = self._written = 0
            self._file.seek(0)
            self._file.truncate()
        self._changed.set()
        return piece

    def close(self) -> None:
        """Release the memory or delete the temporary file of the response."""
        self._file.close()

    async def _wait(self) -> None:
        self._changed.clear()
        await self._changed.wait()
