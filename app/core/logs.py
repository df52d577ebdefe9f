"""What a log line holds: when, how grave, what happened; of a failure the way to it, never the values on the way.

One line for everything, also for what the libraries say: JSON for a collector, or words for a terminal.
"""

import logging
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, TextIO

import structlog

TOLD_WHOLE = ("app", "jobs", "views", "alembic", "flask_appbuilder.security.decorators")
"""Whose messages hold no values of ours by their own rule; of all others the sentence counts without its values."""

MOST_FRAMES = 60
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
PLACEHOLDER = re.compile(r"%(\(\w+\))?[-#0 +]*\d*(\.\d+)?[a-zA-Z]")
HIDDEN = "…"
Line = dict[str, Any]


def install(log_format: str) -> None:
    """Lets structlog and the standard library write alike; may be called again, the last call holds.

    By itself structlog prints every local variable, and with them passwords and identities.
    """
    chain = [*_first_steps(), _renderer(log_format)]
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, *chain],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    root = logging.getLogger()
    for old in [handler for handler in root.handlers if isinstance(handler, _Terminal)]:
        root.removeHandler(old)
    root.addHandler(_Terminal(_LibraryFormat(chain)))
    for name in ("jobs", "gunicorn.error"):
        logging.getLogger(name).setLevel(logging.INFO)
    if log_format == "json":
        # What nobody catches, and what Python warns of, is a line like every other.
        logging.captureWarnings(True)
        sys.excepthook = _uncaught
        threading.excepthook = lambda failed: _uncaught(failed.exc_type, failed.exc_value, failed.exc_traceback)


def _uncaught(kind: type[BaseException], error: BaseException | None, way: TracebackType | None) -> None:
    """The last words of a process or thread; an interrupt from the keyboard needs none."""
    if error is not None and not issubclass(kind, KeyboardInterrupt):
        logging.getLogger("app").critical("uncaught_failure", exc_info=(kind, error, way))


def _first_steps() -> list[Any]:
    return [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        tell_failure,
        keep_to_one_line,
    ]


def _renderer(log_format: str) -> Callable[[Any, str, Line], Any]:
    if log_format == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    return structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty(), timestamp_key="time")


def tell_failure(_logger: Any, _method: str, line: Line) -> Line:
    """Puts the way to a failure in the place of the failure itself, whose text may quote a row or a password."""
    given = line.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        line["exception"] = "\n".join(_way_to(error))
    return line


def _way_to(error: BaseException) -> Iterator[str]:
    """Each failure of the chain, the first one first: where it passed by, and its kind."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _way_to(before)
        yield "which led to:"
    yield from (part.rstrip("\n") for part in traceback.format_tb(error.__traceback__, limit=-MOST_FRAMES))
    yield f"{type(error).__module__}.{type(error).__qualname__}{_known_detail(error)}"


def _known_detail(error: BaseException) -> str:
    """What a number says of a failure: the database's SQLSTATE or the system's errno."""
    number = getattr(error, "sqlstate", None) or (error.errno if isinstance(error, OSError) else None)
    return f" ({number})" if number else ""


def keep_to_one_line(_logger: Any, _method: str, line: Line) -> Line:
    """Shows control characters instead of obeying them: nobody writes a second line into the log by a crafted value."""
    for name, value in line.items():
        if isinstance(value, str) and name != "exception":
            line[name] = UNSEEN.sub(lambda found: ascii(found[0])[1:-1], value)
    return line


class _Terminal(logging.StreamHandler[TextIO]):
    """Writes to whatever the standard output is at that moment."""

    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__(sys.stdout)
        self.setFormatter(formatter)

    @property
    def stream(self) -> TextIO:
        return sys.stdout

    @stream.setter
    def stream(self, _stream: TextIO) -> None:
        """The standard output is asked for anew each time."""


class _LibraryFormat(logging.Formatter):
    """Lines of the standard library in the form of ours."""

    def __init__(self, chain: list[Any]) -> None:
        super().__init__()
        self.chain = chain

    def format(self, record: logging.LogRecord) -> str:
        line: Any = {"event": _message(record), "logger": record.name, **structlog.contextvars.get_contextvars()}
        line |= {"exc_info": record.exc_info} if record.exc_info else {}
        for step in self.chain:
            line = step(None, record.levelname.lower(), line)
        return str(line)


def _message(record: logging.LogRecord) -> str:
    """A library's sentence: whole where its values are known to be none of ours (a server that starts up), else with
    its numbers and without its texts, which may be an address, a query or what somebody typed.
    """
    root = record.name.partition(".")[0]
    if root in TOLD_WHOLE or record.name in TOLD_WHOLE or (root == "gunicorn" and record.levelno < logging.WARNING):
        return record.getMessage()
    values = record.args
    if not values:
        return str(record.msg)
    shown = {k: _shown(v) for k, v in values.items()} if isinstance(values, dict) else tuple(map(_shown, values))
    try:
        return str(record.msg) % shown
    except (TypeError, ValueError, KeyError):
        return PLACEHOLDER.sub(HIDDEN, str(record.msg))


def _shown(value: object) -> object:
    if isinstance(value, BaseException):
        return type(value).__name__
    return value if isinstance(value, (int, float)) else HIDDEN
