"""The worker processes of gunicorn: those that serve one request at a time, and the buffering proxy in front of them.

The proxy is itself a gunicorn worker, so that the master restarts it while the listening sockets stay open. Only the
proxy accepts connections from the network; the others accept from a Unix socket.
"""

from __future__ import annotations

import asyncio
import contextlib
import resource
import socket
from collections.abc import Collection
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


class WebWorker(SyncWorker):  # type: ignore[misc]
    """A gunicorn worker that either serves one request at a time or is the proxy; `is_proxy` is set before the fork."""

    is_proxy = False

    def init_process(self) -> None:
        """Called by gunicorn after the fork: restrict the worker to its own sockets (network for the proxy, Unix socket
        otherwise), then initialise it.
        """
        kind = (socket.AF_INET, socket.AF_INET6) if self.is_proxy else (socket.AF_UNIX,)
        self.all_sockets: list[Any] = self.sockets
        self.sockets: list[Any] = [listener for listener in self.all_sockets if listener.sock.family in kind]
        super().init_process()

    def run(self) -> None:
        """Called by gunicorn: serve requests, or run the proxy, until the master requests the end."""
        if self.is_proxy:
            asyncio.run(self._run_proxy())
        else:
            super().run()

    async def _run_proxy(self) -> None:
        (workers,) = [lnr.sock.getsockname() for lnr in self.all_sockets if lnr.sock.family == socket.AF_UNIX]
        limits = ProxyLimits(
            connections=allowed_connections(),
            client=ClientLimits(largest_body=self.wsgi.config["MAX_CONTENT_LENGTH"]),
        )
        proxy = BufferingProxy(
            [lnr.sock for lnr in self.sockets], workers, self.wsgi.extensions["proxy_answers"](), limits
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
