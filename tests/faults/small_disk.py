"""A disk that is soon full, for the stored files of one house."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SIZE = "16m"


class NotHere(Exception):
    """A scenario that this machine does not let us try."""


@contextmanager
def small_disk(home: Path) -> Iterator[None]:
    """Mounts a small disk in the place of the stored files and takes it away again; only root may."""
    storage = home / "storage"
    storage.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(storage)]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError as problem:
        raise NotHere("not tried: there is no `mount`") from problem
    except subprocess.CalledProcessError as problem:
        said = problem.stderr.partition("\n")[0]
        raise NotHere(f"not tried, it needs the right to mount a disk: {said}") from problem
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(storage)], check=True)
