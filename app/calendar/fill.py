"""Changes of the holidays that come in bulk: from a calendar file, or from the list of national holidays."""

from collections.abc import Iterable

from sqlalchemy import select

from app.calendar.change import CalendarChange, Held, RowChange, held
from app.calendar.icalendar_files import FileDay
from app.core.extensions import db
from app.models import Holiday
from app.reference.seed_files import holidays_of

LOCAL = "local"


def change_of_file(days: Iterable[FileDay], kind: str) -> CalendarChange:
    """What a file adds and changes; a day without a kind of its own gets this one, and nothing is ever taken away."""
    rows = list(db.session.scalars(select(Holiday).order_by(Holiday.id)))
    by_key, by_name = {row.id: row for row in rows}, {(row.day, row.name): row for row in rows}
    found: dict[object, RowChange] = {}
    for wanted in days:
        row = by_name.get((wanted.day, wanted.name)) or by_key.get(wanted.key or 0)
        after = {"day": wanted.day.isoformat(), "name": wanted.name, "kind": wanted.kind or (row.kind if row else kind)}
        if row is None:
            found[wanted.day, wanted.name] = _added(after)
        elif held(row) != after:
            found[row.id] = RowChange("holiday", row.id, held(row), after)
    return tuple(found.values())


def missing_holidays(year: int) -> CalendarChange:
    """National holidays and collective leave of a year and the next that no row has; a day counts as there with any
    national row, whatever it is called.
    """
    rows = list(db.session.scalars(select(Holiday)))
    there = {row.day for row in rows if row.kind != LOCAL}
    named = {(row.day, row.name) for row in rows}
    wanted = [h for h in holidays_of((year, year + 1)) if h.date not in there and (h.date, h.name) not in named]
    return tuple(_added({"day": h.date.isoformat(), "name": h.name, "kind": h.kind}) for h in wanted)


def _added(after: Held) -> RowChange:
    return RowChange("holiday", None, None, after)
