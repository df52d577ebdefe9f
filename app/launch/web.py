"""The command `run.py web`: replaces this process by the web server."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

from app.servers.metrics_files import FOLDER_VARIABLE, empty_folder
from app.servers.sockets import LISTENERS_VARIABLE, LONGEST_SOCKET_PATH, new_socket_folder, unix_listener
from app.settings.environment import Environment

WORKERS_SOCKET_VARIABLE = "LAPOR_WORKERS_SOCKET"
INHERITED_VARIABLE = "LAPOR_INHERITED"
"""Addresses for gunicorn (`fd://3 fd://5`) where the listening sockets are held by who started this process."""
FIRST_SYSTEMD_SOCKET = 3
"""See sd_listen_fds(3)."""
STATEMENT_SECONDS = 30
"""Statement timeout in seconds, below the worker timeout, so that the client gets an error response and the worker
survives.
"""
LOCK_SECONDS = 3
"""Seconds a request waits for a row locked by another transaction; then the client is asked to try again."""
PROJECT = Path(__file__).resolve().parents[2]


def become_web_server(environment: Environment) -> NoReturn:
    """Replace this process by gunicorn's master, with the same process id. Does not return."""
    if not os.environ.get(FOLDER_VARIABLE):
        os.environ[FOLDER_VARIABLE] = str(empty_folder(environment.home, environment.port))
    # Proxy and workers talk over a Unix socket that only this account can reach: in the data folder, or in a new short
    # folder when that path is too long.
    folder = environment.home / "web"
    workers_socket = folder / f"{environment.port}.sock"
    if len(os.fsencode(workers_socket)) > LONGEST_SOCKET_PATH:
        workers_socket = new_socket_folder() / "web.sock"
    else:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ[WORKERS_SOCKET_VARIABLE] = str(workers_socket)
    if inherited := inherited_listeners():
        own = unix_listener(workers_socket).detach()
        for descriptor in (*inherited, own):
            os.set_inheritable(descriptor, True)
        os.environ[INHERITED_VARIABLE] = " ".join(f"fd://{descriptor}" for descriptor in (*inherited, own))
    os.chdir(PROJECT)
    settings = str(PROJECT / "app" / "launch" / "gunicorn_settings.py")
    program = f"run:create_app(STATEMENT_SECONDS={STATEMENT_SECONDS},LOCK_SECONDS={LOCK_SECONDS})"
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "--config", settings, program])


def inherited_listeners() -> list[int]:
    """Return a list of the file descriptors of the listening sockets that `run.py all` or a systemd socket unit holds
    for this process, empty where none does. While the server is restarted, clients wait in front of such a socket
    instead of being refused. The variables that name them are removed.
    """
    held = [int(number) for number in os.environ.pop(LISTENERS_VARIABLE, "").split()]
    count, owner = (int(os.environ.pop(name, "0")) for name in ("LISTEN_FDS", "LISTEN_PID"))
    if owner == os.getpid():
        held += range(FIRST_SYSTEMD_SOCKET, FIRST_SYSTEMD_SOCKET + count)
    return held
