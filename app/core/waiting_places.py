"""How many requests of one web server may wait for a locked row at once: one fewer than there are workers that answer,
so that one is always free for what needs no lock, such as `/healthz`.

A place is a file that is locked: a worker that is killed gives it back.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

EXTENSION = "waiting_places"


class WaitingPlaces:
    """`count` places that the processes of one server share, as files in a folder."""

    def __init__(self, folder: Path, count: int) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.files = [folder / str(number) for number in range(count)]

    @contextmanager
    def take(self) -> Iterator[bool]:
        """Whether a place was free; it is taken while the block runs."""
        for path in self.files:
            with path.open("w") as file:
                if _locks(file):
                    yield True
                    return
        yield False


def _locks(file: IO[str]) -> bool:
    with suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False
