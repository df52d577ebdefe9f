"""The folder of Prometheus metrics shared by the processes of one web server.

prometheus_client writes files for each process and never removes them, although workers are replaced regularly. Here
the counts of an ended process are added to a common file.
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
"""The library's class for such a file, which has no type hints."""

KINDS = ("counter", "histogram")
DEAD = "0"
LOCK = "lock"


def empty_folder(home: Path, port: int) -> Path:
    """Create and return an empty metrics folder for the web server on this port; the counts of an earlier run are
    deleted.
    """
    folder = home / "metrics" / str(port)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    return folder


@contextmanager
def undisturbed(folder: str) -> Iterator[None]:
    """Context manager: wait for the lock of the metrics folder and hold it, so that a reading never sees a count twice
    or not at all while files are merged.
    """
    with open(Path(folder) / LOCK, "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def keep_counts_of(pid: int) -> None:
    """Add the counts of an ended process to the common files and delete its own; does nothing where metrics are not
    shared.
    """
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        return
    with undisturbed(folder):
        for kind in KINDS:
            own = Path(folder) / f"{kind}_{pid}.db"
            if own.exists():
                common = COUNTS(str(Path(folder) / f"{kind}_{DEAD}.db"))
                try:
                    for key, value, timestamp, _ in COUNTS.read_all_values_from_file(str(own)):
                        common.write_value(key, common.read_value(key)[0] + value, timestamp)
                finally:
                    common.close()
                own.unlink()
