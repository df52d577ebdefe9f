"""The second calculator against the rules: random calendars, starts, allowances and pauses, and cases by hand."""

import os
import random
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.audit.invariants.due_times import DayTable, Week, due_at
from workflow_rules.time.deadlines import Allowance, Unit, deadline_for
from workflow_rules.time.working_calendar import WorkingCalendar

ZONE = ZoneInfo("Asia/Makassar")
CASES = int(os.environ.get("DUE_TIME_CASES", "2000"))
SEED = int(os.environ.get("DUE_TIME_SEED", "7"))
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OFFICE = "07:30-12:00 13:00-16:00"
HOURS = (OFFICE, "08:00-12:00 12:30-15:00", "07:30-11:30 13:30-16:30", "07:00-14:00", "08:00-12:00 12:00-16:00", "")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


OFFICE_WEEK = Week(None, None, (*[OFFICE] * 4, "07:30-11:30 13:30-16:30", "", ""))
RAMADAN = Week(date(2026, 2, 18), date(2026, 3, 19), (*["08:00-12:00 12:30-15:00"] * 5, "", ""))
CLOSED = frozenset({date(2026, 3, 19), date(2026, 3, 20), date(2026, 3, 23), date(2026, 3, 24)})
TABLE = DayTable(ZONE, (OFFICE_WEEK, RAMADAN), CLOSED)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "pauses", "due"),
    [
        ("2026-01-06 09:00", 60, "working_minutes", [], "2026-01-06 10:00"),
        ("2026-01-06 11:30", 60, "working_minutes", [], "2026-01-06 13:30"),
        ("2026-01-06 11:00", 60, "working_minutes", [], "2026-01-06 12:00"),
        ("2026-01-09 16:00", 60, "working_minutes", [], "2026-01-12 08:00"),
        ("2026-01-10 09:00", 60, "working_minutes", [], "2026-01-12 08:30"),
        ("2026-01-06 09:00", 60, "working_minutes", [("2026-01-06 09:30", "2026-01-07 09:30")], "2026-01-07 10:00"),
        ("2026-01-06 09:00", 5, "working_days", [], "2026-01-13 09:00"),
        ("2026-01-08 12:30", 1, "working_days", [], "2026-01-09 11:30"),
        ("2026-03-18 09:00", 2, "working_days", [], "2026-03-26 09:00"),
        ("2026-03-16 15:30", 1, "working_days", [], "2026-03-18 08:00"),
        ("2026-01-06 09:00", 5, "working_days", [("2026-01-07 09:00", "2026-01-08 09:00")], "2026-01-14 09:00"),
        ("2026-01-06 09:00", 1, "working_days", [("2026-01-07 09:00", "2026-01-08 09:00")], "2026-01-07 09:00"),
    ],
)
def test_limits_reckoned_by_hand(start: str, amount: int, unit: str, pauses: list[tuple[str, str]], due: str) -> None:
    assert due_at(TABLE, at(start), amount, unit, [(at(a), at(b)) for a, b in pauses]) == at(due)


def a_calendar(chance: random.Random) -> tuple[WorkingCalendar, DayTable]:
    """The same random calendar for both: two or three ranges of weeks and a handful of closed days."""
    base = Week(None, None, (*[chance.choice(HOURS[:5]) for _ in range(5)], chance.choice(HOURS), ""))
    weeks = [base]
    for _ in range(chance.randrange(3)):
        first = date(2026, 1, 1) + timedelta(days=chance.randrange(120))
        days = timedelta(days=chance.randrange(1, 40))
        weeks.append(Week(first, first + days, tuple(chance.choice(HOURS) for _ in WEEKDAYS)))
    closed = frozenset(date(2026, 1, 1) + timedelta(days=chance.randrange(150)) for _ in range(chance.randrange(20)))
    data: dict[str, Any] = {
        "zone": "Asia/Makassar",
        "weeks": [_as_data(week) for week in weeks],
        "closed_days": {day.isoformat(): "libur" for day in closed},
    }
    return WorkingCalendar.from_dict(data), DayTable(ZONE, weeks, closed)


def _as_data(week: Week) -> dict[str, Any]:
    hours = {day: [part.split("-") for part in text.split()] for day, text in zip(WEEKDAYS, week.texts, strict=True)}
    first, last = (day.isoformat() if day else None for day in (week.starts_on, week.ends_on))
    return {"from": first, "to": last, "hours": {day: periods for day, periods in hours.items() if periods}}


def an_instant(chance: random.Random, after: datetime) -> datetime:
    """Often on a whole half hour, where openings and closings are."""
    grain = chance.choice((timedelta(minutes=30), timedelta(minutes=1), timedelta(microseconds=1)))
    return after + grain * chance.randrange(int(timedelta(days=chance.choice((1, 3, 12))) / grain))


def test_both_calculators_agree() -> None:
    chance = random.Random(SEED)
    differences = []
    for number in range(CASES):
        if number % 20 == 0:
            calendar, table = a_calendar(chance)
        start = an_instant(chance, at("2026-01-05") + timedelta(days=chance.randrange(100)))
        begins = [an_instant(chance, start - timedelta(days=1)) for _ in range(chance.choice((0, 0, 1, 2, 4)))]
        pauses = [(begin, an_instant(chance, begin)) for begin in begins]
        unit, amount = chance.choice((("working_minutes", (0, 30, 60, 240)), ("working_days", (0, 1, 2, 5, 14))))
        allowance = Allowance(chance.choice(amount), Unit(unit))
        rules = deadline_for(calendar, start, allowance, pauses)
        other = due_at(table, start, allowance.value, unit, pauses)
        if rules != other:
            differences.append(f"{number}: {start} {allowance} {pauses}: rules {rules}, other {other}")
    assert differences == [], "\n".join([f"seed {SEED}, {len(differences)} of {CASES}", *differences[:10]])
