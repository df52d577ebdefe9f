"""Settings of the web server (https://docs.gunicorn.org/en/stable/settings.html), read by gunicorn itself.

Sync workers only: parts of Flask-AppBuilder share objects between threads and mix up requests (its issue #2366).
"""

from __future__ import annotations

import os
import sys
from typing import Any

from app.launch.process_ties import die_with_parent
from config import read_environment

_environment = read_environment()

bind = [
    f"[{_environment.host}]:{_environment.port}"
    if ":" in _environment.host
    else f"{_environment.host}:{_environment.port}"
]
worker_class = "sync"
workers = int(os.environ.get("WEB_CONCURRENCY", "") or max(2, min(9, (os.cpu_count() or 1) + 1)))
preload_app = True
timeout = 60
graceful_timeout = 4
max_requests = 5000
max_requests_jitter = 500
limit_request_line = 8190
accesslog = None
loglevel = "info"
proc_name = "lapor-balangan"
control_socket_disable = True


def post_fork(server: Any, worker: Any) -> None:
    """A worker dies with its master, and forgets the database connections it inherited (two processes on one would mix
    answers).
    """
    die_with_parent(server.pid)
    application = server.app.wsgi()
    with application.app_context():
        application.extensions["sqlalchemy"].engine.dispose(close=False)


def worker_exit(server: Any, worker: Any) -> None:
    """A worker that served its last request ends at once: taking a Python of this size apart costs a second."""
    if worker.booted and not worker.alive:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
