"""`python run.py web`: this process becomes the web server."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

PROJECT = Path(__file__).resolve().parents[2]


def become_web_server() -> NoReturn:
    """Replaces this process by gunicorn's master; whoever started us keeps the same process number."""
    os.chdir(PROJECT)
    settings = str(PROJECT / "app" / "launch" / "gunicorn_settings.py")
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "--config", settings, "run:create_app()"])
