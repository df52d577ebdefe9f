"""Whether this database is a restored copy that sends nothing yet."""

from sqlalchemy import ColumnElement, exists, select

from app.core.extensions import db
from app.models import SendingHold


def not_held() -> ColumnElement[bool]:
    """True unless this is a restored copy; it stands in the very statement that takes the right to send."""
    return ~exists(select(SendingHold.id))


def find_hold() -> SendingHold | None:
    """The hold, or None for a database that may send."""
    return db.session.scalars(select(SendingHold)).first()


def is_held() -> bool:
    """Whether nothing may leave."""
    return find_hold() is not None
