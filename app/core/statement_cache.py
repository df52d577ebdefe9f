"""Statements that most requests send are built once for each kind of reader: to build one costs more than to run it."""

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
"""Offices, some of them together, and some orders and filters of a list; a statement takes a tenth of a megabyte."""

kept = lru_cache(MOST_KEPT)
# Longer than the names that SQLAlchemy gives to values of a column `agency`.
ASKING, IN_SIGHT = "asking_agency_", "sight_agency_"
"""For whom something is asked, and who asks: each with places of their own for agencies, should they ever differ."""


def kind_of(person: Person, role: str = ASKING) -> Person:
    """Who holds the same offices reads by the same statement, at whichever agencies: these are told when it is sent, by
    `values_of`, as is the `READER`.
    """
    places = {code: place for place, code in values_of(person, role).items()}
    offices = {(c.actor, places[c.agency] if c.agency else "") for c in person.capacities}
    held = tuple(Capacity(actor, place or None) for actor, place in sorted(offices))
    return replace(person, id=None, name="", capacities=held)


def values_of(person: Person, role: str = ASKING) -> dict[str, str]:
    """What stands in a person's kind for their agencies."""
    return {f"{role}{n}": code for n, code in enumerate(sorted(person.agencies))}


def as_agency(code: str) -> ColumnElement[str]:
    """An agency's code as part of a statement, known by now or told when the statement is sent."""
    return bindparam(code, type_=String) if code.startswith((ASKING, IN_SIGHT)) else literal(code)


def as_moment(now: Moment) -> ColumnElement[datetime]:
    """A moment as part of a statement, whether it is known by now or is told when the statement is sent."""
    return now if isinstance(now, BindParameter) else literal(now)


def counted(rows: Select[Any], at_most: int | None = None) -> ScalarSelect[int]:
    """How many rows there are, as part of another query; no more than `at_most` are looked at."""
    if at_most is not None:
        rows = rows.limit(written(at_most))
    return select(func.count()).select_from(rows.correlate(None).subquery()).scalar_subquery()


def written(number: int) -> ColumnElement[int]:
    """A limit that is not a value beside the statement: a kept plan would reckon with a tenth of all there are."""
    return literal(number, literal_execute=True)
