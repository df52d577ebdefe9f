"""The named views of a list that an officer finds there: their own, and those shared with all."""

from collections.abc import Sequence

from sqlalchemy import or_, select

from app.extensions import db
from app.models import SavedList


def lists_of(user_id: int, place: str) -> Sequence[SavedList]:
    """Own ones first, in the order in which they were made; among them the nameless one that is the owner's usual."""
    mine = SavedList.user_id == user_id
    statement = select(SavedList).where(SavedList.place == place, or_(mine, SavedList.shared.is_(True)))
    return db.session.scalars(statement.order_by(mine.desc(), SavedList.id)).all()
