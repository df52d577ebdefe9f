"""The logger of gunicorn, which passes its messages to the program's log."""

from __future__ import annotations

from typing import Any

from gunicorn.glogging import Logger  # type: ignore[import-untyped]


class ServerLog(Logger):  # type: ignore[misc]
    """A gunicorn logger that passes every message to the program's root logger."""

    def setup(self, cfg: Any) -> None:
        """Called by gunicorn at the start and when it reloads its settings: remove gunicorn's own handlers, so that its
        messages go to the program's root logger.
        """
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True
