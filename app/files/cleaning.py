"""A file written anew beside this process: a decoder that is led astray dies alone, with nothing of ours in its reach
but the file it was given.
"""

import os
import subprocess
import sys
import tempfile
from enum import StrEnum

from app.core.resource_limits import KEPT, ROOT
from app.files.clean_child import MOST_WRITTEN, REFUSED
from app.files.inspection import Unacceptable, inspect, kind_of

SECONDS = 25
_MODULE = "app.files.clean_child"


class CleanFault(StrEnum):
    """Why a file is not served."""

    LOCKED = "locked"
    ACTIVE = "active"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"


class NotCleaned(Exception):
    """A file that could not be written anew, by the word for why."""

    def __init__(self, fault: CleanFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def clean(content: bytes) -> bytes:
    """The file as it may be served; raises NotCleaned, also when the child dies or takes too long."""
    try:
        kind = inspect(content)
    except Unacceptable:
        raise NotCleaned(CleanFault.UNREADABLE) from None
    written = _written_apart(content, kind.decoder or "PDF")
    if kind_of(written) is not kind:
        raise NotCleaned(CleanFault.UNREADABLE)
    return written


def _written_apart(content: bytes, decoder: str) -> bytes:
    """Through a file, not a pipe: how much the child may write is held by its own limit."""
    with tempfile.TemporaryFile() as file:
        try:
            done = subprocess.run(
                [sys.executable, "-m", _MODULE, decoder],
                input=content,
                stdout=file,
                stderr=subprocess.PIPE,
                cwd=ROOT,
                env={name: os.environ[name] for name in KEPT if name in os.environ},
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise NotCleaned(CleanFault.TOO_LARGE) from None
        if done.returncode != 0:
            raise NotCleaned(_fault(done.returncode, done.stderr))
        file.seek(0)
        return file.read(MOST_WRITTEN + 1)


def _fault(code: int, said: bytes) -> CleanFault:
    word = said.decode(errors="replace")
    return CleanFault(word) if code == REFUSED and word in set(CleanFault) else CleanFault.UNREADABLE
