"""Gapless running numbers. The counter row stays locked until the transaction that uses it commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, Text, bindparam, func, literal, select, true
from sqlalchemy.dialects.postgresql import ARRAY, insert

from app.core.extensions import db
from app.models import NumberCounter


@dataclass(frozen=True)
class Drawn:
    """A value object: a running number, with one new primary key for each table in which the caller writes a row that
    has this number (`keys`, in the order of the tables).
    """

    number: int
    keys: tuple[int, ...]


def next_number(series: str, year: int) -> int:
    """Take the next running number of a series in a year and return it as int, from 1. The counter is locked until the
    transaction ends; a rollback returns the number to the series.
    """
    return draw(series, year, 1)[1][0].number


def draw(
    series: str, year: int, count: int, tables: tuple[str, ...] = (), beside: Select[*tuple[Any, ...]] | None = None
) -> tuple[Sequence[Any], list[Drawn]]:
    """Take `count` consecutive numbers of a series in a year; return (the row that `beside` selects, list of Drawn).
    Each Drawn has a new primary key for every table of `tables`; the row is empty without `beside`.

    The keys are known before writing, so that inserts need no RETURNING; `beside` is read before the counter lock is
    waited for.
    """
    asked = {"number_series": series, "number_year": year, "number_count": count, "number_places": [*range(count)]}
    *found, last, keys = db.session.execute(_drawing(tables, beside), asked).one()
    first = int(last) - count + 1
    return found, [Drawn(first + place, tuple(keys)) for place, keys in enumerate(keys)]


@cache
def _drawing(tables: tuple[str, ...], beside: Select[*tuple[Any, ...]] | None) -> Select[Any]:
    """Return the SELECT statement that raises the counter of a series and selects the columns of `beside`, the last
    number taken and the new keys.
    """
    counter = NumberCounter.__table__
    count = bindparam("number_count", type_=Integer)
    first = select(bindparam("number_series", type_=Text), bindparam("number_year", type_=Integer), count)
    new = insert(counter).from_select(["series", "year", "last"], first)
    raised = new.on_conflict_do_update(
        index_elements=[counter.c.series, counter.c.year], set_={"last": counter.c.last + new.excluded.last}
    )
    each = func.unnest(bindparam("number_places", type_=ARRAY(Integer))).table_valued("n")
    next_keys = [func.nextval(func.pg_get_serial_sequence(literal(table), literal("id"))) for table in tables]
    keys = select(func.json_agg(func.json_build_array(*next_keys))).select_from(each).scalar_subquery()
    drawn = raised.returning(counter.c.last, keys.label("keys")).cte("drawn")
    if beside is None:
        return select(drawn)
    return beside.add_columns(*drawn.c).join(drawn, true())
