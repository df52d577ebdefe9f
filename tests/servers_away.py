"""Servers that are away in the nasty ways: nobody listens, or somebody takes the call and never says a word."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import ClassVar


class BlackHole:
    """A server that takes every call and never says a word; `standing` are those that do so now."""

    standing: ClassVar[list["BlackHole"]] = []

    def __init__(self) -> None:
        self.standing.append(self)
        self.calls: list[socket.socket] = []
        self.door = socket.create_server(("127.0.0.1", 0))
        self.place = f"127.0.0.1:{self.door.getsockname()[1]}"
        self.thread = threading.Thread(target=self._take)
        self.thread.start()

    def _take(self) -> None:
        with suppress(OSError):
            while True:
                self.calls.append(self.door.accept()[0])

    def close(self) -> None:
        self.standing.remove(self)
        self.door.shutdown(socket.SHUT_RDWR)
        self.door.close()
        self.thread.join()
        for call in self.calls:
            call.close()


def calls_taken(*places: str | None) -> int:
    """How often somebody has called these silent servers so far, or any, and waited as long as he is willing to."""
    return sum(len(hole.calls) for hole in BlackHole.standing if not places or hole.place in places)


@contextmanager
def silent() -> Iterator[str]:
    """The place of a server that never says a word."""
    hole = BlackHole()
    yield hole.place
    hole.close()


@contextmanager
def refused() -> Iterator[str]:
    """A place where nobody listens, and nobody else can begin to."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{taken.getsockname()[1]}"
