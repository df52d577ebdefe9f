"""Running numbers without gaps or doubles: the counter row stays locked until the transaction that uses it commits."""

from sqlalchemy import func, literal, select
from sqlalchemy.dialects.postgresql import insert

from app.extensions import db
from app.models import NumberCounter


def next_number(series: str, year: int) -> int:
    """The next number of a series in a year; a rollback gives it back."""
    return next_numbers(series, year, 1)[0]


def next_numbers(series: str, year: int, count: int) -> range:
    """So many numbers that follow each other."""
    counter = NumberCounter.__table__
    statement = insert(counter).values(series=series, year=year, last=count)
    raised = statement.on_conflict_do_update(
        index_elements=[counter.c.series, counter.c.year], set_={"last": counter.c.last + count}
    )
    last = int(db.session.execute(raised.returning(counter.c.last)).scalar_one())
    return range(last - count + 1, last + 1)


def next_keys(count: int, *tables: str) -> list[tuple[int, ...]]:
    """So many rows of new keys, one for each table: known before writing, so that rows may be sent without waiting for
    what the database calls them.
    """
    each = func.generate_series(1, count).table_valued("n")
    keys = (func.nextval(func.pg_get_serial_sequence(literal(table), literal("id"))) for table in tables)
    return [tuple(row) for row in db.session.execute(select(*keys).select_from(each))]
