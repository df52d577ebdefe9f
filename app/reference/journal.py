"""The journal of settings, newest first, one line per change.

A line joins the journal entry of an action with the `row_changed` entries of the same transaction, which the database
writes.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, cast, exists, func, inspect, or_, select
from sqlalchemy.dialects.postgresql import JSONPATH

from app.core.extensions import db
from app.models import JournalEntry, Permission, PermissionView, RoleGrant, User, ViewMenu
from app.models.history import ABOUT_PERSONS, ROW_CHANGED

MOVES_SHOWN = 20
ROWS_SHOWN = 20
WITH_VALUES = frozenset({"calendar_changed", "limit_changed", "webhook_changed"})
"""Kinds of entry that already hold old and new values, so that their row changes are not shown."""


@dataclass
class JournalLine:
    """A value object: a line of the settings journal, which says what was changed, when (aware UTC) and by whom
    (`officer`, "" for the system).

    `moved` is how many deadlines the change moved, `moves` the first 20 of them. `change` is the id of the transaction.
    """

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
    """The first 20 rows changed in the same transaction; `changed` is their total."""


def journal_size() -> int:
    counted = select(func.count()).select_from(JournalEntry).where(_begins_a_line())
    return db.session.execute(counted).scalar_one()


def _begins_a_line() -> ColumnElement[bool]:
    """Return the SQL criterion for journal entries that start a line of the journal.

    These are the program's entries, and the first row change of a transaction without such an entry. Entries about
    persons are excluded.
    """
    other = JournalEntry.__table__.alias("other")
    says_more = or_(other.c.kind != ROW_CHANGED, other.c.id < JournalEntry.id)
    same = and_(other.c.change == JournalEntry.change, other.c.kind.not_in(ABOUT_PERSONS))
    covered = and_(JournalEntry.kind == ROW_CHANGED, exists(select(1).select_from(other).where(same, says_more)))
    return and_(JournalEntry.kind.not_in(ABOUT_PERSONS), ~covered)


def journal_page(limit: int, offset: int) -> list[JournalLine]:
    """Return a list of JournalLine, one page of the settings journal, newest first, with at most 20 moves and 20
    changed rows each.

    Moves and rows are cut in SQL, since one change may move a hundred thousand deadlines.
    """
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
    lines = []
    for row in db.session.execute(statement.limit(limit).offset(offset)):
        name = f"{row.first_name or ''} {row.last_name or ''}".strip()
        moves = [
            {**move, "old": datetime.fromisoformat(move["old"]), "new": datetime.fromisoformat(move["new"])}
            for move in row.moves
        ]
        moved = row.data.get("moved", 0)
        lines.append(JournalLine(row.kind, row.at, name, row.reason, row.data, moved, moves, row.change))
    _add_rows(lines)
    return lines


def _add_rows(lines: Iterable[JournalLine]) -> None:
    """Fill `rows` (the first 20) and `changed` (their number) of each journal line, by one statement for all lines."""
    wanted = {line.change for line in lines if line.change is not None and line.kind not in WITH_VALUES}
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


def names_by_id(model: Any, ids: Collection[int], column: str = "name") -> dict[int, str]:
    """Return a dict from id to the text of a column, for the rows of a model with these ids;
    unknown ids are left out.
    """
    statement = select(model.id, getattr(model, column)).where(model.id.in_(ids))
    return {key: str(text) for key, text in db.session.execute(statement)}


def permission_names(ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Return a dict from id to (permission, view), for the `PermissionView` rows with these ids; unknown ids are left
    out.
    """
    statement = select(PermissionView.id, Permission.name, ViewMenu.name).where(PermissionView.id.in_(ids))
    found = db.session.execute(statement.join(PermissionView.permission).join(PermissionView.view_menu))
    return {key: (name, view) for key, name, view in found}


def granted_permissions(ids: Collection[int]) -> dict[int, tuple[str, tuple[str, str]]]:
    """Return a dict from id to (role, (permission, view)), for the `RoleGrant` rows with these ids that still exist."""
    columns = (RoleGrant.id, RoleGrant.role, RoleGrant.permission, RoleGrant.view)
    found = db.session.execute(select(*columns).where(RoleGrant.id.in_(ids)))
    return {key: (role, (permission, view)) for key, role, permission, view in found}


Values = dict[str, Any] | None


def row_values(item: Any) -> dict[str, Any]:
    """Return a dict of all columns of an ORM row, the id included, as JSON-compatible values; dates and instants become
    ISO text.
    """
    held = {column.key: getattr(item, column.key) for column in inspect(type(item)).column_attrs}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in held.items()}


def journal_change(kind: str, before: Values, after: Values, officer_id: int | None, now: datetime) -> None:
    """Add a journal entry with the values of a row before and after a change, without commit.

    Nothing is added when they are equal. `before` is None for a new row, `after` None for a deleted one; `officer_id`
    None means the system.
    """
    if before != after:
        data = {"before": before, "after": after}
        db.session.add(JournalEntry(kind=kind, at=now, officer_id=officer_id, data=data))
