"""Order of the complaint lists and keyset pagination in it.

A page starts at a case rather than at an offset: earlier rows need not be read, and new cases do not shift the pages.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, UnaryExpression, func, select, tuple_, union_all

from app.core.statement_cache import written
from app.fields.definitions import known_fields
from app.fields.filters import OF_FIELD, order_by_field
from app.models import Complaint

_due = Complaint.__table__.c.next_due_at
BY_LIMIT, OLDEST = "batas", "lama"
DOWN = "-"
"""Before the name of a field: the order from the largest value to the smallest."""

Criteria = list[ColumnElement[bool]]


@dataclass(frozen=True)
class Cut:
    """A value object: the case (its id) after which a page of a list begins or, if `backwards`, before which it ends.
    `due_at` is its deadline, needed only for BY_LIMIT.
    """

    id: int
    due_at: datetime | None = None
    backwards: bool = False


def is_by_field(order: str) -> bool:
    """Return whether a list is in the order of one of the office's fields: `field.<code>` or `-field.<code>`."""
    return order.removeprefix(DOWN).startswith(OF_FIELD)


def order_by(
    order: str, key: ColumnElement[int], *, backwards: bool = False, due: ColumnElement[Any] = _due
) -> list[UnaryExpression[Any]]:
    """Return a list of ORDER BY expressions for a list of cases by `order`: newest case first, OLDEST for oldest first,
    BY_LIMIT for earliest deadline first, or by a field (see `is_by_field`), newest first among equal values.

    Cases without a deadline or value come last; `backwards` reverses the order, except that by a field.
    """
    if is_by_field(order):
        one = known_fields()[order.removeprefix(DOWN).removeprefix(OF_FIELD)]
        return [order_by_field(one, order.startswith(DOWN)), key.desc()]
    rising = (order in (BY_LIMIT, OLDEST)) != backwards
    keys = [key.asc() if rising else key.desc()]
    if order != BY_LIMIT:
        return keys
    return [due.desc().nulls_first() if backwards else due.asc().nulls_last(), *keys]


def beyond(cut: Cut, order: str, key: ColumnElement[int]) -> list[ColumnElement[bool]]:
    """Return a list of one or two SQL conditions for the cases after the case `cut` (before it, if `cut` is backwards);
    a case matches exactly one of them.

    Each condition is one contiguous range of the index; two are given in the order in which they follow each other.
    """
    rising = (order in (BY_LIMIT, OLDEST)) != cut.backwards
    further = key > cut.id if rising else key < cut.id
    if order != BY_LIMIT:
        return [further]
    if cut.due_at is None:
        return [_due.is_(None) & further, *([_due.is_not(None)] if cut.backwards else [])]
    place, at = tuple_(_due, key), tuple_(cut.due_at, cut.id)
    return [place < at] if cut.backwards else [place > at, _due.is_(None)]


def in_places(key: ColumnElement[int], criteria: Criteria, order: str, cut: Cut | None, limit: int) -> Select[Any]:
    """Return a statement for (id, place in the list) of the cases that meet the criteria, counted from the case `cut`,
    or from the beginning without it. The caller limits it to a page; `limit` only bounds how many rows are read of each
    range of the index.
    """
    backwards = cut is not None and cut.backwards
    found = select(key.label("id"), _due.label("due")).where(*criteria)
    stretches = beyond(cut, order, key) if cut else []
    if len(stretches) < 2:
        return _placed(found.where(*stretches), order_by(order, key, backwards=backwards), key)
    by = order_by(order, key, backwards=backwards)
    parts = (select(found.where(stretch).order_by(*by).limit(written(limit)).subquery()) for stretch in stretches)
    both = union_all(*parts).subquery("both")
    return _placed(select(both), order_by(order, both.c.id, backwards=backwards, due=both.c.due), both.c.id)


def _placed(found: Select[Any], by: list[UnaryExpression[Any]], key: ColumnElement[int]) -> Select[Any]:
    place = func.row_number().over(order_by=by).label("place")
    return found.with_only_columns(key.label("id"), place).order_by(*by)
