"""The working calendar as it was at an earlier instant, rebuilt by undoing the journal's later changes."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.core.extensions import db
from app.models import Holiday, JournalEntry, WorkingWeek
from app.models.reference import WEEKDAYS
from app.reference.calendar import calendar_data

Rows = dict[str, dict[int, dict[str, Any]]]
_COLUMNS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "holiday": (Holiday, ("day", "name", "kind")),
    "working_week": (WorkingWeek, ("name", "starts_on", "ends_on", *WEEKDAYS)),
}


def changes_since(at: datetime) -> list[dict[str, Any]]:
    """Return every calendar change after an aware UTC instant, oldest first, as dicts of `at`, `reason` and `rows`."""
    wanted = (JournalEntry.kind == "calendar_changed", JournalEntry.at > at)
    statement = select(JournalEntry.at, JournalEntry.reason, JournalEntry.data["rows"].label("rows")).where(*wanted)
    found = db.session.execute(statement.order_by(JournalEntry.id))
    return [{"at": row.at, "reason": row.reason, "rows": row.rows} for row in found]


def calendar_at(at: datetime, changes: list[dict[str, Any]]) -> dict[str, object]:
    """Return the calendar in force at an aware UTC instant, as the dictionary that `WorkingCalendar.from_dict` takes.

    `changes` must contain every change from `at` until now (see `changes_since`).
    """
    rows = {table: _held(table) for table in _COLUMNS}
    for change in reversed([change for change in changes if change["at"] > at]):
        for row in reversed(change["rows"]):
            _undo(rows[row["table"]], row)
    weeks = [_week(row) for _, row in sorted(rows["working_week"].items())]
    days = sorted(([row["day"], row["name"]] for row in rows["holiday"].values()), key=lambda pair: pair[0])
    return calendar_data(json.dumps([weeks, days]))


def _held(table: str) -> dict[int, dict[str, Any]]:
    model, names = _COLUMNS[table]
    return {row.id: {name: _plain(getattr(row, name)) for name in names} for row in db.session.scalars(select(model))}


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _undo(rows: dict[int, dict[str, Any]], change: dict[str, Any]) -> None:
    """Undo one journalled change in `rows`.

    An added row is removed by content, since the journal has no key for it; a changed or deleted one is restored.
    """
    if change["before"] is None:
        same = [key for key, row in rows.items() if row == change["after"]]
        for key in same[-1:]:
            del rows[key]
    else:
        rows[change["key"]] = change["before"]


def _week(row: dict[str, Any]) -> list[Any]:
    return [row["starts_on"], row["ends_on"], {day: row[day] for day in WEEKDAYS}]
