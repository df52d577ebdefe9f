"""Cache of what the office defines on screen (lists, fields, texts), renewed as soon as a definition has changed.

Each request reads the version of the definitions once, and a job that runs for long reads it again after
`HOLDS_SECONDS`. A cached value is used only for the version, and the database, for which it was made; so no process
needs to be told of a change, and none is restarted.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from sqlalchemy import text

from app.core.extensions import db
from app.core.request_context import request_context

P = ParamSpec("P")
T = TypeVar("T")
VERSION = "(SELECT version::text FROM definition_state)"
"""A scalar subquery in SQL; a statement that selects it anyway saves one of its own."""
HOLDS_SECONDS = 30.0
_MOST = 8
"""Values cached of each kind: those of the present version, and of versions with which running requests began."""


def definitions_version() -> str:
    """Return the version of the definitions, which this request or job has read at most `HOLDS_SECONDS` ago."""
    context = request_context()
    if context.definitions_version is None or time.monotonic() - context.definitions_read_at > HOLDS_SECONDS:
        with db.session.no_autoflush:  # asked while forms fill their rows
            _take_version(db.session.execute(text(f"SELECT {VERSION}")).scalar_one())
    return str(context.definitions_version)


def _take_version(version: str) -> None:
    context = request_context()
    context.definitions_version, context.definitions_read_at = version, time.monotonic()


def note_version(version: str) -> None:
    """Note the version that another statement has read, unless this request has read one before."""
    if request_context().definitions_version is None:
        _take_version(version)


def per_version(load: Callable[P, T]) -> Callable[P, T]:
    """Return a function that returns what `load` makes of the definitions and its (hashable) arguments, cached for the
    present version.

    `load` writes no unsaved rows, since forms ask for definitions while they fill theirs. What was loaded while the
    version changed is returned, but not cached: it may belong to another version, or to a change of this transaction
    that is rolled back.
    """
    cached: OrderedDict[tuple[object, ...], T] = OrderedDict()

    @wraps(load)
    def current(*args: P.args, **named: P.kwargs) -> T:
        version = definitions_version()
        key = (db.engine, version, args, tuple(named.items()))
        if key in cached:
            return cached[key]
        with db.session.no_autoflush:
            loaded = load(*args, **named)
        forget_version()
        if definitions_version() == version:
            cached[key] = loaded
            while len(cached) > _MOST:
                cached.popitem(last=False)
        return loaded

    return current


def forget_version() -> None:
    """Read the version again at its next use in this request, because this request has changed a definition."""
    context = request_context()
    context.definitions_version = context.office_zone = None
