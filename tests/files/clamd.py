"""A scanner that speaks clamd's protocol as clamd(8) documents it, and knows one signature: the test file of EICAR."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.files.samples import EICAR


class Clamd(socketserver.ThreadingTCPServer):
    """On a free port of this machine; `seen` holds the sizes of what it was given."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.seen: list[int] = []
        self.broken = False

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self.server_address[1]}"


class _Talk(socketserver.StreamRequestHandler):
    server: Clamd

    def handle(self) -> None:
        command = self._until_zero()
        if command == b"zPING":
            self.wfile.write(b"PONG\0")
        elif command == b"zINSTREAM":
            self.wfile.write(self._verdict(self._stream()) + b"\0")
        else:
            self.wfile.write(b"UNKNOWN COMMAND\0")

    def _until_zero(self) -> bytes:
        said = b""
        while (letter := self.rfile.read(1)) not in (b"\0", b""):
            said += letter
        return said

    def _stream(self) -> bytes:
        """Pieces of the length that stands before each, until one of length zero."""
        content = b""
        while length := struct.unpack(">I", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
        return content

    def _verdict(self, content: bytes) -> bytes:
        self.server.seen.append(len(content))
        if self.server.broken:
            return b"INSTREAM: Can't allocate memory ERROR"
        return b"stream: Eicar-Test-Signature FOUND" if EICAR in content else b"stream: OK"


@contextmanager
def running_clamd() -> Iterator[Any]:
    with Clamd() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
