"""The change feed as its readers see it: a page of numbered changes after an opaque cursor."""

import base64
import binascii
from dataclasses import dataclass

from sqlalchemy import func, select

from app.core.extensions import db
from app.core.identifiers import LARGEST_ID
from app.models import SyncChange


class CursorUnreadable(Exception):
    """Raised for a text that is no cursor of the change feed."""


class CursorTooOld(Exception):
    """Raised when changes after a cursor are deleted already, or the change at its position is not the one for which it
    was given.
    """


@dataclass(frozen=True)
class FeedPage:
    """A value object: a page of the change feed, with the changes in order, the cursor to continue with, and whether
    more changes are there already.
    """

    changes: list[SyncChange]
    next: str
    more: bool


def read_changes(after: str, limit: int) -> FeedPage:
    """Return a FeedPage of up to `limit` changes after a cursor ("" is the beginning). Raises CursorUnreadable or
    CursorTooOld.
    """
    rows = changes_after(_position_of(after) if after else 0, limit + 1)
    page = rows[:limit]
    return FeedPage(page, cursor_of(page[-1]) if page else after, len(rows) > limit)


def changes_after(position: int, limit: int) -> list[SyncChange]:
    """Return a list of at most `limit` numbered changes (SyncChange rows) after a position, in order, for readers in
    this program, which store the position.
    """
    later = select(SyncChange).where(SyncChange.position > position).order_by(SyncChange.position)
    return list(db.session.scalars(later.limit(limit)))


def cursor_of(row: SyncChange) -> str:
    """Return the cursor of a change, an opaque text; a reader that sends it gets the changes after this one."""
    return base64.urlsafe_b64encode(f"{row.position}.{row.mark}".encode()).decode().rstrip("=")


def _position_of(cursor: str) -> int:
    """Return the feed position (int) that a cursor names. Raises CursorUnreadable or CursorTooOld."""
    try:
        text = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)).decode("ascii")
    except (UnicodeError, binascii.Error, ValueError) as error:
        raise CursorUnreadable from error
    digits, _, mark = text.partition(".")
    if not (digits.isdigit() and mark and len(digits) < 20) or int(digits) > LARGEST_ID:
        raise CursorUnreadable
    position = int(digits)
    stored = db.session.execute(select(SyncChange.mark).where(SyncChange.position == position)).scalar_one_or_none()
    if stored is None:
        # The row may be deleted as long as the changes after it are not.
        first = db.session.execute(select(func.min(SyncChange.position))).scalar_one()
        if first is None or first != position + 1:
            raise CursorTooOld
    elif stored != mark:
        raise CursorTooOld
    return position
