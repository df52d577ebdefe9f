"""A change of the working calendar: previewed in a savepoint, then applied with a reason and journalled.

Preview and application run the same code, so that the preview shows what will happen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.calendar.recompute_deadlines import Move, recompute_open_deadlines
from app.core.extensions import db
from app.core.locks import CALENDAR_LOCK, wait_for_lock
from app.core.transaction import one_transaction
from app.models import Holiday, JournalEntry, WorkingWeek
from app.reference.calendar import load_working_calendar
from app.reference.journal import row_values
from workflow_rules.time.deadlines import remaining
from workflow_rules.time.working_calendar import WorkingCalendar

FURTHEST_LIMIT = 120  # working days: the longest limit of all, 60 by the national clock, with room to spare
TABLES: Mapping[str, Any] = {"holiday": Holiday, "working_week": WorkingWeek}
DAYS = ("day", "starts_on", "ends_on")

Values = dict[str, Any]


class NeverOpens(ValueError):
    """Raised when a deadline cannot be computed with the changed calendar, since the office opens too rarely."""


class ChangedMeanwhile(Exception):
    """Raised when a calendar row has changed since the change was shown to the officer.

    `now` is the change based on the present rows, None when one of them no longer exists.
    """

    def __init__(self, now: "CalendarChange | None") -> None:
        super().__init__("changed_meanwhile")
        self.now = now


@dataclass(frozen=True)
class RowChange:
    """A value object: a change of one calendar row. `table` is "holiday" or "working_week"; `before` and `key` (the
    row's id) are None for a new row, `after` is None for a deleted one.
    """

    table: str
    key: int | None
    before: Values | None
    after: Values | None


CalendarChange = tuple[RowChange, ...]


@dataclass(frozen=True)
class Consequence:
    """A value object: what a calendar change does. The calendar rows (ORM objects) that it writes, the open steps whose
    deadlines it moves, and the calendars before and after.
    """

    rows: tuple[Any, ...]
    moves: tuple[Move, ...]
    before: WorkingCalendar
    after: WorkingCalendar

    def shift(self, move: Move) -> timedelta:
        """Return the working time between old and new deadline as a timedelta, negative when the deadline becomes
        earlier.

        The calendar with the larger difference counts, so that a day closed in one of them has the hours of the other.
        """
        return max((remaining(c, move.old, move.new) for c in (self.before, self.after)), key=abs)


def row_data(item: Any) -> Values:
    """Return a dict of an ORM row's columns except its id, as JSON-compatible values; dates become ISO text."""
    values = row_values(item)
    del values["id"]
    return values


def stored_data(model: Any, key: int | None, lock: bool = False) -> Values | None:
    """Return a dict of a row's columns except the id, as the database holds them, dates as ISO text; None when there is
    no such row.

    Unsaved changes in the session are ignored. `lock` locks the row for update.
    """
    table = model.__table__
    statement = select(table).where(table.c.id == key)
    with db.session.no_autoflush:
        row = db.session.execute(statement.with_for_update() if lock else statement).mappings().first()
    if row is None:
        return None
    columns = {name: value for name, value in row.items() if name != "id"}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in columns.items()}


def take_unsaved(item: Any, new: bool) -> RowChange:
    """Return the unsaved values of a calendar row as a RowChange, and discard them from the session.

    The change is applied later from these plain values.
    """
    change = RowChange(item.__tablename__, item.id, None if new else stored_data(type(item), item.id), row_data(item))
    if not new:
        db.session.expire(item)
    return change


def lock_calendar() -> None:
    """Wait for the advisory lock on calendar changes, held until the transaction ends.

    Call this before locking any row, so that changes are judged one after another and two cannot deadlock.
    """
    wait_for_lock(CALENDAR_LOCK)


def preview_change(change: CalendarChange, now: datetime) -> Consequence:
    """Apply a calendar change in a savepoint, roll it back, and return its Consequence; nothing stays written.

    Raises NeverOpens, ChangedMeanwhile, or a database error such as IntegrityError.
    """
    with one_transaction():
        savepoint = db.session.begin_nested()
        try:
            return _applied(change, now)
        finally:
            savepoint.rollback()
            db.session.expire_all()


def apply_change(change: CalendarChange, reason: str, by: int | None, now: datetime) -> Consequence:
    """Write and commit a calendar change, the moved deadlines and a journal entry; return the Consequence.

    `by` is the officer's user id, None for the system. Raises NeverOpens, ChangedMeanwhile, or a database error such as
    IntegrityError; nothing is written then.
    """
    with one_transaction():
        found = _applied(change, now)
        data = {
            "rows": [{"table": r.table, "key": r.key, "before": r.before, "after": r.after} for r in change],
            "moved": len(found.moves),
            "moves": [move.as_data() for move in found.moves],
        }
        db.session.add(JournalEntry(kind="calendar_changed", at=now, officer_id=by, reason=reason, data=data))
        return found


def _applied(change: CalendarChange, now: datetime) -> Consequence:
    lock_calendar()
    before = load_working_calendar()
    rows = write_rows(change)
    try:
        after = load_working_calendar()
        after.add_days(now, FURTHEST_LIMIT)
        return Consequence(rows, recompute_open_deadlines(), before, after)
    except ValueError as fault:
        raise NeverOpens(str(fault)) from fault


def write_rows(change: CalendarChange) -> tuple[Any, ...]:
    """Write the rows of a change, without the deadlines that it moves and without a commit, and return them. Raises
    ChangedMeanwhile.
    """
    rows = tuple(_apply_row(row, change) for row in change)
    db.session.flush()
    return rows


def _apply_row(row: RowChange, change: CalendarChange) -> Any:
    """Write one row of a change without commit, and return it.

    Raises ChangedMeanwhile, with the whole change based on the present rows, when the stored row differs from `before`.
    """
    if row.key is None:
        item = TABLES[row.table](**_typed(row.after or {}))
        db.session.add(item)
        return item
    if stored_data(TABLES[row.table], row.key, lock=True) != row.before:
        present = [replace(r, before=stored_data(TABLES[r.table], r.key)) for r in change]
        gone = any(r.key is not None and r.before is None for r in present)
        raise ChangedMeanwhile(None if gone else tuple(present))
    item = db.session.get_one(TABLES[row.table], row.key, populate_existing=True)
    if row.after is None:
        db.session.delete(item)
        return item
    for name, value in _typed(row.after).items():
        setattr(item, name, value)
    return item


def _typed(values: Values) -> dict[str, Any]:
    return {name: date.fromisoformat(value) if name in DAYS and value else value for name, value in values.items()}


class ReasonNeeded(Exception):
    """Raised with the consequence of a calendar change for which the officer must still give a reason.

    It ends the transaction in which the change was previewed.
    """

    def __init__(self, change: CalendarChange, found: Consequence) -> None:
        super().__init__("reason_needed")
        self.change, self.found = change, found
