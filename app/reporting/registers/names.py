"""Names of the codes in a register, frozen with it, so that a later renaming does not change the paper."""

from typing import Any

from sqlalchemy import String, cast, literal, select, union_all

from app.access.people import names_of
from app.core.extensions import db
from app.models import Agency, Category, District, Village

Names = dict[str, dict[str, str]]


_NAMES = {
    "agency": (Agency.code, Agency.short_name),
    "category": (Category.code, Category.name),
    "district": (District.code, District.name),
    "village": (Village.code, Village.name),
}
_COLUMNS_OF = {
    "agency": ("agency", "agencies"),
    "category": ("category",),
    "district": ("district",),
    "village": ("village",),
}


def names_in(tables: dict[str, list[dict[str, Any]]]) -> Names:
    """Return a dict from kind (agency, category, district, village, officer) to {code: name} for those that the tables'
    rows mention.
    """
    officers = names_of(_mentioned(tables, ("officer",)))
    found: Names = {kind: {} for kind in _NAMES} | {"officer": {str(key): name for key, name in officers.items()}}
    wanted = {kind: _mentioned(tables, columns) for kind, columns in _COLUMNS_OF.items()}
    every = (select(literal(kind), cast(code, String), cast(name, String)) for kind, (code, name) in _NAMES.items())
    for kind, code, name in db.session.execute(union_all(*every)):
        if code in wanted[kind]:
            found[kind][code] = name
    return found


def _mentioned(tables: dict[str, list[dict[str, Any]]], columns: tuple[str, ...]) -> set[Any]:
    found: set[Any] = set()
    for row in (row for rows in tables.values() for row in rows):
        for value in (row[column] for column in columns if row.get(column)):
            found |= set(value) if isinstance(value, list) else {value}
    return found
