"""A thread that reports that a worker is alive while it draws, packs or uploads one long report."""

import threading
from collections.abc import Callable
from types import TracebackType

import structlog
from flask import Flask, current_app

from app.core.extensions import db

SECONDS_BETWEEN = 15.0
"""Several heartbeats fit into the time after which a silent worker is taken for dead."""

log = structlog.get_logger()


class Heartbeat:
    """Calls `beat` every few seconds in its own application context; `lost` is set once `beat` answers False."""

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
            if not self._still_own():
                self.lost.set()
                return

    def _still_own(self) -> bool:
        """A beat that fails (a database that is away) is tried again at the next one."""
        with self._app.app_context():
            try:
                return self._beat()
            except Exception:
                log.warning("report_heartbeat_failed", exc_info=True)
                return True
            finally:
                db.session.remove()
