"""The folder in which the processes of one web server keep their counts: made empty at the start, and kept small.

prometheus_client makes a file for each process and kind and never takes one away, though processes are replaced after
some thousand requests each; here the counts of a dead one are added to a common file.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prometheus_client.mmap_dict import MmapedDict

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
COUNTS: Any = MmapedDict
"""The library's own form of such a file, published without type hints."""

KINDS = ("counter", "histogram")
DEAD = "0"
LOCK = "lock"


def empty_folder(home: Path, port: int) -> Path:
    """A new folder for the web server on this port; what an earlier one left is gone, as after any restart."""
    folder = home / "metrics" / str(port)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    return folder


@contextmanager
def undisturbed(folder: str) -> Iterator[None]:
    """While the files are read or added up nobody does the other: no count is seen twice, or not at all."""
    with open(Path(folder) / LOCK, "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def keep_counts_of(pid: int) -> None:
    """Adds the counts of a process that ended to those of all dead ones; does nothing where counts are not shared."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        return
    with undisturbed(folder):
        for kind in KINDS:
            own = Path(folder) / f"{kind}_{pid}.db"
            if own.exists():
                _add(own, Path(folder) / f"{kind}_{DEAD}.db")
                own.unlink()


def _add(own: Path, common: Path) -> None:
    together = COUNTS(str(common))
    try:
        for key, value, timestamp, _ in COUNTS.read_all_values_from_file(str(own)):
            together.write_value(key, together.read_value(key)[0] + value, timestamp)
    finally:
        together.close()
