"""The files of a test run stand in memory where there is room: making the six hundred files of a database copy takes
5 ms there, and up to 150 ms on a disk.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import psutil

MEMORY = Path("/dev/shm")
ROOM_BYTES = 8 * 1024**3
FOLDER_PREFIX = "lapor-tests-"


class QuickFiles:
    """One folder for everything temporary that this process and its children make; removed with the run."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._before: str | None = None

    def use(self) -> None:
        """Leads `tempfile` and every child to memory; does nothing where memory is small or a child was led already."""
        if self._folder or tempfile.gettempdir().startswith(str(MEMORY)) or not _has_room():
            return
        _remove_orphans()
        self._before = os.environ.get("TMPDIR")
        self._folder = Path(tempfile.mkdtemp(prefix=f"{FOLDER_PREFIX}{os.getpid()}-", dir=MEMORY))
        # The database's account has to get through when the tests run as root.
        self._folder.chmod(0o711)
        os.environ["TMPDIR"] = tempfile.tempdir = str(self._folder)

    def leave(self) -> None:
        """Removes the folder."""
        if self._folder is None:
            return
        shutil.rmtree(self._folder, ignore_errors=True)
        os.environ.pop("TMPDIR")
        if self._before is not None:
            os.environ["TMPDIR"] = self._before
        self._folder = tempfile.tempdir = None


def _has_room() -> bool:
    return os.access(MEMORY, os.W_OK | os.X_OK) and shutil.disk_usage(MEMORY).free > ROOM_BYTES


def _remove_orphans() -> None:
    """A killed run leaves its folder behind, and memory with it."""
    for folder in MEMORY.glob(f"{FOLDER_PREFIX}*-*"):
        if not psutil.pid_exists(int(folder.name.removeprefix(FOLDER_PREFIX).split("-")[0])):
            shutil.rmtree(folder, ignore_errors=True)
