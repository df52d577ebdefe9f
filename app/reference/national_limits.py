"""The time limits of the national system, read from their table."""

from datetime import date
from typing import Any

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from app.core.extensions import db
from app.models import NationalLimitRow
from workflow_rules.time.national_clock import NationalClass, NationalLimit, NationalStage

_COLUMNS = ("stage", "days", "source", "valid_from", "of_class")


def limit_rows() -> ScalarSelect[Any]:
    """Return a scalar subquery for all national limits as a JSON array, to embed in other statements.

    `limits_with` converts its value.
    """
    row = func.json_build_array(*(getattr(NationalLimitRow, name) for name in _COLUMNS))
    return select(func.json_agg(aggregate_order_by(row, NationalLimitRow.id))).scalar_subquery()


def limits_with(rows: list[Any] | None) -> tuple[NationalLimit, ...]:
    """Return a tuple of NationalLimit (in working days) from the JSON value that `limit_rows` selects; () for None."""
    return tuple(
        NationalLimit(
            NationalStage(stage),
            days,
            source,
            date.fromisoformat(valid_from),
            NationalClass(of_class) if of_class else None,
        )
        for stage, days, source, valid_from, of_class in rows or ()
    )


def load_national_limits() -> tuple[NationalLimit, ...]:
    """Read all national limits of the table and return them as a tuple of NationalLimit (in working days), whatever
    date they apply from.
    """
    return limits_with(db.session.scalars(select(limit_rows())).one())
