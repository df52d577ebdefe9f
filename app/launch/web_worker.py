"""The processes below gunicorn's master: workers that serve a request at a time, and the buffering proxy before them.

The proxy is one of the master's workers, so the master starts it again when it ends, while the listening sockets stay
open. It alone accepts from the network; the others accept from a Unix socket.
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
"""Of one connection: its client, its worker, and two temporary files."""
SPARE_DESCRIPTORS = 64
LATE_AGE = 1 << 40
"""gunicorn ends workers by their age when there are too many; the proxy is to be the last."""
HEARTBEAT_SECONDS = 1.0


class WebWorker(SyncWorker):  # type: ignore[misc]
    """Either kind of process; `is_proxy` is decided before the fork."""

    is_proxy = False

    def init_process(self) -> None:
        """Each kind accepts from its own sockets only."""
        kind = (socket.AF_INET, socket.AF_INET6) if self.is_proxy else (socket.AF_UNIX,)
        self.all_sockets: list[Any] = self.sockets
        self.sockets: list[Any] = [listener for listener in self.all_sockets if listener.sock.family in kind]
        super().init_process()

    def run(self) -> None:
        """Serves until the master asks for the end."""
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
    """Makes a new worker the proxy where there is none; called in the master before the fork."""
    new.is_proxy = not any(worker.is_proxy for worker in workers)
    if new.is_proxy:
        new.age += LATE_AGE


def replace_proxy(workers: Collection[Any]) -> None:
    """At a reload: the next new worker becomes the proxy, and the present one ends with the other old workers."""
    for worker in workers:
        if worker.is_proxy:
            worker.is_proxy, worker.age = False, 0


def allowed_connections() -> int:
    """How many clients may be connected, after this process's limit of open files was raised as far as it may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    if soft == resource.RLIM_INFINITY:
        soft = 65536
    return max(16, min(ProxyLimits.connections, (soft - SPARE_DESCRIPTORS) // DESCRIPTORS_EACH))
