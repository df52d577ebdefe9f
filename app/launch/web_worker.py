"""The worker processes of gunicorn: those that serve one request at a time, and the buffering proxy in front of them.

The proxy is itself a gunicorn worker, so that the master restarts it while the listening sockets stay open. Only the
proxy accepts connections from the network; the others accept from a Unix socket.

At a stop the proxy ends first: the others serve on until every request that it has accepted is answered. The proxy
holds a lock file as long as it lives, by which they know.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import resource
import socket
from collections.abc import Collection
from pathlib import Path
from typing import Any

from gunicorn.workers.sync import SyncWorker  # type: ignore[import-untyped]

from app.launch.buffering_proxy import BufferingProxy, ProxyLimits
from app.launch.request_reading import ClientLimits

DESCRIPTORS_EACH = 4
"""File descriptors of one connection: its client, its worker, and two temporary files."""
SPARE_DESCRIPTORS = 64
LATE_AGE = 1 << 40
"""Added to the age of the proxy: gunicorn first stops the workers with the lowest age when there are too many."""
HEARTBEAT_SECONDS = 1.0
STOP_LOOK_SECONDS = 0.05


class WebWorker(SyncWorker):  # type: ignore[misc]
    """A gunicorn worker that either serves one request at a time or is the proxy; `is_proxy` is set before the fork.

    `generation` counts the reloads of the master: the workers of one generation end after its proxy. `stopping` is
    whether the master has requested the end.
    """

    is_proxy = False
    generation = 0
    stopping = False

    def init_process(self) -> None:
        """Called by gunicorn after the fork: restrict the worker to its own sockets (network for the proxy, Unix socket
        otherwise), then initialise it. A worker that kept the network's sockets open would leave clients waiting in
        front of a server that has stopped.
        """
        kind = (socket.AF_INET, socket.AF_INET6) if self.is_proxy else (socket.AF_UNIX,)
        all_sockets: list[Any] = self.sockets
        (workers,) = [lnr for lnr in all_sockets if lnr.sock.family == socket.AF_UNIX]
        self.workers_socket = workers.sock.getsockname()
        self.sockets: list[Any] = [listener for listener in all_sockets if listener.sock.family in kind]
        for listener in all_sockets:
            if listener not in self.sockets:
                listener.close()
        super().init_process()

    def run(self) -> None:
        """Called by gunicorn: serve requests, or run the proxy, until the master requests the end."""
        if self.is_proxy:
            with self._proxy_lock.open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH)
                asyncio.run(self._run_proxy())
        else:
            super().run()

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Called at SIGTERM: the proxy begins to stop; another worker notes it and serves on."""
        self.stopping = True
        self.alive = not self.is_proxy

    def wait(self, timeout: float) -> Any:
        """Called by gunicorn when no request is waiting: wait for one up to `timeout` seconds, and during a stop until
        the proxy has ended, which ends this worker.
        """
        if not self.stopping:
            return super().wait(timeout)
        if self._proxy_has_ended():
            self.alive = False
            return None
        return super().wait(STOP_LOOK_SECONDS)

    @property
    def _proxy_lock(self) -> Path:
        return Path(f"{self.workers_socket}.{self.generation}")

    def _proxy_has_ended(self) -> bool:
        with self._proxy_lock.open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

    async def _run_proxy(self) -> None:
        limits = ProxyLimits(
            connections=allowed_connections(),
            client=ClientLimits(largest_body=self.wsgi.config["MAX_CONTENT_LENGTH"]),
        )
        proxy = BufferingProxy(
            [lnr.sock for lnr in self.sockets], self.workers_socket, self.wsgi.extensions["proxy_answers"](), limits
        )
        proxy.start()
        while self.alive and self.is_parent_alive():
            self.notify()
            proxy.report()
            await asyncio.sleep(HEARTBEAT_SECONDS)
        await proxy.stop(self.cfg.graceful_timeout - HEARTBEAT_SECONDS)


def choose_kind(workers: Collection[Any], new: Any) -> None:
    """Make a new worker the proxy when none of the other workers is the proxy; called in the master before the fork."""
    new.is_proxy = not any(worker.is_proxy for worker in workers)
    if new.is_proxy:
        new.age += LATE_AGE


def replace_proxy(workers: Collection[Any]) -> None:
    """Make the present proxy an ordinary worker at a reload: the next new worker becomes the proxy, and the present one
    ends with the other old workers.
    """
    WebWorker.generation += 1
    for worker in workers:
        if worker.is_proxy:
            worker.is_proxy, worker.age = False, 0


def allowed_connections() -> int:
    """Raise this process's limit of open files to its maximum and return how many clients may be connected at
    one time.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    if soft == resource.RLIM_INFINITY:
        soft = 65536
    return max(16, min(ProxyLimits.connections, (soft - SPARE_DESCRIPTORS) // DESCRIPTORS_EACH))
