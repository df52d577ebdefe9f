"""The folder in which a report is written before it is stored: locked by its one owner, removed afterwards."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import current_app


@contextmanager
def draft_of(job_id: int, ending: str) -> Iterator[Path]:
    """A path in a new, locked folder that no other attempt at this report writes to or removes.

    Folders that nobody has locked were left by killed workers of this machine: they are removed first.
    """
    drafts = Path(current_app.config["LAPOR_HOME"]) / "drafts"
    drafts.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(drafts, fcntl.LOCK_EX):
        _remove_left_ones(drafts)
        folder = Path(tempfile.mkdtemp(prefix=f"report-{job_id}-", dir=drafts))
        owner = os.open(folder, os.O_RDONLY)
        fcntl.flock(owner, fcntl.LOCK_EX)
    try:
        yield folder / f"report.{ending}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(owner)


def _remove_left_ones(drafts: Path) -> None:
    for folder in drafts.glob("report-*"):
        try:
            with _locked(folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
                shutil.rmtree(folder, ignore_errors=True)
        except (BlockingIOError, FileNotFoundError):
            continue


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    """Raises BlockingIOError where `how` does not wait and another holds the lock."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)
