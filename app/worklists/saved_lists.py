"""Saved views of a list: an officer's own and shared ones."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from app.core.extensions import db
from app.core.statement_cache import READER
from app.core.transaction import one_transaction
from app.models import SavedList


def lists_of(user_id: int, place: str) -> Sequence[SavedList]:
    """Return the saved views (SavedList rows) of a list (`place`) that an officer may use: own ones first, then those
    shared by others.

    An own view with an empty name is the officer's default.
    """
    return db.session.scalars(_LISTS, {"reader": user_id, "place": place}).all()


_MINE = SavedList.user_id == READER
_LISTS = (
    select(SavedList)
    .where(SavedList.place == bindparam("place"), or_(_MINE, SavedList.shared.is_(True)))
    .order_by(_MINE.desc(), SavedList.id)
)


LONGEST_NAME = 60


LONGEST_ADDRESS = 2000


MOST = 20
"""Most named views an officer may save in one place."""


class ListFault(StrEnum):
    """An enum of the reasons why a view of a list cannot be saved; `ListRefused.fault` holds one of them."""

    NAMELESS = "nameless"
    TOO_LONG = "too_long"
    ADDRESS_TOO_LONG = "address_too_long"
    TOO_MANY = "too_many"


class ListRefused(Exception):
    """Raised for a view of a list that cannot be saved; `fault` is the reason, a ListFault."""

    def __init__(self, fault: ListFault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def save_list(user_id: int, place: str, name: str, address: str, shared: bool, now: datetime) -> None:
    """Save an officer's view of a list under its name, replacing an earlier view of that name, and commit. Raises
    ListRefused for an empty name, a name over 60 or an address over 2,000 characters, or more than 20 views of the
    list.
    """
    name = " ".join(name.split())
    if not name:
        raise ListRefused(ListFault.NAMELESS)
    if len(name) > LONGEST_NAME:
        raise ListRefused(ListFault.TOO_LONG)
    with one_transaction():
        others = (SavedList.user_id == user_id, SavedList.place == place, SavedList.name.not_in(("", name)))
        if db.session.scalars(select(func.count()).select_from(SavedList).where(*others)).one() >= MOST:
            raise ListRefused(ListFault.TOO_MANY)
        _put(user_id, place, name, address, shared, now)


def save_default_view(user_id: int, place: str, address: str, now: datetime) -> None:
    """Save the officer's default view of a list (an address), or delete it if `address` is empty, and commit. Raises
    ListRefused for an address over 2,000 characters.
    """
    with one_transaction():
        if address:
            _put(user_id, place, "", address, False, now)
        else:
            own = (SavedList.user_id == user_id, SavedList.place == place, SavedList.name == "")
            db.session.execute(delete(SavedList).where(*own))


def remove_list(user_id: int, list_id: int) -> str | None:
    """Delete one of the officer's own named views, commit and return its name; None if the officer has no such view."""
    with one_transaction():
        own = (SavedList.id == list_id, SavedList.user_id == user_id, SavedList.name != "")
        return db.session.scalars(delete(SavedList).where(*own).returning(SavedList.name)).first()


def _put(user_id: int, place: str, name: str, address: str, shared: bool, now: datetime) -> None:
    if len(address) > LONGEST_ADDRESS:
        raise ListRefused(ListFault.ADDRESS_TOO_LONG)
    row = {"user_id": user_id, "place": place, "name": name, "address": address, "shared": shared, "created_at": now}
    statement = insert(SavedList.__table__).values(row)
    changed = {"address": address, "shared": shared}
    db.session.execute(statement.on_conflict_do_update(constraint="uq_saved_list_user_place_name", set_=changed))
