"""Limits, warnings and alarms over the calendar of the regency."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.workflow_rules.office_calendars import BALANGAN, WITA, every_day, wita
from workflow_rules.process.standard_sop import STANDARD_SOP
from workflow_rules.time.deadlines import (
    Allowance,
    TimeState,
    Unit,
    WorkingLength,
    deadline_for,
    deadline_for_all,
    next_alarm_at,
    remaining,
    span,
    time_state,
    warn_at,
)
from workflow_rules.time.working_calendar import WorkingCalendar

CALENDAR = WorkingCalendar.from_dict(BALANGAN)
HOUR = Allowance(60, Unit.WORKING_MINUTES)
START = wita("2026-11-26 09:00")
NAIVE = datetime(2026, 11, 26, 9, 0)  # noqa: DTZ001 (the refusal of naive times is what is tested)


@pytest.mark.parametrize(
    ("allowance", "due"),
    [
        (HOUR, "2026-11-27 08:20"),  # SOP steps 1-6
        (Allowance(30, Unit.WORKING_MINUTES), "2026-11-27 07:50"),  # SOP step 10
        (Allowance(5, Unit.WORKING_DAYS), "2026-12-03 15:50"),  # SOP step 7
        (Allowance(14, Unit.WORKING_DAYS), "2026-12-16 15:50"),  # SOP step 7, field visit
        (Allowance(2, Unit.WORKING_DAYS), "2026-11-30 15:50"),  # SOP step 8
        (Allowance(0, Unit.WORKING_DAYS), "2026-11-26 15:50"),
    ],
)
def test_the_limits_of_the_sop(allowance, due):
    start = wita("2026-11-26 15:50")
    assert deadline_for(CALENDAR, start, allowance) == wita(due)


def test_days_and_minutes_are_never_one_another():
    friday = wita("2026-11-27 16:00")
    a_day_of_minutes = Allowance(450, Unit.WORKING_MINUTES)
    assert deadline_for(CALENDAR, friday, a_day_of_minutes) == wita("2026-11-30 15:30")
    assert deadline_for(CALENDAR, friday, Allowance(1, Unit.WORKING_DAYS)) == wita("2026-11-30 16:00")


def test_pauses_reach_both_units():
    pause = [(wita("2026-11-26 09:30"), wita("2026-11-26 10:30"))]
    assert deadline_for(CALENDAR, START, HOUR, pause) == wita("2026-11-26 11:00")
    assert deadline_for(CALENDAR, START, Allowance(1, Unit.WORKING_DAYS), pause) == wita("2026-11-27 10:00")


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        (-1, Unit.WORKING_MINUTES),
        (1.0, Unit.WORKING_DAYS),
        (True, Unit.WORKING_DAYS),
        ("5", Unit.WORKING_DAYS),
        (5, "days"),
    ],
)
def test_an_allowance_that_cannot_be_counted_is_refused(value, unit):
    with pytest.raises(ValueError, match=r".+"):
        Allowance(value, unit)


def test_an_allowance_reads_its_unit_from_storage():
    assert Allowance(5, "working_days") == Allowance(5, Unit.WORKING_DAYS)
    assert Allowance(5, "working_days").unit is Unit.WORKING_DAYS


def test_the_warning_comes_when_four_fifths_are_used():
    assert warn_at(CALENDAR, START, wita("2026-11-26 10:00")) == wita("2026-11-26 09:48")
    assert warn_at(CALENDAR, wita("2026-11-27 16:20"), wita("2026-11-30 08:20")) == wita("2026-11-30 08:08")
    assert warn_at(CALENDAR, START, wita("2026-12-03 09:00")) == wita("2026-12-02 09:00")
    assert warn_at(CALENDAR, START, wita("2026-11-26 09:01")) == wita("2026-11-26 09:00:48")
    assert warn_at(CALENDAR, START, wita("2026-11-26 10:00"), share=0.5) == wita("2026-11-26 09:30")
    assert warn_at(CALENDAR, START, wita("2026-11-26 10:00"), share=1) == wita("2026-11-26 10:00")


def test_the_warning_leaves_pauses_out_even_when_they_can_be_read_only_once():
    pause = (wita("2026-11-26 09:30"), wita("2026-11-26 10:30"))
    assert warn_at(CALENDAR, START, wita("2026-11-26 11:00"), iter([pause])) == wita("2026-11-26 10:48")


def test_without_working_time_the_warning_is_the_limit():
    closed = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)
    assert warn_at(CALENDAR, closed, closed + timedelta(hours=1)).isoformat() == "2026-11-28T11:00:00+08:00"
    assert warn_at(CALENDAR, START, START) == START
    assert warn_at(CALENDAR, START, START - timedelta(hours=1)) == START - timedelta(hours=1)


@pytest.mark.parametrize("share", [0, -0.1, 1.01, float("nan")])
def test_a_share_is_a_part_of_the_whole(share):
    with pytest.raises(ValueError, match="share"):
        warn_at(CALENDAR, START, wita("2026-11-26 10:00"), share=share)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        ("09:47:59.999999", TimeState.SAFE),
        ("09:48", TimeState.NEAR),
        ("10:00", TimeState.NEAR),
        ("10:00:00.000001", TimeState.LATE),
    ],
)
def test_the_limit_itself_is_still_in_time(now, state):
    now = wita(f"2026-11-26 {now}")
    due, warning = wita("2026-11-26 10:00"), wita("2026-11-26 09:48")
    assert time_state(now, due, warning, paused=False) is state
    assert time_state(now.astimezone(UTC), due, warning, paused=False) is state
    assert time_state(now, due, warning, paused=True) is TimeState.PAUSED


def test_states_compare_instants_in_the_hour_that_autumn_repeats():
    due = datetime.fromisoformat("2026-10-25T00:45+00:00")
    zone = WorkingCalendar.from_dict(every_day([["00:00", "24:00"]], "Europe/Berlin"))
    due, now = zone.in_zone(due), zone.in_zone(due + timedelta(minutes=30))  # 02.45 summer time, then 02.15 winter time
    assert time_state(now, due, due, paused=False) is TimeState.LATE
    assert next_alarm_at(zone, due - timedelta(hours=1), due, now) == zone.same_time_after(due, 1)


def test_remaining_time_is_signed_working_time():
    due = wita("2026-11-27 08:30")
    assert remaining(CALENDAR, wita("2026-11-26 15:00"), due) == timedelta(hours=2)
    assert remaining(CALENDAR, due, due) == timedelta()
    assert remaining(CALENDAR, wita("2026-11-30 08:00"), due) == -timedelta(hours=7)


def test_used_time_leaves_pauses_out():
    pause = [(wita("2026-11-26 10:00"), wita("2026-11-26 13:30"))]
    assert CALENDAR.elapsed(START, wita("2026-11-26 14:00"), pause) == timedelta(minutes=90)
    assert CALENDAR.elapsed(START, START - timedelta(days=1), pause) == timedelta()


@pytest.mark.parametrize(
    ("now", "alarm"),
    [
        ("2026-11-26 09:00", "2026-11-26 09:48"),
        ("2026-11-26 09:48", "2026-11-26 10:00"),
        ("2026-11-26 10:00", "2026-11-27 10:00"),
        ("2026-11-27 09:59:59", "2026-11-27 10:00"),
        ("2026-11-27 10:00", "2026-11-30 10:00"),
        ("2026-11-28 23:00", "2026-11-30 10:00"),
        ("2026-12-23 10:00", "2026-12-28 10:00"),
        ("2030-11-26 10:00", "2030-11-27 10:00"),  # a sweep that was away for years
    ],
)
def test_alarms_follow_one_another(now, alarm):
    assert next_alarm_at(CALENDAR, START, wita("2026-11-26 10:00"), wita(now)) == wita(alarm)


@pytest.mark.parametrize(
    ("now", "alarm"),
    [
        ("2026-11-26 16:00", "2026-11-27 16:00"),  # a limit at closing stays an alarm of the same day
        ("2026-11-27 16:00", "2026-11-30 16:00"),
        ("2026-11-30 16:00", "2026-12-01 16:00"),
    ],
)
def test_a_limit_at_closing_alarms_each_following_day_at_closing(now, alarm):
    assert next_alarm_at(CALENDAR, START, wita("2026-11-26 16:00"), wita(now)) == wita(alarm)


def test_a_limit_on_friday_afternoon_alarms_within_the_shorter_days_that_follow():
    due = wita("2026-11-27 16:20")
    assert next_alarm_at(CALENDAR, START, due, due) == wita("2026-11-30 16:00")
    assert next_alarm_at(CALENDAR, START, due, wita("2026-11-30 16:00")) == wita("2026-12-01 16:00")
    assert next_alarm_at(CALENDAR, START, due, wita("2026-12-03 16:00")) == wita("2026-12-04 16:20")


def test_a_limit_that_an_edited_calendar_left_before_opening_alarms_from_the_next_day():
    due = wita("2026-11-26 06:00")
    assert next_alarm_at(CALENDAR, wita("2026-11-25 09:00"), due, due + timedelta(minutes=30)) == wita(
        "2026-11-27 07:30"
    )


def test_walking_from_alarm_to_alarm_meets_every_working_day_once():
    due, now = wita("2026-12-18 10:00"), START
    alarms = []
    while len(alarms) < 9:
        now = next_alarm_at(CALENDAR, START, due, now)
        alarms.append(now)
    days = [f"{alarm:%m-%d}" for alarm in alarms[1:]]
    assert days == ["12-18", "12-21", "12-22", "12-23", "12-28", "12-29", "12-30", "12-31"]
    assert all(alarm.tzinfo is WITA and CALENDAR.is_open(alarm) for alarm in alarms)


def test_alarms_see_pauses():
    pause = [(wita("2026-11-26 09:30"), wita("2026-11-26 10:30"))]
    assert next_alarm_at(CALENDAR, START, wita("2026-11-26 11:00"), START, pause) == wita("2026-11-26 10:48")


DUE = wita("2026-11-26 10:00")
NAIVE_CALLS = {
    "deadline_for": lambda: deadline_for(CALENDAR, NAIVE, HOUR),
    "warn_at start": lambda: warn_at(CALENDAR, NAIVE, DUE),
    "warn_at due": lambda: warn_at(CALENDAR, START, NAIVE),
    "time_state now": lambda: time_state(NAIVE, DUE, DUE, paused=False),
    "time_state due": lambda: time_state(DUE, NAIVE, DUE, paused=True),
    "time_state warning": lambda: time_state(DUE, DUE, NAIVE, paused=False),
    "remaining": lambda: remaining(CALENDAR, NAIVE, DUE),
    "used": lambda: CALENDAR.elapsed(START, NAIVE),
    "next_alarm_at": lambda: next_alarm_at(CALENDAR, START, DUE, NAIVE),
}


@pytest.mark.parametrize("call", NAIVE_CALLS.values(), ids=NAIVE_CALLS.keys())
def test_naive_times_are_refused(call):
    with pytest.raises(ValueError, match=r".*(aware|naive).*"):
        call()


def test_the_whole_sop_is_seven_days_and_510_minutes_as_printed() -> None:
    calendar = WorkingCalendar.from_dict(BALANGAN)
    start = wita("2026-11-23 09:00")
    assert deadline_for_all(calendar, start, STANDARD_SOP.allowances()) == wita("2026-12-03 10:00")
    assert deadline_for_all(calendar, start, STANDARD_SOP.allowances(extended=True)) == wita("2026-12-16 10:00")
    asked = (wita("2026-11-23 09:00"), wita("2026-11-24 09:00"))
    assert deadline_for_all(calendar, start, STANDARD_SOP.allowances(), [asked]) == wita("2026-12-04 10:00")


@pytest.mark.parametrize(
    ("a", "b", "days", "rest"),
    [
        ("2026-11-26 15:50", "2026-12-16 15:50", 14, "0:00"),  # SOP step 7, field visit, just begun
        ("2026-11-26 15:50", "2026-12-16 15:40", 13, "7:20"),
        ("2026-11-25 20:26", "2026-11-27 09:50", 1, "2:20"),  # in the evening: from the next opening
        ("2026-11-26 15:50", "2026-11-27 08:20", 0, "1:00"),
        ("2026-11-27 16:00", "2026-11-30 15:30", 0, "7:30"),
        ("2026-11-28 10:00", "2026-11-29 10:00", 0, "0:00"),
        ("2026-11-27 08:20", "2026-11-26 15:50", 0, "0:00"),
    ],
)
def test_a_stretch_is_told_in_whole_days_and_what_is_beyond(a, b, days, rest):
    hours, minutes = map(int, rest.split(":"))
    assert span(CALENDAR, wita(a), wita(b)) == WorkingLength(days, timedelta(hours=hours, minutes=minutes))


@pytest.mark.parametrize("start", ["2026-11-26 15:50", "2026-11-27 16:20", "2026-02-16 07:40", "2026-12-19 11:00"])
def test_days_that_were_granted_are_the_days_that_are_told(start):
    for n in range(20):
        due = deadline_for(CALENDAR, wita(start), Allowance(n, Unit.WORKING_DAYS))
        assert span(CALENDAR, wita(start), due) == WorkingLength(n, timedelta())
