"""What a sweep takes up one by one: what cannot be done is logged and put off, so that it never holds up the rest."""

from collections.abc import Callable
from datetime import timedelta

import structlog

from app.core.extensions import db

log = structlog.get_logger()

PUT_OFF = timedelta(minutes=15)
"""How much later a sweep looks again at what it could not do."""


def done_or_undone(act: Callable[[], object], unless: str, **about: object) -> bool:
    """Do one act of a sweep wholly; when it fails it leaves nothing but a line in the log, and False comes back."""
    try:
        with db.session.begin_nested():
            act()
    except Exception:
        log.exception(unless, **about)
        return False
    return True
