"""The working calendar as it was at an earlier instant, rebuilt by undoing the journal's later changes."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.core.extensions import db
from app.models import Holiday, JournalEntry, WorkingWeek
from app.models.reference import WEEKDAYS
from app.reference.calendar import calendar_data
from app.reference.journal import row_values

_TABLES: tuple[Any, ...] = (Holiday, WorkingWeek)


def changes_since(at: datetime) -> list[dict[str, Any]]:
    """Return a list of every calendar change after an aware UTC instant, oldest first, as dicts of `at`, `reason` and
    `rows` (changed rows); [] when there is none.
    """
    wanted = (JournalEntry.kind == "calendar_changed", JournalEntry.at > at)
    statement = select(JournalEntry.at, JournalEntry.reason, JournalEntry.data["rows"].label("rows")).where(*wanted)
    found = db.session.execute(statement.order_by(JournalEntry.id))
    return [{"at": row.at, "reason": row.reason, "rows": row.rows} for row in found]


def calendar_at(at: datetime, changes: list[dict[str, Any]]) -> dict[str, object]:
    """Return the working calendar as it was at an aware UTC instant, as the dict for `WorkingCalendar.from_dict`.

    `changes` must contain every change from `at` until now (see `changes_since`).
    """
    tables: dict[str, dict[int, dict[str, Any]]] = {}
    for model in _TABLES:
        present = [row_values(row) for row in db.session.scalars(select(model))]
        tables[model.__tablename__] = {values.pop("id"): values for values in present}
    for change in reversed([change for change in changes if change["at"] > at]):
        for changed in reversed(change["rows"]):
            rows = tables[changed["table"]]
            if changed["before"] is not None:
                rows[changed["key"]] = changed["before"]
                continue
            # An added row is removed by content, since the journal has no key for it.
            same = [key for key, row in rows.items() if row == changed["after"]]
            for key in same[-1:]:
                del rows[key]
    weeks = [
        [row["starts_on"], row["ends_on"], {day: row[day] for day in WEEKDAYS}]
        for _, row in sorted(tables["working_week"].items())
    ]
    days = sorted(([row["day"], row["name"]] for row in tables["holiday"].values()), key=lambda pair: pair[0])
    return calendar_data(json.dumps([weeks, days]))
