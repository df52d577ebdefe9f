"""Options for list filters and form fields: categories, districts, villages and agencies by code."""

from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, Label, literal, select, union_all

from app.core.extensions import db
from app.models import Agency, Category, District, Village


def filter_options(*, agencies: bool = False) -> dict[str, dict[str, str]]:
    """Return {filter name: {code: name}} for categories, districts and, if asked for, agencies, in one query."""
    offered: dict[str, dict[str, str]] = {
        kind: {} for kind in ("kategori", "kecamatan", *(["opd"] if agencies else []))
    }
    for kind, code, name in db.session.execute(_options_asked(agencies)):
        offered[kind][code] = name
    return offered


@cache
def _options_asked(agencies: bool) -> CompoundSelect[Any]:
    sources: dict[str, Any] = {"kategori": Category, "kecamatan": District} | ({"opd": Agency} if agencies else {})
    parts = [select(literal(kind).label("kind"), source.code, _name_of(source)) for kind, source in sources.items()]
    return union_all(*parts).order_by("kind", "name")


def _name_of(source: Any) -> Label[str]:
    return (source.short_name if source is Agency else source.name).label("name")


def villages_by_district() -> dict[str, dict[str, str]]:
    """Return {district name: {village code: village name}}, sorted by name."""
    found: dict[str, dict[str, str]] = {}
    statement = select(District.name, Village.code, Village.name).join(Village.district)
    for district, code, name in db.session.execute(statement.order_by(District.name, Village.name)):
        found.setdefault(district, {})[code] = name
    return found


def categories_in_use() -> list[tuple[str, str, dict[str, str]]]:
    """Return (code, name, {child code: child name}) of each active top-level category, sorted by name.

    An active child of an inactive parent counts as top-level.
    """
    statement = select(Category).where(Category.active.is_(True)).order_by(Category.name)
    rows = db.session.scalars(statement).all()
    below: dict[int | None, dict[str, str]] = {}
    for row in rows:
        below.setdefault(row.parent_id, {})[row.code] = row.name
    known = {row.id for row in rows}
    tops = (row for row in rows if row.parent_id not in known)
    return [(row.code, row.name, below.get(row.id, {})) for row in tops]
