"""Page count and active content of an uploaded scan, determined in a child process because the file is untrusted."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import structlog

from app.core.resource_limits import child_environment

log = structlog.get_logger()

_CHILD = Path(__file__).with_name("scan_pages_child.py")
SECONDS = 20


class UnreadableScan(Exception):
    """Raised for an uploaded scan that is broken, encrypted or exceeds the limits on time and memory."""


@dataclass(frozen=True)
class ScanFacts:
    """A value object: the facts of an uploaded scan, its number of pages, and whether it has active content or embeds
    other files (`active`).
    """

    pages: int
    active: bool


def scan_facts(content: bytes) -> ScanFacts:
    """Return the ScanFacts of a PDF, JPEG or PNG: its number of pages, and whether its content is active. Raises
    UnreadableScan for a broken or encrypted file, or one that exceeds the limits on time and memory.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-P", str(_CHILD)],
            input=content,
            env=child_environment(),
            capture_output=True,
            timeout=SECONDS,
            check=True,
        )
        return ScanFacts(**json.loads(done.stdout))
    except (subprocess.SubprocessError, ValueError, TypeError) as error:
        log.warning("scan_not_read", exc_info=True)
        raise UnreadableScan(type(error).__name__) from None
