"""Options for list filters and form fields: categories, districts, villages and agencies by code."""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, literal, select, union_all
from sqlalchemy.orm import contains_eager

from app.access.people import agency_officers
from app.core.extensions import db
from app.models import Agency, Category, District, OfficerProfile, User, Village
from app.reference.agencies import below


def filter_options(*, agencies: bool = False) -> dict[str, dict[str, str]]:
    """Return a dict from filter name to {code: name} for `kategori`, `kecamatan` and, with `agencies`, also `opd`,
    sorted by name; read in one query.
    """
    offered: dict[str, dict[str, str]] = {
        kind: {} for kind in ("kategori", "kecamatan", *(["opd"] if agencies else []))
    }
    for kind, code, name in db.session.execute(_options_asked(agencies)):
        offered[kind][code] = name
    return offered


@cache
def _options_asked(agencies: bool) -> CompoundSelect[Any]:
    columns: list[tuple[str, Any, Any]] = [
        ("kategori", Category.code, Category.name),
        ("kecamatan", District.code, District.name),
    ]
    if agencies:
        columns.append(("opd", Agency.code, Agency.short_name))
    parts = [select(literal(kind).label("kind"), code, name.label("name")) for kind, code, name in columns]
    return union_all(*parts).order_by("kind", "name")


def villages_by_district() -> dict[str, dict[str, str]]:
    """Return a dict from district name to {village code: village name}, both sorted by name; districts without villages
    are left out.
    """
    found: dict[str, dict[str, str]] = {}
    statement = select(District.name, Village.code, Village.name).join(Village.district)
    for district, code, name in db.session.execute(statement.order_by(District.name, Village.name)):
        found.setdefault(district, {})[code] = name
    return found


def categories_in_use() -> list[tuple[str, str, dict[str, str]]]:
    """Return a list of (code, name, {child code: child name}) for the active top-level categories, sorted by name.

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


def agency_choices(present: str | None) -> Sequence[Agency]:
    """Return a sequence of the active Agency rows and, even if inactive, the agency with the code `present`, sorted by
    name.
    """
    statement = select(Agency).where(Agency.active.is_(True) | (Agency.code == present))
    return db.session.scalars(statement.order_by(Agency.name)).all()


def parent_agency_choices(agency: Agency | None) -> Sequence[Agency]:
    """Return a sequence of the Agency rows that may become the parent of an agency (None: of a new one), sorted by
    name.

    These are the active ones and its present parent, without the agency itself and those below it.
    """
    possible: ColumnElement[bool] = Agency.active.is_(True)
    if agency is not None:
        possible = (possible | (Agency.id == agency.parent_id)) & Agency.id.not_in(below(agency))
    return db.session.scalars(select(Agency).where(possible).order_by(Agency.name)).all()


def parent_category_choices(category: Category | None) -> Sequence[Category]:
    """Return a sequence of the top-level Category rows without the given one, sorted by name."""
    statement = select(Category).where(Category.parent_id.is_(None)).order_by(Category.name)
    if category is not None:
        statement = statement.where(Category.id != category.id)
    return db.session.scalars(statement).all()


def new_officer_choices() -> Sequence[User]:
    """Return a sequence of the User rows (user accounts) without an officer profile, sorted by first name."""
    free = User.id.not_in(select(OfficerProfile.user_id))
    return db.session.scalars(select(User).where(free).order_by(User.first_name, User.id)).all()


def unit_officer_choices(agency: str | None) -> Sequence[User]:
    """Return a sequence of the active User rows that see the cases of an agency or (None) of any, by first name."""
    return db.session.scalars(
        select(User).where(User.id.in_(agency_officers(agency))).order_by(User.first_name, User.id)
    ).all()


def officer_choices(present: Collection[int]) -> Sequence[OfficerProfile]:
    """Return a sequence of the OfficerProfile rows of officers with an active user account, sorted by first name.

    Officers with the user ids `present` are included even if inactive.
    """
    offered = User.active.is_(True) | User.id.in_(present)
    statement = select(OfficerProfile).join(OfficerProfile.user).options(contains_eager(OfficerProfile.user))
    return db.session.scalars(statement.where(offered).order_by(User.first_name, User.id)).all()
