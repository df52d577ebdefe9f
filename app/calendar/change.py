"""A change of the working calendar: tried and undone to show what it moves, then made with a reason and journalled.

Both go through the same rows and the same recount, so that what is shown is what happens.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, inspect, select

from app.calendar.recompute_deadlines import Move, recompute_open_deadlines
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.models import Holiday, JournalEntry, WorkingWeek
from app.reference.calendar import load_working_calendar
from workflow_rules.time.deadlines import remaining
from workflow_rules.time.working_calendar import WorkingCalendar

FURTHEST_LIMIT = 120  # working days: the longest limit of all, 60 by the national clock, with room to spare
TABLES: Mapping[str, Any] = {"holiday": Holiday, "working_week": WorkingWeek}
CALENDAR_LOCK = 4_217_004
DAYS = ("day", "starts_on", "ends_on")

Held = dict[str, Any]


class NeverOpens(ValueError):
    """With such a calendar a limit could not be worked out."""


class ChangedMeanwhile(Exception):
    """A row is no longer what it was when the change was shown; `now` is the change from what stands, None if gone."""

    def __init__(self, now: "CalendarChange | None") -> None:
        super().__init__("changed_meanwhile")
        self.now = now


@dataclass(frozen=True)
class RowChange:
    """One row of the calendar before and after; without `before` it is new, without `after` it goes."""

    table: str
    key: int | None
    before: Held | None
    after: Held | None


CalendarChange = tuple[RowChange, ...]


@dataclass(frozen=True)
class Consequence:
    """What a change does to the limits of open steps, with the calendar on either side of it."""

    moves: tuple[Move, ...]
    before: WorkingCalendar
    after: WorkingCalendar

    def shift(self, move: Move) -> timedelta:
        """Working time between the two limits, negative when the limit comes nearer.

        A day that is closed before or after counts with the hours it has on the other side.
        """
        return max((remaining(c, move.old, move.new) for c in (self.before, self.after)), key=abs)


def held(item: Any) -> Held:
    """The columns of a row as JSON takes them."""
    columns = [column.key for column in inspect(type(item)).column_attrs if column.key != "id"]
    return {name: _plain(getattr(item, name)) for name in columns}


def stored(model: Any, key: int | None, lock: bool = False) -> Held | None:
    """What the database holds of a row, whatever the session has made of it; None when there is none."""
    table = model.__table__
    statement = select(table).where(table.c.id == key)
    with db.session.no_autoflush:
        row = db.session.execute(statement.with_for_update() if lock else statement).mappings().first()
    return {name: _plain(value) for name, value in row.items() if name != "id"} if row else None


def hold_calendar() -> None:
    """Wait until no other change is being tried or made, before any row is held: then each is judged by all before it,
    and two that hold each other's rows cannot happen.
    """
    db.session.execute(select(func.pg_advisory_xact_lock(CALENDAR_LOCK)))


def preview_change(change: CalendarChange, now: datetime) -> Consequence:
    """Make the change, see what it moves, and undo it.

    Raises NeverOpens, ChangedMeanwhile, and what the database refuses.
    """
    with one_transaction():
        savepoint = db.session.begin_nested()
        try:
            return _made(change, now)
        finally:
            savepoint.rollback()
            db.session.expire_all()


def apply_change(change: CalendarChange, reason: str, by: int | None, now: datetime) -> Consequence:
    """Make the change and write it into the journal, in one transaction; raises as `preview_change` does."""
    with one_transaction():
        found = _made(change, now)
        db.session.add(_entry(change, found, reason, by, now))
        return found


def rebased(change: CalendarChange) -> CalendarChange | None:
    """The same wish from what the rows hold now; None when a row that is to be changed is gone."""
    rows = [replace(row, before=stored(TABLES[row.table], row.key)) for row in change]
    gone = any(row.key is not None and row.before is None for row in rows)
    return None if gone else tuple(rows)


def _made(change: CalendarChange, now: datetime) -> Consequence:
    hold_calendar()
    before = load_working_calendar()
    for row in change:
        _make(row, change)
    db.session.flush()
    try:
        after = load_working_calendar()
        after.add_days(now, FURTHEST_LIMIT)
        return Consequence(recompute_open_deadlines(), before, after)
    except ValueError as fault:
        raise NeverOpens(str(fault)) from fault


def _make(row: RowChange, change: CalendarChange) -> None:
    if row.key is None:
        db.session.add(TABLES[row.table](**_typed(row.after or {})))
        return
    if stored(TABLES[row.table], row.key, lock=True) != row.before:
        raise ChangedMeanwhile(rebased(change))
    item = db.session.get_one(TABLES[row.table], row.key, populate_existing=True)
    if row.after is None:
        db.session.delete(item)
        return
    for name, value in _typed(row.after).items():
        setattr(item, name, value)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _typed(values: Held) -> dict[str, Any]:
    return {name: date.fromisoformat(value) if name in DAYS and value else value for name, value in values.items()}


def _entry(change: CalendarChange, found: Consequence, reason: str, by: int | None, now: datetime) -> JournalEntry:
    data = {
        "rows": _as_data(change),
        "moved": len(found.moves),
        "moves": [move.as_data() for move in found.moves],
    }
    return JournalEntry(kind="calendar_changed", at=now, officer_id=by, reason=reason, data=data)


def _as_data(change: Iterable[RowChange]) -> list[dict[str, Any]]:
    return [{"table": r.table, "key": r.key, "before": r.before, "after": r.after} for r in change]


class ReasonNeeded(Exception):
    """A change that may be made, once its consequence was seen and a reason given; ends the transaction that tried."""

    def __init__(self, change: CalendarChange, found: Consequence) -> None:
        super().__init__("reason_needed")
        self.change, self.found = change, found
