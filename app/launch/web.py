"""`python run.py web`: this process becomes the web server."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

from app.servers.metrics_files import FOLDER_VARIABLE, empty_folder
from app.servers.sockets import LONGEST_SOCKET_PATH, new_socket_folder
from app.settings.environment import Environment

WORKERS_SOCKET_VARIABLE = "LAPOR_WORKERS_SOCKET"
STATEMENT_SECONDS = 30
"""Less than the time after which a worker is taken for dead: who asked gets an answer, and the worker lives."""
LOCK_SECONDS = 3
"""How long a request waits for a row that somebody else holds; then the client is told to try again."""
PROJECT = Path(__file__).resolve().parents[2]


def become_web_server(environment: Environment) -> NoReturn:
    """Replaces this process by gunicorn's master; whoever started us keeps the same process number."""
    if not os.environ.get(FOLDER_VARIABLE):
        os.environ[FOLDER_VARIABLE] = str(empty_folder(environment.home, environment.port))
    os.environ[WORKERS_SOCKET_VARIABLE] = str(workers_socket(environment))
    os.chdir(PROJECT)
    settings = str(PROJECT / "app" / "launch" / "gunicorn_settings.py")
    program = f"run:create_app(STATEMENT_SECONDS={STATEMENT_SECONDS},LOCK_SECONDS={LOCK_SECONDS})"
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "--config", settings, program])


def workers_socket(environment: Environment) -> Path:
    """Where the web workers listen for the proxy before them: in the data folder, or where that is too long a path in a
    folder of its own. Both are open to this account alone.
    """
    folder = environment.home / "web"
    socket = folder / f"{environment.port}.sock"
    if len(os.fsencode(socket)) > LONGEST_SOCKET_PATH:
        return new_socket_folder() / "web.sock"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return socket
