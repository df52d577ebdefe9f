"""A thread that records that a worker is alive while it renders, packs or uploads one long export report."""

import threading
from collections.abc import Callable
from types import TracebackType

import structlog
from flask import Flask, current_app

from app.core.extensions import db

SECONDS_BETWEEN = 15.0
"""Short enough that several heartbeats fit into the time after which a worker is presumed dead."""

log = structlog.get_logger()


class Heartbeat:
    """Context manager that starts a thread, which calls `beat` every 15 seconds in an application context.

    Once `beat` returns False, the event `lost` is set and the thread ends. A `beat` that raises is tried again after 15
    seconds.
    """

    def __init__(self, beat: Callable[[], bool]) -> None:
        self._app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
        self._beat = beat
        self._ended = threading.Event()
        self.lost = threading.Event()
        self._thread = threading.Thread(target=self._run, name="report-heartbeat", daemon=True)

    def __enter__(self) -> "Heartbeat":
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join(SECONDS_BETWEEN)

    def _run(self) -> None:
        while not self._ended.wait(SECONDS_BETWEEN):
            with self._app.app_context():
                try:
                    own = self._beat()
                except Exception:
                    log.warning("report_heartbeat_failed", exc_info=True)
                    own = True
                finally:
                    db.session.remove()
            if not own:
                self.lost.set()
                return
