"""Re-encoding of untrusted files in a child process, which has access to nothing but the file if a decoder is
exploited.
"""

import subprocess
import sys
import tempfile
from enum import StrEnum

from app.core.resource_limits import ROOT, child_environment
from app.files.clean_child import MOST_WRITTEN, REFUSED
from app.files.inspection import Unacceptable, inspect, kind_of

SECONDS = 25
_MODULE = "app.files.clean_child"


class CleanFault(StrEnum):
    """An enum of the reasons why a file cannot be re-encoded and so is not served; `NotCleaned.fault` holds one of
    them.
    """

    LOCKED = "locked"
    ACTIVE = "active"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"


class NotCleaned(Exception):
    """Raised for a file that could not be re-encoded; `fault` says why."""

    def __init__(self, fault: CleanFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def clean(content: bytes) -> bytes:
    """Return the bytes of the file re-encoded, safe to be served. Raises NotCleaned, also if the child process dies or
    times out.
    """
    try:
        kind = inspect(content)
    except Unacceptable:
        raise NotCleaned(CleanFault.UNREADABLE) from None
    written = _output_of_child(content, kind.decoder or "PDF")
    if kind_of(written) is not kind:
        raise NotCleaned(CleanFault.UNREADABLE)
    return written


def _output_of_child(content: bytes, decoder: str) -> bytes:
    """Return the bytes of the re-encoded file that the child process wrote. Raises NotCleaned if it refuses the file,
    dies, or exceeds its limits.

    The child writes to a file rather than a pipe, so that its own file size limit applies.
    """
    with tempfile.TemporaryFile() as file:
        try:
            done = subprocess.run(
                [sys.executable, "-m", _MODULE, decoder],
                input=content,
                stdout=file,
                stderr=subprocess.PIPE,
                cwd=ROOT,
                env=child_environment(),
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise NotCleaned(CleanFault.TOO_LARGE) from None
        if done.returncode != 0:
            word = done.stderr.decode(errors="replace")
            said = done.returncode == REFUSED and word in set(CleanFault)
            raise NotCleaned(CleanFault(word) if said else CleanFault.UNREADABLE)
        file.seek(0)
        return file.read(MOST_WRITTEN + 1)
