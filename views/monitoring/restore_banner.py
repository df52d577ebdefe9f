"""The banner of a restored copy that does not send yet."""

from datetime import datetime

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from app.access.current_person import may
from app.core.extensions import db
from app.outbound.restore_hold import find_hold


def install(app: Flask) -> None:
    """Register the banner's template function."""
    app.jinja_env.globals["held_since"] = held_since


def held_since() -> datetime | None:
    """Return the time (aware UTC datetime) of the restored backup, or None if nothing is held.

    None also for users who do not manage the system and if the database fails.
    """
    if not may("can_manage", "System"):
        return None
    try:
        hold = find_hold()
    except SQLAlchemyError:
        # The health page must be shown even if the query for the banner fails.
        db.session.rollback()
        return None
    return hold.taken_at if hold else None
