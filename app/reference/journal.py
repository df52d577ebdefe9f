"""The journal of settings, the newest first, with no more of a long list of moves or rows than a page shows.

What the program says of an act and the rows that the act changed are entries of one transaction, and one line here.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, cast, exists, func, inspect, or_, select
from sqlalchemy.dialects.postgresql import JSONPATH

from app.core.extensions import db
from app.models import JournalEntry, User
from app.models.history import ABOUT_PERSONS, ROW_CHANGED

MOVES_SHOWN = 20
ROWS_SHOWN = 20
TELL_THEIR_ROWS = frozenset({"calendar_changed", "limit_changed", "webhook_changed"})
"""Entries of the program that hold old and new values themselves."""


@dataclass
class JournalLine:
    """One entry; `moved` is how many limits it moved, `moves` the first of them."""

    kind: str
    at: datetime
    officer: str
    reason: str
    data: dict[str, Any]
    moved: int
    moves: list[dict[str, Any]]
    change: UUID | None = None
    changed: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)
    """The first of the rows that were changed with it; `changed` is how many there are."""


def journal_size() -> int:
    counted = select(func.count()).select_from(JournalEntry).where(_begins_a_line())
    return db.session.execute(counted).scalar_one()


def _begins_a_line() -> ColumnElement[bool]:
    """What the program says of an act; of rows that only the database speaks of, the first of their transaction."""
    other = JournalEntry.__table__.alias("other")
    says_more = or_(other.c.kind != ROW_CHANGED, other.c.id < JournalEntry.id)
    same = and_(other.c.change == JournalEntry.change, other.c.kind.not_in(ABOUT_PERSONS))
    covered = and_(JournalEntry.kind == ROW_CHANGED, exists(select(1).select_from(other).where(same, says_more)))
    return and_(JournalEntry.kind.not_in(ABOUT_PERSONS), ~covered)


def journal_page(limit: int, offset: int) -> list[JournalLine]:
    """Entries in one statement; a list of a hundred thousand moves stays in the database."""
    path = cast(f"$.moves[0 to {MOVES_SHOWN - 1}]", JSONPATH)
    first_moves = func.jsonb_path_query_array(JournalEntry.data, path)
    statement = (
        select(
            JournalEntry.kind,
            JournalEntry.change,
            JournalEntry.at,
            JournalEntry.reason,
            JournalEntry.data.op("-")("moves").label("data"),
            first_moves.label("moves"),
            User.first_name,
            User.last_name,
        )
        .outerjoin(User, User.id == JournalEntry.officer_id)
        .where(_begins_a_line())
        .order_by(JournalEntry.id.desc())
    )
    lines = [_line(row) for row in db.session.execute(statement.limit(limit).offset(offset))]
    _add_rows(lines)
    return lines


def _add_rows(lines: Iterable[JournalLine]) -> None:
    """The changed rows of each line, the first of them, in one statement."""
    wanted = {line.change for line in lines if line.change is not None and line.kind not in TELL_THEIR_ROWS}
    place = func.row_number().over(partition_by=JournalEntry.change, order_by=JournalEntry.id).label("place")
    total = func.count().over(partition_by=JournalEntry.change).label("total")
    columns = (JournalEntry.change, JournalEntry.data, place, total)
    rows = select(*columns).where(JournalEntry.kind == ROW_CHANGED, JournalEntry.change.in_(wanted)).subquery()
    found: defaultdict[UUID, list[Any]] = defaultdict(list)
    for row in db.session.execute(select(rows).where(rows.c.place <= ROWS_SHOWN).order_by(rows.c.place)):
        found[row.change].append(row)
    for line in lines:
        of_this = found.pop(line.change, []) if line.change is not None and line.change in wanted else []
        line.rows.extend(row.data for row in of_this)
        line.changed = of_this[0].total if of_this else 0


def _line(row: Any) -> JournalLine:
    name = f"{row.first_name or ''} {row.last_name or ''}".strip()
    moves = [{**m, "old": datetime.fromisoformat(m["old"]), "new": datetime.fromisoformat(m["new"])} for m in row.moves]
    return JournalLine(row.kind, row.at, name, row.reason, row.data, row.data.get("moved", 0), moves, row.change)


Values = dict[str, Any] | None


def row_values(item: Any) -> dict[str, Any]:
    """What a row holds, as JSON keeps it."""
    held = {column.key: getattr(item, column.key) for column in inspect(type(item)).column_attrs}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in held.items()}


def journal_change(kind: str, before: Values, after: Values, officer_id: int | None, now: datetime) -> None:
    """Note what the row held before and after (None where it was not there); nothing where nothing changed."""
    if before != after:
        data = {"before": before, "after": after}
        db.session.add(JournalEntry(kind=kind, at=now, officer_id=officer_id, data=data))
