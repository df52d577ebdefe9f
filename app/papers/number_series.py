"""Running numbers without gaps or doubles: the counter row stays locked until the transaction that uses it commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import CTE, Integer, ScalarSelect, Select, Text, bindparam, func, literal, select, true
from sqlalchemy.dialects.postgresql import ARRAY, insert

from app.core.extensions import db
from app.models import NumberCounter


@dataclass(frozen=True)
class Drawn:
    """A running number, and new keys of rows that are written with it."""

    number: int
    keys: tuple[int, ...]


def next_number(series: str, year: int) -> int:
    """The next number of a series in a year; a rollback gives it back."""
    return draw(series, year, 1)[1][0].number


def draw(
    series: str, year: int, count: int, tables: tuple[str, ...] = (), beside: Select[*tuple[Any, ...]] | None = None
) -> tuple[Sequence[Any], list[Drawn]]:
    """So many numbers that follow each other, each with a new key of every table: known before writing, so that rows
    may be sent without waiting for what the database calls them; and the one row of what is read beside them, before
    the counter is waited for.
    """
    asked = {"number_series": series, "number_year": year, "number_count": count, "number_places": [*range(count)]}
    *found, last, keys = db.session.execute(_drawing(tables, beside), asked).one()
    first = int(last) - count + 1
    return found, [Drawn(first + place, tuple(keys)) for place, keys in enumerate(keys)]


@cache
def _drawing(tables: tuple[str, ...], beside: Select[*tuple[Any, ...]] | None) -> Select[Any]:
    drawn = _raised(tables)
    if beside is None:
        return select(drawn)
    return beside.add_columns(*drawn.c).join(drawn, true())


def _raised(tables: tuple[str, ...]) -> CTE:
    """The counter after it was raised, and the keys."""
    counter = NumberCounter.__table__
    count = bindparam("number_count", type_=Integer)
    first = select(bindparam("number_series", type_=Text), bindparam("number_year", type_=Integer), count)
    new = insert(counter).from_select(["series", "year", "last"], first)
    raised = new.on_conflict_do_update(
        index_elements=[counter.c.series, counter.c.year], set_={"last": counter.c.last + new.excluded.last}
    )
    return raised.returning(counter.c.last, _keys(tables).label("keys")).cte("drawn")


def _keys(tables: tuple[str, ...]) -> ScalarSelect[Any]:
    each = func.unnest(bindparam("number_places", type_=ARRAY(Integer))).table_valued("n")
    keys = [func.nextval(func.pg_get_serial_sequence(literal(table), literal("id"))) for table in tables]
    return select(func.json_agg(func.json_build_array(*keys))).select_from(each).scalar_subquery()
