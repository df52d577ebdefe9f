"""What a log line holds: when, how grave, what happened; of a failure the way to it, never the values on the way."""

import logging
import sys

import structlog


def install() -> None:
    """Set structlog up: by itself it prints every local variable, and with them passwords and identities."""
    renderer = structlog.dev.ConsoleRenderer(
        colors=sys.stdout.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
