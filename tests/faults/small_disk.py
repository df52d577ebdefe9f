"""A disk for the stored files of one house, which is soon full or cannot be written, and a clock that can be set."""

import subprocess
import threading
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


@contextmanager
def read_only(home: Path) -> Iterator[None]:
    """Mount the small disk read-only for a while; a file that is being written holds that up for a moment."""
    storage = str(home / "storage")
    while subprocess.run(["mount", "-o", "remount,ro", storage], capture_output=True).returncode:
        threading.Event().wait(0.05)
    try:
        yield
    finally:
        subprocess.run(["mount", "-o", "remount,rw", storage], check=True)


def clock_library() -> str:
    """The path of libfaketime, which gives a process a clock that can be set; raises NotHere."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    if not found:
        raise NotHere("not tried: libfaketime is not installed (Debian's package libfaketime)")
    return str(found[0])
