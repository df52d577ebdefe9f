"""Settings of the web server (https://docs.gunicorn.org/en/stable/settings.html), read by gunicorn itself.

One request at a time in each worker: parts of Flask-AppBuilder share objects between threads and mix up requests (its
issue #2366), and limits of time rest on signals. The buffering proxy before them keeps slow clients away from them.
"""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import Any

from app.core import logs
from app.core.waiting_places import EXTENSION, WaitingPlaces
from app.launch.server_log import ServerLog
from app.launch.web import WORKERS_SOCKET_VARIABLE
from app.launch.web_worker import WebWorker, choose_kind, replace_proxy
from app.servers.child_processes import die_with_parent
from app.servers.data_folder import wait_until_prepared
from app.servers.metrics_files import keep_counts_of
from app.servers.sockets import remove_socket_folder
from app.settings.environment import read_environment

_environment = read_environment()
logs.install(_environment.parts["LOG_FORMAT"])

_workers_socket = Path(os.environ[WORKERS_SOCKET_VARIABLE])
bind = [
    f"[{_environment.host}]:{_environment.port}"
    if ":" in _environment.host
    else f"{_environment.host}:{_environment.port}",
    f"unix:{_workers_socket}",
]
umask = 0o077
worker_class = WebWorker
workers = 1 + int(os.environ.get("WEB_CONCURRENCY", "") or max(2, min(9, (os.cpu_count() or 1) + 1)))
preload_app = True
timeout = 60
graceful_timeout = 4
max_requests = 5000
max_requests_jitter = 500
limit_request_line = 8190
# The workers learn the client's address from the proxy. X-Forwarded-Proto and the like are judged by the program
# (TRUSTED_PROXIES): gunicorn would believe all that comes by a Unix socket.
proxy_protocol = "v1"
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""
# The program writes a line for each request itself, without the codes and names that stand in addresses.
accesslog = None
logger_class = ServerLog
loglevel = "info"
proc_name = "lapor-balangan"
control_socket_disable = True


def on_starting(server: Any) -> None:
    """The program is loaded and no door is open yet: nobody is served from tables that are being prepared."""
    wait_until_prepared(_environment.home)


def when_ready(server: Any) -> None:
    """What was loaded before the workers are forked stays shared by them: the collector would write into every object
    it looks at, and give each worker a copy of the whole program.
    """
    gc.collect()
    gc.freeze()


def pre_fork(server: Any, worker: Any) -> None:
    """One of the workers is the buffering proxy."""
    choose_kind(server.WORKERS.values(), worker)


def on_reload(server: Any) -> None:
    """The proxy is replaced as the other workers are."""
    replace_proxy(server.WORKERS.values())


def on_exit(server: Any) -> None:
    """The workers' socket is gone with the server; so is a folder that was made for it."""
    remove_socket_folder(str(_workers_socket.parent))


def post_fork(server: Any, worker: Any) -> None:
    """A worker dies with its master, and forgets the database connections it inherited (two processes on one would mix
    answers). A long download may say with each piece that it goes on, or it would be ended after `timeout`.
    """
    die_with_parent(server.pid)
    application = server.app.wsgi()
    application.extensions["note_alive"] = worker.notify
    places = _environment.home / "waiting" / str(_environment.port)
    # One of the workers is the proxy, and one that answers is always free; where there is no other, it may wait too.
    application.extensions[EXTENSION] = WaitingPlaces(places, max(1, workers - 2))
    with application.app_context():
        application.extensions["sqlalchemy"].engine.dispose(close=False)


def child_exit(server: Any, worker: Any) -> None:
    """Called in the master for each worker that ended: what it counted is kept."""
    keep_counts_of(worker.pid)


def worker_exit(server: Any, worker: Any) -> None:
    """A worker that served its last request ends at once: taking a Python of this size apart costs a second."""
    if worker.booted and not worker.alive:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
