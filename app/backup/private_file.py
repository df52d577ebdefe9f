"""Atomic creation of files that only the owner can read and that never replace another file."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from app.backup.exceptions import BackupFault


def draft_of(path: Path) -> Path:
    """Return the path under which a new file is written before it gets its final name: `<name>.part` in the same
    folder.
    """
    return path.with_name(f"{path.name}.part")


@contextmanager
def new_private_file(path: Path) -> Iterator[BinaryIO]:
    """Context manager: yield a binary file, readable by its owner only, that is written as `.part` and gets its final
    name at the end of the block; after an exception no file is left.

    Raises BackupFault if `path` exists, another process writes it, or writing fails (also for an OSError of the block).
    """
    draft = draft_of(path)
    try:
        with _open_draft(draft, path) as file:
            try:
                yield file
                file.flush()
                os.fsync(file.fileno())
                _take_name(draft, path)
            finally:
                draft.unlink(missing_ok=True)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as problem:
        raise BackupFault(f"{path} cannot be written: {problem.strerror or problem}.") from problem


def _open_draft(draft: Path, path: Path) -> BinaryIO:
    if os.path.lexists(path):
        raise BackupFault(f"{path} is there already; a backup never takes the place of another file.")
    descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    file = os.fdopen(descriptor, "r+b")
    try:
        # The lock of a killed process is released, so that its partial file can be overwritten.
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise BackupFault(f"Another backup is writing {draft} at this moment.") from None
    os.fchmod(descriptor, 0o600)
    file.truncate()
    return file


def _take_name(draft: Path, path: Path) -> None:
    """Give the draft its final name by a hard link, or by check and rename where links are not supported. Raises
    BackupFault if the name exists.
    """
    try:
        os.link(draft, path)
    except FileExistsError:
        raise BackupFault(f"{path} appeared meanwhile; it was left alone and this backup was given up.") from None
    except OSError:
        if os.path.lexists(path):
            raise BackupFault(f"{path} appeared meanwhile; it was left alone.") from None
        draft.rename(path)
