"""Format of all log lines, our own and those of libraries: JSON for a collector, or text for a terminal.

Of an exception the traceback and the type are logged, never its message or variables, which may hold personal data.
"""

import logging
import re
import sys
import threading
import traceback
from collections.abc import Iterator, MutableMapping
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.stdlib import ProcessorFormatter

from app.core.tracing import trace_parent

OWN_LOGGER = "lapor"
"""Standard library logger that carries the lines of structlog to the one handler."""
SAFE_LOGGERS = ("app", "jobs", "views", "alembic", "flask_appbuilder.security.decorators")
"""Loggers whose messages hold no personal data and are logged unchanged. For all others the values are left out."""

MOST_FRAMES = 60
CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
PLACEHOLDER = re.compile(r"%(\(\w+\))?[-#0 +]*\d*(\.\d+)?[a-zA-Z]")
HIDDEN = "…"
Line = MutableMapping[str, Any]


def install(log_format: str) -> None:
    """Configure the logging of this process in the format "json" or "text"; may be called again with another format.

    Lines of structlog and of the standard library (gunicorn, RQ, alembic, warnings) pass through the same processors.
    structlog's own default would print every local variable of a traceback, with passwords and identities.
    """
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_names: logging.getLogger(OWN_LOGGER),
    )
    renderer: Any = structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty(), timestamp_key="time")
    if log_format == "json":
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    formatter = ProcessorFormatter(
        foreign_pre_chain=[fill_in_message, structlog.contextvars.merge_contextvars],
        processors=[
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.add_log_level,
            add_trace,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            format_exception,
            escape_control_characters,
            renderer,
        ],
        use_get_message=False,
        pass_foreign_args=True,
    )
    root = logging.getLogger()
    for old in [handler for handler in root.handlers if isinstance(handler, _Terminal)]:
        root.removeHandler(old)
    root.addHandler(_Terminal(formatter))
    for name in (OWN_LOGGER, "jobs", "gunicorn.error"):
        logging.getLogger(name).setLevel(logging.INFO)
    if log_format == "json":
        # Uncaught exceptions and warnings are logged as JSON lines too.
        logging.captureWarnings(True)
        sys.excepthook = _uncaught
        threading.excepthook = lambda failed: _uncaught(failed.exc_type, failed.exc_value, failed.exc_traceback)


def _uncaught(kind: type[BaseException], error: BaseException | None, way: TracebackType | None) -> None:
    """Called for an uncaught exception of the process or of a thread: log it. KeyboardInterrupt is ignored."""
    if error is not None and not issubclass(kind, KeyboardInterrupt):
        logging.getLogger("app").critical("uncaught_failure", exc_info=(kind, error, way))


def add_trace(_logger: Any, _method: str, line: Line) -> Line:
    """A structlog processor: add the `trace` (32 hex digits) in which the line was written, if there is one; return the
    line.
    """
    if parent := trace_parent():
        line["trace"] = parent.split("-")[1]
    return line


def fill_in_message(_logger: Any, _method: str, line: Line) -> Line:
    """A structlog processor: add the logger's name to a log line of the standard library, fill in its message and
    return the line.

    Loggers known to hold no personal data get all values; the others only numbers and the types of exceptions, since
    texts may be an address, a query or user input.
    """
    record: logging.LogRecord = line["_record"]
    values = line.pop("positional_args")
    line.pop("stack_info", None)
    line["logger"] = record.name
    root = record.name.partition(".")[0]
    gunicorn_at_work = root == "gunicorn" and record.levelno < logging.WARNING
    if not values:
        return line
    if not (root in SAFE_LOGGERS or record.name in SAFE_LOGGERS or gunicorn_at_work):
        values = {k: _shown(v) for k, v in values.items()} if isinstance(values, dict) else tuple(map(_shown, values))
    try:
        line["event"] %= values
    except (TypeError, ValueError, KeyError):
        line["event"] = PLACEHOLDER.sub(HIDDEN, line["event"])
    return line


def _shown(value: object) -> object:
    if isinstance(value, BaseException):
        return type(value).__name__
    return value if isinstance(value, (int, float)) else HIDDEN


def format_exception(_logger: Any, _method: str, line: Line) -> Line:
    """A structlog processor: replace `exc_info` of a log line by a traceback without the exception's message, which may
    quote a row or a password; return the line.
    """
    given = line.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        line["exception"] = "\n".join(_way_to(error))
    return line


def _way_to(error: BaseException) -> Iterator[str]:
    """Yield the lines of the traceback of each exception in the chain, the first cause first, each traceback ended by
    the exception's type and error number (SQLSTATE or errno).
    """
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _way_to(before)
        yield "which led to:"
    yield from (part.rstrip("\n") for part in traceback.format_tb(error.__traceback__, limit=-MOST_FRAMES))
    # The SQLSTATE of a database error or the errno of an OSError.
    number = getattr(error, "sqlstate", None) or (error.errno if isinstance(error, OSError) else None)
    yield f"{type(error).__module__}.{type(error).__qualname__}{f' ({number})' if number else ''}"


def escape_control_characters(_logger: Any, _method: str, line: Line) -> Line:
    """A structlog processor: escape control characters in all values of a log line, so that a crafted value cannot
    write a second line; return the line.
    """
    for name, value in line.items():
        if isinstance(value, str) and name != "exception":
            line[name] = CONTROL_CHARACTERS.sub(lambda found: ascii(found[0])[1:-1], value)
    return line


class _Terminal(logging.StreamHandler[TextIO]):
    """A log handler that writes to the current `sys.stdout`."""

    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__(sys.stdout)
        self.setFormatter(formatter)

    @property
    def stream(self) -> TextIO:
        return sys.stdout

    @stream.setter
    def stream(self, _stream: TextIO) -> None:
        """Ignore the assignment: `sys.stdout` is read for each line."""
