"""Statements that most requests send are built once for each kind of reader: to build one costs more than to run it."""

from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from sqlalchemy import BindParameter, ColumnElement, DateTime, Integer, bindparam, literal

from workflow_rules.actors import Person

Moment = datetime | BindParameter[datetime]
NOW: BindParameter[datetime] = bindparam("now", type_=DateTime(timezone=True))
READER: BindParameter[int] = bindparam("reader", type_=Integer)
MOST_KEPT = 300
"""Offices times agencies, and some for stand-ins and for other orders of a list."""

kept = lru_cache(MOST_KEPT)


def kind_of(person: Person) -> Person:
    """Who holds the same offices reads by the same statement; what is one reader's own stands in `READER`."""
    return replace(person, id=None, name="")


def as_moment(now: Moment) -> ColumnElement[datetime]:
    """A moment as part of a statement, whether it is known by now or is told when the statement is sent."""
    return now if isinstance(now, BindParameter) else literal(now)
