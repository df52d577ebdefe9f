"""Drawing of a paper in a child process, for the web process, which never loads WeasyPrint.

The child receives only HTML, no settings and no secrets.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import astuple

import structlog

from app.core.resource_limits import MOST_SECONDS, ROOT, DrawingLimits, DrawingRefused, child_environment
from app.papers.layouts import LAYOUT

REFUSED = 3
LAST_WORDS = 500
USUAL_LIMITS = DrawingLimits()

log = structlog.get_logger()


def never() -> bool:
    """Return False: the default `is_cancelled` of drawings that are never cancelled."""
    return False


def render_in_subprocess(
    html: str,
    seconds: int = MOST_SECONDS,
    layout: int = LAYOUT,
    limits: DrawingLimits = USUAL_LIMITS,
    is_cancelled: Callable[[], bool] = never,
) -> bytes:
    """Draw HTML in a child process and return the bytes of the PDF, equal to those of `render_pdf`.

    `seconds` is elapsed time, `limits` what the child may use. `is_cancelled` is called every second; True ends the
    child. Raises DrawingRefused, with reason "given_up" when cancelled, "time" on timeout, "ended" if the child dies,
    or the child's own reason (`pages`, `time`, `memory`).
    """
    child = subprocess.Popen(
        [sys.executable, "-m", "app.papers.render", str(layout), *map(str, astuple(limits))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env=child_environment(),
    )
    with child:
        try:
            content, said = _output_of(child, html.encode(), time.monotonic() + seconds, is_cancelled)
        finally:
            child.kill()
    if child.returncode == REFUSED:
        raise DrawingRefused(said.decode().strip())
    if child.returncode != 0 or not content.startswith(b"%PDF-"):
        log.error("drawing_ended", code=child.returncode, said=said.decode(errors="replace")[-LAST_WORDS:])
        raise DrawingRefused("ended")
    return content


def _output_of(
    child: subprocess.Popen[bytes], page: bytes, until: float, is_cancelled: Callable[[], bool]
) -> tuple[bytes, bytes]:
    given: bytes | None = page
    while True:
        left = until - time.monotonic()
        if left <= 0:
            raise DrawingRefused("time")
        try:
            return child.communicate(given, timeout=min(left, 1))
        except subprocess.TimeoutExpired:
            given = None
        if is_cancelled():
            raise DrawingRefused("given_up")
