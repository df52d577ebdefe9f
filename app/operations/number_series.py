"""Running numbers without gaps or doubles: the counter row stays locked until the transaction that uses it commits."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ScalarSelect, func, literal, select
from sqlalchemy.dialects.postgresql import insert

from app.extensions import db
from app.models import NumberCounter


@dataclass(frozen=True)
class Drawn:
    """A running number, and new keys of rows that are written with it."""

    number: int
    keys: tuple[int, ...]


def next_number(series: str, year: int) -> int:
    """The next number of a series in a year; a rollback gives it back."""
    return next_numbers(series, year, 1)[0].number


def next_numbers(series: str, year: int, count: int, *tables: str) -> list[Drawn]:
    """So many numbers that follow each other, each with a new key of every table: known before writing, so that rows
    may be sent without waiting for what the database calls them.
    """
    counter = NumberCounter.__table__
    statement = insert(counter).values(series=series, year=year, last=count)
    raised = statement.on_conflict_do_update(
        index_elements=[counter.c.series, counter.c.year], set_={"last": counter.c.last + count}
    )
    drawn = db.session.execute(raised.returning(counter.c.last, _keys(count, tables))).one()
    first = int(drawn[0]) - count + 1
    return [Drawn(first + place, tuple(keys)) for place, keys in enumerate(drawn[1])]


def _keys(count: int, tables: tuple[str, ...]) -> ScalarSelect[Any]:
    each = func.generate_series(1, count).table_valued("n")
    keys = [func.nextval(func.pg_get_serial_sequence(literal(table), literal("id"))) for table in tables]
    return select(func.json_agg(func.json_build_array(*keys))).select_from(each).scalar_subquery()
