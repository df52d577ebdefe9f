"""The hold that keeps a restored copy of the database from sending anything."""

from sqlalchemy import ColumnElement, exists, select

from app.core.extensions import db
from app.models import SendingHold


def not_held() -> ColumnElement[bool]:
    """Return an SQL criterion that is false while sending is on hold in a restored copy; it belongs into the statement
    that claims a message.
    """
    return ~exists(select(SendingHold.id))


def find_hold() -> SendingHold | None:
    """Return the SendingHold row that keeps this restored copy from sending, or None if this database may send."""
    return db.session.scalars(select(SendingHold)).first()


def is_held() -> bool:
    """Return whether this database is a restored copy that may not send yet."""
    return find_hold() is not None
