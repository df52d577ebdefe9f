"""Limit on how many requests of one web server may wait for a locked row at the same time.

It is below the number of workers, so that one is always free for requests without locks, such as `/healthz`. A place is
a locked file, so a worker that is killed gives it back.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

EXTENSION = "waiting_places"


class WaitingPlaces:
    """The `count` places, shared by the processes of one web server, in which a request may wait for a row lock; each
    is a lock file in a folder.
    """

    def __init__(self, folder: Path, count: int) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.files = [folder / str(number) for number in range(count)]

    @contextmanager
    def take(self) -> Iterator[bool]:
        """Context manager: yield True if a place was free, which is then taken during the block, else False at once,
        without waiting.
        """
        for path in self.files:
            with path.open("w") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                yield True
                return
        yield False
