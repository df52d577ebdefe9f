"""The change feed as its readers see it: a page of numbered changes after a cursor that only we can read."""

import base64
import binascii
from dataclasses import dataclass

from sqlalchemy import func, select

from app.core.extensions import db
from app.core.identifiers import LARGEST_ID
from app.models import SyncChange


class CursorUnreadable(Exception):
    """Not a cursor of ours."""


class CursorTooOld(Exception):
    """The changes after this cursor are no longer held, or are other ones than those it was given among."""


@dataclass(frozen=True)
class FeedPage:
    """Changes in order, the cursor to go on with, and whether more are waiting already."""

    changes: list[SyncChange]
    next: str
    more: bool


def read_changes(after: str, limit: int) -> FeedPage:
    """Up to `limit` changes after a cursor ("" is the beginning); raises CursorUnreadable and CursorTooOld."""
    position = _position_of(after) if after else 0
    rows = changes_after(position, limit + 1)
    kept = rows[:limit]
    return FeedPage(kept, _cursor(kept[-1]) if kept else after, len(rows) > limit)


def changes_after(position: int, limit: int) -> list[SyncChange]:
    """Numbered changes after a place, in order: for readers in the house, who keep the place itself."""
    later = select(SyncChange).where(SyncChange.position > position).order_by(SyncChange.position)
    return list(db.session.scalars(later.limit(limit)))


def _cursor(row: SyncChange) -> str:
    return base64.urlsafe_b64encode(f"{row.position}.{row.mark}".encode()).decode().rstrip("=")


def _position_of(cursor: str) -> int:
    position, mark = _read(cursor)
    held = db.session.execute(select(SyncChange.mark).where(SyncChange.position == position)).scalar_one_or_none()
    if held is not None:
        if held != mark:
            raise CursorTooOld
        return position
    first = db.session.execute(select(func.min(SyncChange.position))).scalar_one()
    if first is None or first != position + 1:
        raise CursorTooOld
    return position


def _read(cursor: str) -> tuple[int, str]:
    try:
        text = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)).decode("ascii")
    except (UnicodeError, binascii.Error, ValueError) as error:
        raise CursorUnreadable from error
    digits, _, mark = text.partition(".")
    if not (digits.isdigit() and mark and len(digits) < 20) or int(digits) > LARGEST_ID:
        raise CursorUnreadable
    return int(digits), mark
