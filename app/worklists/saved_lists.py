"""The named views of a list that an officer finds there: their own, and those shared with all."""

from collections.abc import Sequence

from sqlalchemy import bindparam, or_, select

from app.core.extensions import db
from app.core.statement_cache import READER
from app.models import SavedList


def lists_of(user_id: int, place: str) -> Sequence[SavedList]:
    """Own ones first, in the order in which they were made; among them the nameless one that is the owner's usual."""
    return db.session.scalars(_LISTS, {"reader": user_id, "place": place}).all()


_MINE = SavedList.user_id == READER
_LISTS = (
    select(SavedList)
    .where(SavedList.place == bindparam("place"), or_(_MINE, SavedList.shared.is_(True)))
    .order_by(_MINE.desc(), SavedList.id)
)
