"""Running numbers without gaps or doubles: the counter row stays locked until the transaction that uses it commits."""

from sqlalchemy.dialects.postgresql import insert

from app.extensions import db
from app.models import NumberCounter


def next_number(series: str, year: int) -> int:
    """The next number of a series in a year; a rollback gives it back."""
    counter = NumberCounter.__table__
    statement = insert(counter).values(series=series, year=year, last=1)
    raised = statement.on_conflict_do_update(
        index_elements=[counter.c.series, counter.c.year], set_={"last": counter.c.last + 1}
    )
    return int(db.session.execute(raised.returning(counter.c.last)).scalar_one())
