"""A mail server that takes every message and keeps its name alone: a long run sends tens of thousands."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller
from sqlalchemy import text

from app.core.extensions import db
from tests.story.live import free_port

_NAME = re.compile(rb"^Message-ID:\s*<delivery-(\d+)@", re.MULTILINE | re.IGNORECASE)
_SENT = "SELECT id FROM delivery WHERE state = 'sent' AND channel = 'email' AND id > :before"
_WISH = """
    INSERT INTO notice_preference (user_id, by_email, only_digest, quiet, limit_at_any_hour, morning_digest)
    SELECT id, true, false, false, true, false FROM ab_user ON CONFLICT DO NOTHING
"""
SHOWN = 5


class MailCounter:
    """How often each message was taken."""

    def __init__(self, port: int) -> None:
        self.url, self.taken = f"smtp://127.0.0.1:{port}", Counter[int]()
        self.nameless = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  (aiosmtpd's name)
        found = _NAME.search(envelope.content)
        if found:
            self.taken[int(found[1])] += 1
        else:
            self.nameless += 1
        return "250 OK"

    def faults(self, killed: int = 0, before: int = 0) -> list[str]:
        """Messages said to be sent and never taken, or taken more than once: a kill between its being taken and the
        commit explains one copy for each worker that was killed. Those up to `before` were there already.
        """
        sent = set(db.session.scalars(text(_SENT), {"before": before}))
        db.session.rollback()
        lost, copies = sorted(sent - self.taken.keys()), self.taken.total() - len(self.taken)
        found = [f"said to be sent and never taken: {len(lost)}, as {lost[:SHOWN]}"] if lost else []
        found += [f"{copies} messages came twice"] if copies > killed else []
        return [*found, *([f"{self.nameless} messages without a name"] if self.nameless else [])]


@contextmanager
def mail_counter() -> Iterator[MailCounter]:
    """On a free port of this machine."""
    port = free_port()
    counter = MailCounter(port)
    door = Controller(counter, hostname="127.0.0.1", port=port)
    door.start()
    try:
        yield counter
    finally:
        door.stop()


def newest_message() -> int:
    """The key of the last message so far."""
    found = db.session.execute(text("SELECT coalesce(max(id), 0) FROM delivery")).scalar_one()
    db.session.rollback()
    return int(found)


def wish_for_mail() -> None:
    """Whatever the hour of a run, nobody wishes to wait for the morning."""
    db.session.execute(text(_WISH))
    db.session.commit()
