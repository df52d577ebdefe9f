"""Lookup of reference rows by code or name: agencies, categories, districts, villages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, bindparam, literal, select, true
from sqlalchemy.orm import aliased

from app.core.extensions import db
from app.core.request_context import request_context
from app.models import Agency, Category, District, Village
from app.reference.calendar import Texts


def agencies_in_service() -> frozenset[str]:
    """Return the codes of all active agencies, which may be given a complaint, as a frozenset."""
    return frozenset(db.session.scalars(select(Agency.code).where(Agency.active.is_(True))))


@contextmanager
def cached_names() -> Iterator[None]:
    """Context manager: cache the results of `find_named` inside the block, for reading many complaints in a row."""
    context = request_context()
    context.names_found = {}
    try:
        yield
    finally:
        context.names_found = None


@dataclass(frozen=True)
class Named:
    """A value object: the ids of the category, district and village that a complaint names by text.

    None where the complaint names none, or one that is unknown.
    """

    category: int | None
    district: int | None
    village: int | None
    rows: tuple[Any, ...]
    """The ORM rows; holding them keeps them in the session, so that showing the new case needs no further query."""


def find_named(texts: Texts) -> Named:
    """Find the active category, the district and the village by code or name (case-insensitive), in one statement, and
    return their ids as Named, with None for what is not found.

    The village is searched within the district if that is found; otherwise the village determines the district.
    """
    if not any(texts):
        return Named(None, None, None, ())
    known: dict[Texts, Named] | None = request_context().names_found
    if known is not None and texts in known:
        return known[texts]
    wanted = dict(zip(("category", "district", "village"), texts, strict=True))
    for name, text in list(wanted.items()):
        wanted[f"{name}_like"] = text and text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    category, district, village = rows = db.session.execute(_NAMED, wanted).one()
    of_village = village.district_id if village else None
    found = Named(
        category.id if category else None,
        district.id if district else of_village,
        village.id if village else None,
        tuple(rows),
    )
    if known is not None:
        known[texts] = found
    return found


def _named() -> Select[Category, District, Village]:
    in_use = select(Category).where(_called(Category, "category"), Category.active.is_(True))
    by_code = Category.code != bindparam("category", type_=Text)
    category = aliased(Category, in_use.order_by(by_code, Category.id).limit(1).subquery("named_category"))
    districts = select(District).where(_called(District, "district")).order_by(District.id).limit(1)
    district = aliased(District, districts.subquery("named_district"))
    there = district.id.is_(None) | (Village.district_id == district.id)
    villages = select(Village).where(_called(Village, "village"), there).order_by(Village.id).limit(1)
    village = aliased(Village, villages.lateral("named_village"))
    nothing = select(literal(1)).subquery("nothing")
    found = select(category, district, village).select_from(nothing)
    return found.outerjoin(category, true()).outerjoin(district, true()).outerjoin(village, true())


def _called(kind: type[Category | District | Village], name: str) -> ColumnElement[bool]:
    return (kind.code == bindparam(name, type_=Text)) | kind.name.ilike(bindparam(f"{name}_like", type_=Text))


_NAMED = _named()


def find_category(text: str) -> Category | None:
    """Return the active Category row with this code or name (case-insensitive), or None."""
    found: Category | None = find_named((text, None, None)).rows[0]
    return found
