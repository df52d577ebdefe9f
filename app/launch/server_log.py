"""The web server's own words, written as all other lines of the log are."""

from __future__ import annotations

from typing import Any

from gunicorn.glogging import Logger  # type: ignore[import-untyped]


class ServerLog(Logger):  # type: ignore[misc]
    """Hands every line on to the program's own log."""

    def setup(self, cfg: Any) -> None:
        """Called when the server starts, and when it reads its settings anew."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True
