"""Drawn calendars, starts and pauses: the calendar must agree with a walker that shares nothing with it.

CALENDAR_TIMES in the environment draws so many times more (`make deep`: 30).
"""

import os
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.workflow_rules.office_calendars import NORMAL
from tests.workflow_rules.slow_calendar import WEEKDAYS, SlowCalendar
from workflow_rules.time.deadlines import Allowance, Unit, deadline_for
from workflow_rules.time.explanation import SegmentKind
from workflow_rules.time.working_calendar import WorkingCalendar

# Around changes of summer time, New Year, a leap day, and the night that Samoa crossed the date line.
ANCHORS = {
    "Asia/Makassar": ["2026-03-15", "2026-12-28", "2028-02-26"],
    "Europe/Berlin": ["2026-03-27", "2026-10-23", "2026-12-30"],
    "America/St_Johns": ["2026-03-06", "2026-12-30"],
    "Australia/Lord_Howe": ["2026-04-03", "2026-10-02"],
    "Pacific/Apia": ["2011-12-28"],
}
ODD_MINUTES = {"America/St_Johns": ["2010-11-05"]}  # clocks were put back at one minute past midnight
TIMES = int(os.environ.get("CALENDAR_TIMES", "1"))
MINUTE, FIVE_MINUTES, TWELVE_SECONDS = timedelta(minutes=1), timedelta(minutes=5), timedelta(seconds=12)
QUARTERS = [f"{minute // 60:02}:{minute % 60:02}" for minute in range(0, 24 * 60, 15)] + ["24:00"]
OFFICE_EDGES = ["07:30", "08:00", "11:30", "12:00", "12:30", "13:00", "15:00", "16:00", "16:30"]
NIGHT_EDGES = ["00:00", "01:00", "01:45", "02:00", "02:30", "03:00", "04:00", "24:00"]


def days_of_periods(edges, *sizes):
    """Return every day that can be cut out of the edges: two of them make one period, four make two, six three."""
    cuts = (marks for size in sizes for marks in combinations(edges, size))
    return [[list(period) for period in zip(marks[::2], marks[1::2], strict=True)] for marks in cuts]


DAYS = days_of_periods(OFFICE_EDGES, 2, 4, 6) + days_of_periods(NIGHT_EDGES, 2, 4) + days_of_periods(QUARTERS, 2)[::40]


def week_of(days, one, other):
    return {day: one if days >> place & 2 else other for place, day in enumerate(WEEKDAYS) if days >> place & 1}


def calendar_of(place, plain, ranges, closed):
    """Return the data of a calendar that certainly opens, and the date about which to ask it."""
    zone, anchor = place
    asked = date.fromisoformat(anchor)
    weeks = [{"from": None, "to": None, "hours": plain}]
    for first, length, hours in ranges:
        begins = asked + timedelta(days=first)
        weeks.append({"from": f"{begins}", "to": f"{begins + timedelta(days=length)}", "hours": hours})
    names = {f"{asked + timedelta(days=number)}": f"Libur {number}" for number in closed}
    return {"zone": zone, "weeks": weeks, "closed_days": names}, asked


def question_of(calendar, start, spans, cell):
    """Return (fast calendar, slow calendar, start, pauses)."""
    data, anchor = calendar
    midnight = datetime(anchor.year, anchor.month, anchor.day, tzinfo=UTC)
    pauses = [(midnight + first * cell, midnight + (first + length) * cell) for first, length in spans]
    return WorkingCalendar.from_dict(data), SlowCalendar(data, cell), midnight + start * cell, pauses


def questions(cell=FIVE_MINUTES):
    known = {**ANCHORS, **(ODD_MINUTES if cell <= MINUTE else {})}
    places = st.sampled_from([(zone, anchor) for zone in sorted(known) for anchor in known[zone]])
    days = st.sampled_from(DAYS)
    plain = st.one_of(st.just(NORMAL["hours"]), st.builds(week_of, st.integers(1, 127), days, days))
    ranges = st.tuples(st.integers(-3, 8), st.integers(0, 6), st.builds(week_of, st.integers(0, 127), days, days))
    closed = st.sets(st.integers(-2, 9), max_size=3)
    calendars = st.builds(calendar_of, places, plain, st.lists(ranges, max_size=2), closed)
    in_days = timedelta(days=1) // cell
    spans = st.lists(st.tuples(st.integers(0, 8 * in_days), st.integers(-12, 40 * 12)), max_size=3)
    return st.builds(question_of, calendars, st.integers(0, 5 * in_days), spans, st.just(cell))


