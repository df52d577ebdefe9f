"""Cache of built SQL statements, one for each kind of reader, since building one costs more than running it."""

from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    DateTime,
    Integer,
    ScalarSelect,
    Select,
    String,
    bindparam,
    func,
    literal,
    select,
)

from workflow_rules.process.actors import Capacity, Person

Moment = datetime | BindParameter[datetime]
NOW: BindParameter[datetime] = bindparam("now", type_=DateTime(timezone=True))
READER: BindParameter[int] = bindparam("reader", type_=Integer)
MOST_KEPT = 60
"""Maximum cached statements: combinations of roles, filters and orders. Each takes about 0.1 MB."""

kept = lru_cache(MOST_KEPT)
# Must not clash with the names that SQLAlchemy gives to the parameters of a column `agency`.
ASKING, IN_SIGHT = "asking_agency_", "sight_agency_"
"""Prefixes of the parameters for agency codes: of the person whose query it is, and of the person to whose cases the
session filter restricts the rows. They are separate because the two persons may differ.
"""


def kind_of(person: Person, role: str = ASKING) -> Person:
    """Return a copy of the Person reduced to a cache key: people with the same roles and agency pattern share one
    statement.

    Agency codes are replaced by parameter names that begin with `role` (`values_of` returns their values); the user id
    is the parameter `READER`.
    """
    places = {code: place for place, code in values_of(person, role).items()}

    def reduced(held: tuple[Capacity, ...]) -> tuple[Capacity, ...]:
        offices = {(c.actor, places[c.agency] if c.agency else "") for c in held}
        return tuple(Capacity(actor, place or None) for actor, place in sorted(offices))

    return replace(person, id=None, name="", capacities=reduced(person.capacities), reads=reduced(person.reads))


def values_of(person: Person, role: str = ASKING) -> dict[str, str]:
    """Return a dict of parameter name to agency code: the bind parameters of a statement built for `kind_of(person,
    role)`; empty for a person without an agency.
    """
    return {f"{role}{n}": code for n, code in enumerate(sorted(person.agencies))}


def as_agency(code: str) -> ColumnElement[str]:
    """Return an SQL expression of an agency code: a bind parameter for a name from `kind_of`, otherwise a literal."""
    return bindparam(code, type_=String) if code.startswith((ASKING, IN_SIGHT)) else literal(code)


def as_moment(now: Moment) -> ColumnElement[datetime]:
    """Return an SQL expression of a datetime: the bind parameter if one is passed in, otherwise a literal."""
    return now if isinstance(now, BindParameter) else literal(now)


def counted(rows: Select[Any], at_most: int | None = None) -> ScalarSelect[int]:
    """Return a scalar subquery that counts the rows of a statement; counting stops at `at_most` rows (None: all are
    counted).
    """
    if at_most is not None:
        rows = rows.limit(written(at_most))
    return select(func.count()).select_from(rows.correlate(None).subquery()).scalar_subquery()


def written(number: int) -> ColumnElement[int]:
    """Return an SQL expression that is rendered as the number itself, for LIMIT: with a bind parameter a generic plan
    would assume a tenth of all rows.
    """
    return literal(number, literal_execute=True)
