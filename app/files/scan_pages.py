"""How many pages a scan has and whether it is only paper, found out beside this process: its file is not ours."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import structlog

log = structlog.get_logger()

_CHILD = Path(__file__).with_name("scan_pages_child.py")
SECONDS = 20


class UnreadableScan(Exception):
    """Broken, locked, or made to be endless."""


@dataclass(frozen=True)
class ScanFacts:
    """`active` is a file that acts by itself or carries others."""

    pages: int
    active: bool


def scan_facts(content: bytes) -> ScanFacts:
    """Look into a PDF, JPEG or PNG; raises UnreadableScan."""
    try:
        done = subprocess.run(
            [sys.executable, "-P", str(_CHILD)], input=content, capture_output=True, timeout=SECONDS, check=True
        )
        return ScanFacts(**json.loads(done.stdout))
    except (subprocess.SubprocessError, ValueError, TypeError) as error:
        log.warning("scan_not_read", exc_info=True)
        raise UnreadableScan(type(error).__name__) from None
