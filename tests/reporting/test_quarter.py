"""The registers of a generated quarter against a second bookkeeper: every day's and every month's figures."""

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from app.core.periods import Period, days, month_before, month_of
from app.reference.calendar import calendar_as_dict
from app.reporting.figures.daily_figures import daily_figures
from app.reporting.figures.monthly_figures import monthly_figures
from app.reporting.figures.punctuality import punctuality
from tests.office_zone import OFFICE_ZONE
from tests.reporting.random_quarter import live_through
from tests.reporting.simple_ledger import Book, due, rows_of_the_log, used
from tests.workflow_rules.slow_calendar import SlowCalendar

# Days of different kinds: after a weekend, in a full week, the day after Independence Day, the last one.
LOOKED_AT = (date(2026, 7, 13), date(2026, 8, 18), date(2026, 9, 2), date(2026, 9, 30))
AGENCY_STEPS = ("agency_receive", "agency_dispose", "draft_answer", "sign_answer", "send_answer")


class Told:
    """What the second bookkeeper says of a period."""

    def __init__(self, rows: list[Any], period: Period, slow: SlowCalendar) -> None:
        self.books: dict[int, Book] = {}
        self.happened: Counter[str] = Counter()
        self.by: dict[str, Counter[str]] = {"category": Counter(), "district": Counter()}
        self.agency: set[tuple[int, str]] = set()
        self.scores: Counter[int] = Counter()
        self.moved = 0
        for row in rows:
            if row.at < period.ends:
                self._take(row, period)
        self._reckon(period, slow)

    def _take(self, row: Any, period: Period) -> None:
        book = self.books.setdefault(row.id, Book(row.number, row.category, row.district))
        book.read(row.kind, row.step, row.agency_code, row.at, row.data)
        if not period.holds(row.at):
            return
        self.happened[row.kind] += 1
        self.moved += book.moved
        if row.kind == "received":
            self.by["category"][row.category] += 1
            self.by["district"][row.district] += 1
        if row.kind == "direct":
            self.agency |= {(row.id, code) for code in row.data["agencies"]}
        if row.kind == "rate":
            self.scores[row.data["score"]] += 1

    def _reckon(self, period: Period, slow: SlowCalendar) -> None:
        self.closed: dict[str, list[tuple[int, bool]]] = defaultdict(list)
        self.by_house: dict[str, list[bool]] = defaultdict(list)
        self.late: dict[tuple[str, str, str], tuple[datetime, int, int]] = {}
        self.next_due: dict[str, datetime] = {}
        self.late_books: list[Book] = []
        for book in self.books.values():
            late = [one for one in book.done if period.holds(one.closed) and self._closing(one, slow)]
            late += [one for one in book.open.values() if self._standing(book, one, period, slow)]
            self.late_books += [book] if late else []

    def _closing(self, one: Any, slow: SlowCalendar) -> bool:
        late = one.closed > due(slow, one, one.extended)
        self.closed[one.step].append((used(slow, one, one.closed), not late))
        self.by_house[one.agency if one.step in AGENCY_STEPS else ""].append(not late)
        return late

    def _standing(self, book: Book, one: Any, period: Period, slow: SlowCalendar) -> bool:
        limit = due(slow, one, book.is_extended(one))
        if one.paused:
            return False
        self.next_due[book.number] = min(limit, self.next_due.get(book.number, limit))
        if period.ends <= limit:
            return False
        over = slow.elapsed(limit, period.ends) // timedelta(minutes=1)
        self.late[book.number, one.step, one.agency or ""] = (limit, used(slow, one, period.ends), over)
        return True


@pytest.mark.timeout(1800)
def test_every_figure_of_a_quarter_is_what_a_second_bookkeeper_says(context: Flask) -> None:
    live_through(2026)
    rows, slow = rows_of_the_log(), SlowCalendar(calendar_as_dict())
    for day in LOOKED_AT:
        compare_day(rows, days(day, day, OFFICE_ZONE), slow)
    for month in (7, 8, 9):
        compare_month(rows, month_of(date(2026, month, 1), OFFICE_ZONE), slow)


