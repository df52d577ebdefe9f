"""The gunicorn configuration file (https://docs.gunicorn.org/en/stable/settings.html).

Each worker serves one request at a time: Flask-AppBuilder shares objects between threads and mixes up requests (its
issue #2366), and time limits use signals. The buffering proxy keeps slow clients away from the workers.
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
from app.launch.web import INHERITED_VARIABLE, STATEMENT_SECONDS, WORKERS_SOCKET_VARIABLE
from app.launch.web_worker import WebWorker, choose_kind, replace_proxy
from app.servers.child_processes import die_with_parent
from app.servers.data_folder import wait_until_prepared
from app.servers.metrics_files import keep_counts_of
from app.servers.sockets import remove_socket_folder
from app.settings.environment import read_environment

_environment = read_environment()
logs.install(_environment.log_format)

_workers_socket = Path(os.environ[WORKERS_SOCKET_VARIABLE])
bind = os.environ.get(INHERITED_VARIABLE, "").split() or [
    f"[{_environment.host}]:{_environment.port}"
    if ":" in _environment.host
    else f"{_environment.host}:{_environment.port}",
    f"unix:{_workers_socket}",
]
umask = 0o077
worker_class = WebWorker
workers = 1 + _environment.web_concurrency
preload_app = True
timeout = 60
# Longer than any statement: at a stop each request that has been accepted is answered.
graceful_timeout = STATEMENT_SECONDS + 5
max_requests = 5000
max_requests_jitter = 500
limit_request_line = 8190
# The workers get the client's address by the PROXY protocol. X-Forwarded-* headers are evaluated by the program
# (TRUSTED_PROXIES); gunicorn would trust any that arrive on a Unix socket.
proxy_protocol = "v1"
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""
# The program logs requests itself, without the codes and names in URLs.
accesslog = None
logger_class = ServerLog
loglevel = "info"
proc_name = "lapor-balangan"
control_socket_disable = True


def on_starting(server: Any) -> None:
    """Called by gunicorn before it opens its sockets, with the program loaded: wait until the tables are migrated."""
    wait_until_prepared(_environment.home)


def when_ready(server: Any) -> None:
    """Called by gunicorn before the first fork: freeze loaded objects. Otherwise the garbage collector would write to
    their headers, and each worker would get its own copy of the memory.
    """
    # At a stop gunicorn would first remove the workers' socket file, over which the last requests still go.
    server.systemd = True
    gc.collect()
    gc.freeze()


def pre_fork(server: Any, worker: Any) -> None:
    """Called by gunicorn's master before it forks a worker: choose whether the new worker is the buffering proxy."""
    choose_kind(server.WORKERS.values(), worker)


def on_reload(server: Any) -> None:
    """Called by gunicorn's master at a reload: make the next new worker the proxy, so that the proxy is replaced like
    the other workers.
    """
    replace_proxy(server.WORKERS.values())


def on_exit(server: Any) -> None:
    """Called by gunicorn's master when it ends: delete the workers' socket, and its folder if it was made for that."""
    _workers_socket.unlink(missing_ok=True)
    remove_socket_folder(str(_workers_socket.parent))


def post_fork(server: Any, worker: Any) -> None:
    """Called by gunicorn in a new worker: make the worker exit with its master, and drop inherited database
    connections, which two processes must not share. Set `note_alive`, by which a long download postpones the `timeout`
    with each chunk, and the places for waiting requests.
    """
    die_with_parent(server.pid)
    application = server.app.wsgi()
    application.extensions["note_alive"] = worker.notify
    places = _environment.home / "waiting" / str(_environment.port)
    # One worker is the proxy and one must stay free; if there is only one other worker, it may wait too.
    application.extensions[EXTENSION] = WaitingPlaces(places, max(1, workers - 2))
    with application.app_context():
        application.extensions["sqlalchemy"].engine.dispose(close=False)


def child_exit(server: Any, worker: Any) -> None:
    """Called by gunicorn's master after a worker ended: add the worker's metrics to the common files."""
    keep_counts_of(worker.pid)


def worker_exit(server: Any, worker: Any) -> None:
    """Called by gunicorn in a worker that ends: exit the process at once after its last request, since a normal
    interpreter shutdown takes about a second.
    """
    if worker.booted and not worker.alive:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
