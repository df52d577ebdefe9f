"""Draws a paper in a process of its own, for the web, which never loads WeasyPrint: a signature needs its file at once.

The child gets HTML and nothing else, no settings and no secrets.
"""

import os
import subprocess
import sys
from pathlib import Path

import structlog

from app.documents.layouts import LAYOUT
from app.documents.limits import MOST_SECONDS, DrawingRefused

ROOT = Path(__file__).parent.parent.parent
KEPT = ("PATH", "LANG", "LC_ALL", "HOME", "FONTCONFIG_PATH", "FONTCONFIG_FILE", "LD_LIBRARY_PATH", "XDG_CACHE_HOME")
REFUSED = 3
LAST_WORDS = 500

log = structlog.get_logger()


def render_apart(html: str, seconds: int = MOST_SECONDS, layout: int = LAYOUT) -> bytes:
    """The same bytes as `render_pdf`; raises DrawingRefused, also when the child dies."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "app.documents.render", str(layout)],
            input=html.encode(),
            capture_output=True,
            cwd=ROOT,
            env={name: os.environ[name] for name in KEPT if name in os.environ},
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise DrawingRefused("time") from late
    if done.returncode == REFUSED:
        raise DrawingRefused(done.stderr.decode().strip())
    if done.returncode != 0 or not done.stdout.startswith(b"%PDF-"):
        log.error("drawing_ended", code=done.returncode, said=done.stderr.decode(errors="replace")[-LAST_WORDS:])
        raise DrawingRefused("ended")
    return done.stdout