def compare_day(rows: list[Any], period: Period, slow: SlowCalendar) -> None:
    told, found = Told(rows, period, slow), daily_figures(period)
    still = [book for book in told.books.values() if book.open]
    answered = [book for book in told.books.values() if not book.open and not book.ended]
    assert found.counts == {
        "received": told.happened["received"],
        "moved": told.moved,
        "answered": told.happened["reply"],
        "ended": sum(told.happened[kind] for kind in ("archive", "close", "merge", "withdraw")),
        "open": len(still),
        "overdue": len(told.late),
        "paused": sum(all(one.paused for one in book.open.values()) for book in still),
        "closing": len(answered),
    }
    overdue = {
        (r["number"], r["step"], r["agency"]): (_at(r["due_at"]), r["used"], r["over"]) for r in found.tables["overdue"]
    }
    assert overdue == told.late
    limits = {row["number"]: _at(row["due_at"]) for row in found.tables["open"] if not row["paused"]}
    assert limits == told.next_due


def compare_month(rows: list[Any], period: Period, slow: SlowCalendar) -> None:
    told, found = Told(rows, period, slow), monthly_figures(period)
    compare_punctuality(told, found.tables, punctuality(period, ()))
    compare_month_before(rows, period, slow, found.tables["summary"])
    summary = {row["key"]: row["count"] for row in found.tables["summary"]}
    assert (summary["received"], summary["answered"]) == (told.happened["received"], told.happened["reply"])
    assert (summary["closed"], summary["archived"]) == (told.happened["close"], told.happened["archive"])
    assert summary["reopened"] == told.happened["reopen"]
    assert summary["open"] == sum(bool(book.open) for book in told.books.values())
    for table in ("category", "district"):
        assert {row["key"]: row["count"] for row in found.tables[table] if row["count"]} == dict(told.by[table])
    agencies = Counter(code for _, code in told.agency)
    assert {row["key"]: row["count"] for row in found.tables["agency"] if row["count"]} == dict(agencies)
    assert {row["score"]: row["count"] for row in found.tables["ratings"] if row["count"]} == dict(told.scores)
    causes = Counter(cause for book in told.late_books for cause in book.causes or {"left_lying"})
    assert {row["key"]: row["count"] for row in found.tables["causes"]} == dict(causes)
    assert found.counts == {"late_cases": len(told.late_books)}


def compare_month_before(rows: list[Any], period: Period, slow: SlowCalendar, summary: list[Any]) -> None:
    """What stands beside the month: the same figures of the month before, as of its own end."""
    told = Told(rows, month_of(month_before(period.begins.date()), OFFICE_ZONE), slow)
    before = {row["key"]: row["before"] for row in summary}
    assert (before["received"], before["answered"]) == (told.happened["received"], told.happened["reply"])
    assert before["steps"] == sum(len(ones) for ones in told.closed.values())
    assert before["open"] == sum(bool(book.open) for book in told.books.values())
    in_time = sum(ok for ones in told.closed.values() for _, ok in ones)
    assert before["overdue"] == len(told.late)
    assert before["timely"] == percent_in_time(in_time, before["steps"] + len(told.late))


def percent_in_time(within: int, counted: int) -> float | None:
    if not counted:
        return None
    return 100.0 if within == counted else min(round(100 * within / counted, 1), 99.9)


def compare_punctuality(told: Told, tables: dict[str, Any], whole: list[Any]) -> None:
    by_step = {row["key"]: (row["count"], row["within"], row["longest"]) for row in tables["by_step"] if row["count"]}
    expected = {
        step: (len(ones), sum(ok for _, ok in ones), max(used for used, _ in ones))
        for step, ones in told.closed.items()
    }
    assert by_step == expected
    medians = {row["key"]: row["median"] for row in tables["by_step"]}
    for step, ones in told.closed.items():
        ordered = sorted(minutes for minutes, _ in ones)
        assert medians[step] == (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    late = Counter(step for _, step, _ in told.late)
    assert {row["key"]: row["overdue"] for row in tables["by_step"] if row["overdue"]} == dict(late)
    for row in (*tables["by_step"], *tables["by_agency"]):
        assert row["share"] == percent_in_time(row["within"], row["count"] + row["overdue"])
    assert sum(row["overdue"] for row in tables["by_agency"]) == len(told.late)
    houses = {row["key"]: (row["count"], row["within"]) for row in tables["by_agency"] if row["count"]}
    assert houses == {house: (len(ones), sum(ones)) for house, ones in told.by_house.items()}
    assert sum(one.count for one in whole) == sum(len(ones) for ones in told.closed.values())


def _at(stated: str) -> datetime:
    return datetime.fromisoformat(stated)