def examples(number):
    slow_is_meant = [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=number * TIMES, deadline=None, suppress_health_check=slow_is_meant)


def utc(at):
    """Leave the zone: Python calls no two times equal across zones while one of them is repeated or skipped."""
    return at.astimezone(UTC)


@examples(200)
@given(questions(), st.integers(0, 160))
def test_minutes_agree(question, fives):
    fast, slow, start, pauses = question
    assert utc(fast.add_minutes(start, fives * 5, pauses)) == slow.add_minutes(start, fives * 5, pauses)


@examples(40)
@given(questions(MINUTE), st.integers(0, 120))
def test_odd_minutes_agree(question, n):
    fast, slow, start, pauses = question
    assert utc(fast.add_minutes(start, n, pauses)) == slow.add_minutes(start, n, pauses)


@examples(20)
@given(questions(TWELVE_SECONDS), st.integers(0, 30))
def test_seconds_agree(question, n):
    fast, slow, start, pauses = question
    assert utc(fast.add_minutes(start, n, pauses)) == slow.add_minutes(start, n, pauses)


@examples(160)
@given(questions(), st.integers(0, 6))
def test_days_agree(question, n):
    fast, slow, start, pauses = question
    assert utc(fast.add_days(start, n, pauses)) == slow.add_days(start, n, pauses)
    assert utc(fast.same_time_after(start, n)) == slow.same_time_after(start, n)


@examples(150)
@given(questions(), st.integers(-20, 1200))
def test_elapsed_and_openings_agree(question, fives):
    fast, slow, start, pauses = question
    end = start + fives * FIVE_MINUTES
    assert fast.elapsed(start, end, pauses) == slow.elapsed(start, end, pauses)
    assert utc(fast.next_open(start)) == slow.next_open(start)
    assert fast.is_open(start) == slow.is_open(start)


@examples(100)
@given(questions(), st.integers(0, 200).map(lambda fives: fives * 5), st.sampled_from(Unit))
def test_the_account_adds_up_to_the_allowance_and_ends_at_the_deadline(question, value, unit):
    fast, slow, start, pauses = question
    allowance = Allowance(value % 9 if unit is Unit.WORKING_DAYS else value, unit)
    lines = fast.explain(start, allowance, pauses)
    granted = timedelta(**{unit.removeprefix("working_"): allowance.value})
    assert sum((line.counted for line in lines), timedelta()) == granted
    assert lines[-1].kind is SegmentKind.RESULT
    assert utc(lines[-1].ends) == utc(deadline_for(fast, start, allowance, pauses))
    assert all(line.words and utc(line.begins) <= utc(line.ends) for line in lines)
    if unit is Unit.WORKING_MINUTES:
        check_every_line(lines, slow, start)


def check_every_line(lines, slow, start):
    """No gap between lines, and each is open, or closed, or paused from end to end as it says."""
    assert [utc(line.begins) for line in lines] == [start, *(utc(line.ends) for line in lines[:-1])]
    for line in lines:
        worked = slow.elapsed(line.begins, line.ends)
        assert worked == line.counted + line.removed
        assert not line.counted or worked == utc(line.ends) - utc(line.begins)


@examples(70)
@given(questions(), st.integers(-3, 400), st.integers(-3, 900))
def test_working_days_are_those_on_which_it_opens(question, first, length):
    fast, _, start, _ = question
    after = start.date() + timedelta(days=first)
    dates = [after + timedelta(days=n) for n in range(1, length + 1)]
    assert fast.working_days(after, after + timedelta(days=length)) == sum(map(fast.is_working_day, dates))
