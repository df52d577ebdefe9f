"""`python run.py web`: this process becomes the web server."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

from app.launch.metrics_files import FOLDER_VARIABLE, empty_folder
from config import Environment

STATEMENT_SECONDS = 45
"""Less than the time after which a worker is taken for dead: who asked gets an answer, and the worker lives."""
PROJECT = Path(__file__).resolve().parents[2]


def become_web_server(environment: Environment) -> NoReturn:
    """Replaces this process by gunicorn's master; whoever started us keeps the same process number."""
    if not os.environ.get(FOLDER_VARIABLE):
        os.environ[FOLDER_VARIABLE] = str(empty_folder(environment.home, environment.port))
    os.chdir(PROJECT)
    settings = str(PROJECT / "app" / "launch" / "gunicorn_settings.py")
    program = f"run:create_app(STATEMENT_SECONDS={STATEMENT_SECONDS})"
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "--config", settings, program])
