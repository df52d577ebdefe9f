"""The banner of a restored copy that sends nothing yet."""

from datetime import datetime

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from app.access.current_person import may
from app.core.extensions import db
from app.outbound.restore_hold import find_hold


def install(app: Flask) -> None:
    """Make the banner's question known to the templates."""
    app.jinja_env.globals["held_since"] = held_since


def held_since() -> datetime | None:
    """The moment that the restored copy shows, for whoever looks after the program; None where nothing is held."""
    if not may("can_manage", "System"):
        return None
    try:
        hold = find_hold()
    except SQLAlchemyError:
        # The page that says what is wrong with the database must not fail for its banner.
        db.session.rollback()
        return None
    return hold.taken_at if hold else None
