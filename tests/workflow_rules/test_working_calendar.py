"""Working time by hand-worked cases; drawn ones are in test_calendar_against_slow.py."""

from copy import deepcopy
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.workflow_rules.office_calendars import BALANGAN, BERLIN, NORMAL, WITA, every_day, week, wita
from workflow_rules.time.office_hours import OfficeHours
from workflow_rules.time.working_calendar import WorkingCalendar

CALENDAR = WorkingCalendar.from_dict(BALANGAN)


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        ("2026-11-27 16:20", 60, "2026-11-30 08:20"),  # Friday afternoon: ten minutes, then fifty on Monday
        ("2026-11-26 07:30", 270, "2026-11-26 12:00"),  # ends exactly at the break, and stays there
        ("2026-11-26 07:30", 271, "2026-11-26 13:01"),
        ("2026-11-26 07:30", 450, "2026-11-26 16:00"),  # ends exactly at closing, and stays there
        ("2026-11-26 07:30", 451, "2026-11-27 07:31"),
        ("2026-11-26 12:15", 30, "2026-11-26 13:30"),  # begins in the break
        ("2026-11-27 11:29", 2, "2026-11-27 13:01"),  # the Friday break is the longer one
        ("2026-11-27 12:45", 15, "2026-11-27 13:15"),
        ("2026-11-28 10:00", 60, "2026-11-30 08:30"),  # Saturday
        ("2026-11-26 16:00", 1, "2026-11-27 07:31"),  # closing belongs to the evening
        ("2026-11-26 15:59", 1, "2026-11-26 16:00"),
        ("2026-11-26 05:00", 60, "2026-11-26 08:30"),
        ("2026-02-17 15:30", 60, "2026-02-18 08:30"),  # from plain hours into Ramadan
        ("2026-02-18 11:45", 30, "2026-02-18 12:45"),
        ("2026-02-20 15:00", 60, "2026-02-23 08:30"),
        ("2026-03-17 14:30", 60, "2026-03-25 08:00"),  # over Nyepi and Idulfitri with their joint leave, back to 07.30
        ("2026-12-23 15:30", 60, "2026-12-28 08:00"),  # over Christmas, its joint leave and a weekend
        ("2026-12-31 15:30", 60, "2027-01-01 08:00"),  # New Year is open unless a row closes it
        ("2026-11-26 09:00", 0, "2026-11-26 09:00"),
        ("2026-11-26 12:00", 0, "2026-11-26 13:00"),
        ("2026-11-27 16:30", 0, "2026-11-30 07:30"),
        ("2026-11-27 16:29:30", 1, "2026-11-30 07:30:30"),  # seconds are not rounded
        ("2026-11-27 16:29:59.999999", 1, "2026-11-30 07:30:59.999999"),
        ("2026-05-04 07:30", 60_000, "2026-11-05 10:00"),  # 133 days of 450 minutes, then 150
    ],
)
def test_minutes_end_at_the_earliest_instant_that_completes_them(start, n, due):
    assert CALENDAR.add_minutes(wita(start), n) == wita(due)


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        ("2026-11-26 09:15", 1, "2026-11-27 09:15"),
        ("2026-11-26 09:15", 2, "2026-11-30 09:15"),
        ("2026-11-26 12:30", 1, "2026-11-27 13:00"),  # a start in the break first moves to its end
        ("2026-11-26 11:45", 1, "2026-11-27 11:30"),  # inside the Friday break: the start of the break
        ("2026-11-27 16:20", 1, "2026-11-30 16:00"),  # after closing: closing
        ("2026-11-28 10:00", 1, "2026-12-01 07:30"),  # Saturday counts from Monday's opening
        ("2026-02-17 07:40", 1, "2026-02-18 08:00"),  # before the Ramadan opening: opening
        ("2026-02-17 12:00", 1, "2026-02-18 13:00"),  # 12.00 is in the break, so the start is 13.00
        ("2026-03-17 09:00", 1, "2026-03-25 09:00"),
        ("2026-12-23 15:00", 5, "2027-01-01 15:00"),
        ("2026-11-26 09:15:07.5", 14, "2026-12-16 09:15:07.5"),
        ("2026-11-26 09:15", 0, "2026-11-26 09:15"),
        ("2026-11-28 09:15", 0, "2026-11-30 07:30"),
    ],
)
def test_days_keep_the_local_time(start, n, due):
    assert CALENDAR.add_days(wita(start), n) == wita(due)


def test_answers_are_aware_in_the_zone_of_the_office():
    start = datetime(2026, 11, 27, 8, 20, tzinfo=UTC)
    answers = [CALENDAR.add_minutes(start, 60), CALENDAR.add_days(start, 1), CALENDAR.next_open(start)]
    assert answers == [wita("2026-11-30 08:20"), wita("2026-11-30 16:00"), wita("2026-11-27 16:20")]
    assert {answer.tzinfo for answer in answers} == {WITA}
    assert CALENDAR.in_zone(start).isoformat() == "2026-11-27T16:20:00+08:00"


@pytest.mark.parametrize(
    ("at", "open_now"),
    [
        ("2026-11-26 07:29:59.999999", False),
        ("2026-11-26 07:30", True),
        ("2026-11-26 11:59:59.999999", True),
        ("2026-11-26 12:00", False),
        ("2026-11-26 16:00", False),
        ("2026-11-28 10:00", False),
        ("2026-12-25 10:00", False),
        ("2026-02-18 07:45", False),
    ],
)
def test_a_period_holds_its_opening_but_not_its_closing(at, open_now):
    assert CALENDAR.is_open(wita(at)) is open_now


def test_a_working_day_has_a_period_and_is_not_closed():
    days = [date(2026, 11, 26), date(2026, 11, 28), date(2026, 12, 25), date(2026, 12, 28)]
    assert [CALENDAR.is_working_day(day) for day in days] == [True, False, False, True]


def test_elapsed_counts_open_time_only_and_never_backwards():
    friday, monday = wita("2026-11-27 11:00"), wita("2026-11-30 08:00")
    assert CALENDAR.elapsed(friday, monday) == timedelta(minutes=30 + 210 + 30)
    assert CALENDAR.elapsed(monday, friday) == CALENDAR.elapsed(friday, friday) == timedelta()
    assert CALENDAR.elapsed(friday, monday, [(monday, friday), (friday, wita("2026-11-27 14:00"))]) == timedelta(
        hours=3
    )


HOUR_LONG_PAUSE = ("2026-11-26 09:00", "2026-11-26 10:00")


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        ([HOUR_LONG_PAUSE], "2026-11-26 11:00"),
        ([HOUR_LONG_PAUSE, ("2026-11-26 09:30", "2026-11-26 10:15"), HOUR_LONG_PAUSE], "2026-11-26 11:15"),
        ([("2026-11-26 10:15", "2026-11-26 10:30"), HOUR_LONG_PAUSE], "2026-11-26 11:15"),  # the second is met later
        ([("2026-11-26 06:00", "2026-11-26 08:30")], "2026-11-26 10:30"),  # before and into the start: from its end
        ([("2026-11-25 18:00", "2026-11-26 08:00")], "2026-11-26 10:00"),  # ended as the start came
        ([("2026-11-26 10:00", "2026-11-26 11:00")], "2026-11-26 10:00"),  # begins as the time is up
        ([("2026-11-26 09:30", "2026-11-27 09:30")], "2026-11-27 10:00"),  # overnight
        ([("2026-11-26 09:30", "2026-11-26 09:30:30")], "2026-11-26 10:00:30"),
        ([HOUR_LONG_PAUSE, ("2026-11-26 09:10", "2026-11-26 09:20")], "2026-11-26 11:00"),  # one inside the other
        ([("2026-11-26 09:30", "2026-11-26 09:00")], "2026-11-26 10:00"),  # ends before it begins: empty
    ],
)
def test_pauses_remove_their_working_minutes(pauses, due):
    spans = [(wita(first), wita(last)) for first, last in pauses]
    assert CALENDAR.add_minutes(wita("2026-11-26 08:00"), 120, spans) == wita(due)


def test_a_pause_outside_hours_changes_nothing():
    spans = [(wita("2026-11-27 17:00"), wita("2026-11-30 07:00"))]
    assert CALENDAR.add_minutes(wita("2026-11-27 16:20"), 60, spans) == wita("2026-11-30 08:20")
    assert CALENDAR.add_days(wita("2026-11-27 10:00"), 1, spans) == wita("2026-11-30 10:00")


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        ([("2026-11-26 10:00", "2026-11-26 11:00")], "2026-11-30 10:00"),
        ([("2026-11-26 10:00", "2026-11-27 10:00")], "2026-12-01 09:00"),  # 5 h on Thursday, 2.5 h on Friday
        ([("2026-11-26 08:00", "2026-11-26 10:00")], "2026-11-30 10:00"),  # only the hour after the start
        ([("2026-11-30 09:00", "2026-11-30 12:00")], "2026-11-30 09:00"),  # begins at the deadline, not before it
        ([("2026-11-30 08:59", "2026-11-30 09:59")], "2026-11-30 10:00"),
        # The first pause moves the deadline past the beginning of the second.
        ([("2026-11-30 09:30", "2026-11-30 10:30"), ("2026-11-26 10:00", "2026-11-26 11:00")], "2026-11-30 11:00"),
    ],
)
def test_pauses_push_a_day_deadline_by_the_working_time_inside(pauses, due):
    spans = [(wita(first), wita(last)) for first, last in pauses]
    assert CALENDAR.add_days(wita("2026-11-26 09:00"), 2, spans) == wita(due)


def test_touching_pauses_are_one_so_that_a_part_at_the_deadline_counts():
    start, night = wita("2026-11-26 07:30"), (wita("2026-11-26 20:00"), wita("2026-11-27 07:30"))
    morning = (wita("2026-11-27 07:30"), wita("2026-11-27 08:30"))
    assert CALENDAR.add_days(start, 1, [morning]) == wita("2026-11-27 07:30")
    assert CALENDAR.add_days(start, 1, [morning, night]) == wita("2026-11-27 08:30")


def test_a_day_deadline_at_closing_is_pushed_into_the_next_morning_only_by_a_pause_with_working_time():
    start, night = wita("2026-11-27 16:20"), (wita("2026-11-30 06:00"), wita("2026-11-30 07:30"))
    assert CALENDAR.add_days(start, 1, [night]) == wita("2026-11-30 16:00")
    assert CALENDAR.add_days(start, 1, [(night[0], wita("2026-11-30 07:31"))]) == wita("2026-12-01 07:31")


def test_no_minutes_are_done_at_the_next_opening_even_inside_a_pause_which_still_pushes_no_days():
    pause = [(wita("2026-11-28 09:00"), wita("2026-11-30 12:00"))]
    assert CALENDAR.add_minutes(wita("2026-11-28 10:00"), 0, pause) == wita("2026-11-30 07:30")
    assert CALENDAR.add_days(wita("2026-11-28 10:00"), 0, pause) == wita("2026-11-30 12:00")


def test_an_edited_calendar_counts_anew_from_the_start_of_the_step():
    start = wita("2026-11-26 15:30")
    edited = deepcopy(BALANGAN)
    edited["closed_days"]["2026-11-27"] = "Hari pemungutan suara"
    edited["weeks"].append(week([["08:00", "14:00"]], [["08:00", "11:00"]], first="2026-11-30", last="2026-12-04"))
    after = WorkingCalendar.from_dict(edited)
    assert (CALENDAR.add_minutes(start, 60), after.add_minutes(start, 60)) == (
        wita("2026-11-27 08:00"),
        wita("2026-11-30 08:30"),
    )
    assert (CALENDAR.add_days(start, 2), after.add_days(start, 2)) == (
        wita("2026-11-30 15:30"),
        wita("2026-12-01 14:00"),
    )


def test_a_later_week_wins_and_a_missing_weekday_is_closed():
    data = {**BALANGAN, "weeks": [NORMAL, {"from": "2026-11-26", "to": "2026-11-27", "hours": {}}], "closed_days": {}}
    calendar = WorkingCalendar.from_dict(data)
    assert calendar.next_open(wita("2026-11-25 17:00")) == wita("2026-11-30 07:30")
    assert WorkingCalendar.from_dict({**data, "weeks": data["weeks"][::-1]}).is_working_day(date(2026, 11, 26))


def test_round_the_clock_needs_no_seam_at_midnight():
    calendar = WorkingCalendar.from_dict(every_day([["00:00", "24:00"]]))
    assert calendar.add_minutes(wita("2026-12-31 23:30"), 60) == wita("2027-01-01 00:30")
    assert calendar.add_days(wita("2026-12-31 23:30"), 366) == wita("2028-01-01 23:30")
    assert calendar.elapsed(wita("2025-01-01 00:00"), wita("2027-01-01 00:00")) == timedelta(days=730)


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2026-03-28T23:30+01:00", 180, "2026-03-29T03:30+02:00"),  # 02.00-03.00 does not exist
        ("2026-10-24T23:30+02:00", 240, "2026-10-25T02:30+01:00"),  # 02.00-03.00 happens twice
        ("2026-10-25T02:30+02:00", 60, "2026-10-25T02:30+01:00"),
    ],
)
def test_a_change_of_summer_time_counts_real_minutes(start, minutes, due):
    calendar = WorkingCalendar.from_dict(every_day([["00:00", "24:00"]], "Europe/Berlin"))
    answer = calendar.add_minutes(datetime.fromisoformat(start), minutes)
    assert answer.isoformat(timespec="minutes") == due
    assert calendar.elapsed(datetime.fromisoformat(start), answer) == timedelta(minutes=minutes)


def test_days_keep_the_local_time_across_a_change_of_summer_time():
    calendar = WorkingCalendar.from_dict({**BALANGAN, "zone": "Europe/Berlin"})
    assert calendar.add_days(datetime(2026, 3, 27, 9, 0, tzinfo=BERLIN), 1).isoformat() == "2026-03-30T09:00:00+02:00"
    assert calendar.add_days(datetime(2026, 10, 23, 9, 0, tzinfo=BERLIN), 1).isoformat() == "2026-10-26T09:00:00+01:00"


def test_night_hours_are_what_the_wall_clock_shows():
    nights = WorkingCalendar.from_dict(every_day([["01:00", "02:30"], ["02:45", "04:00"]], "Europe/Berlin"))
    spring, autumn = datetime(2026, 3, 29, tzinfo=BERLIN), datetime(2026, 10, 25, tzinfo=BERLIN)
    assert nights.elapsed(spring, spring + timedelta(hours=12)) == timedelta(hours=2)
    assert nights.elapsed(autumn, autumn + timedelta(hours=12)) == timedelta(minutes=90 + 75 + 30 + 15)
    skipped = nights.add_days(datetime(2026, 3, 28, 2, 20, tzinfo=BERLIN), 1)
    assert skipped.isoformat() == "2026-03-29T03:20:00+02:00"  # RFC 5545 section 3.3.5: read with the offset before


def test_a_far_opening_is_found_and_the_last_one_is_the_end():
    data = {"zone": "Asia/Makassar", "weeks": [{**NORMAL, "from": "2400-01-03", "to": "2400-01-04"}], "closed_days": {}}
    calendar, today = WorkingCalendar.from_dict(data), wita("2026-11-26 09:00")
    assert calendar.next_open(today) == wita("2400-01-03 07:30")
    assert calendar.add_minutes(today, 900) == wita("2400-01-04 16:00")
    assert calendar.add_days(today, 1) == wita("2400-01-04 07:30")
    for walk in (lambda: calendar.add_minutes(today, 901), lambda: calendar.add_days(today, 2)):
        with pytest.raises(ValueError, match="too few"):
            walk()
    with pytest.raises(ValueError, match="too few openings"):
        calendar.next_open(wita("2400-01-04 16:00"))
    assert calendar.elapsed(today, wita("2500-01-01 00:00")) == timedelta(minutes=900)


def test_an_evening_in_the_west_may_be_open_when_utc_has_the_next_year():
    evening = {"from": "2026-12-31", "to": "2026-12-31", "hours": {"thu": [["20:00", "22:00"]]}}
    calendar = WorkingCalendar.from_dict({"zone": "America/New_York", "weeks": [evening]})
    begins = datetime.fromisoformat("2027-01-01T01:00+00:00")
    assert calendar.next_open(begins - timedelta(days=9)) == begins
    assert calendar.add_minutes(begins, 120) == begins + timedelta(hours=2)


@pytest.mark.parametrize("zone", ["Asia/Makassar", "America/St_Johns", "Pacific/Apia", "Pacific/Honolulu"])
@pytest.mark.parametrize("around", ["2006-10-29", "2011-12-30", "2026-01-01"])
def test_an_office_that_never_closes_works_all_the_time(zone, around):
    """Also where summer time ended one minute after midnight, where a date was left out, and at the turn of a year."""
    calendar = WorkingCalendar.from_dict(every_day([["00:00", "24:00"]], zone))
    begins = datetime.fromisoformat(f"{around}T00:00+00:00") - timedelta(days=1)
    for quarter in range(4 * 48):
        until = begins + timedelta(minutes=15 * quarter)
        assert calendar.elapsed(begins, until) == until - begins
        # In UTC: Python finds a local time that is repeated equal to no other.
        assert calendar.next_open(until).astimezone(UTC) == until
        assert calendar.add_minutes(begins, 15 * quarter).astimezone(UTC) == until


def test_the_first_and_the_last_day_of_a_year_are_working_days():
    calendar = WorkingCalendar.from_dict(every_day([["07:30", "16:00"]]))
    for first in (date(2026, 12, 30), date(2026, 12, 31), date(2027, 1, 1)):
        for days in range(4):
            assert calendar.working_days(first, first + timedelta(days)) == days
    assert calendar.working_days(date(2027, 1, 2), date(2027, 1, 1)) == 0
    assert calendar.working_days(date.min, date.min) == 0, "a year that the calendar does not cover is not asked for"


def test_the_last_year_is_open_too():
    calendar = WorkingCalendar.from_dict(every_day([["00:00", "24:00"]]))
    summer = datetime(9998, 6, 1, tzinfo=UTC)
    assert calendar.next_open(summer) == summer
    assert calendar.add_minutes(summer, 60) == summer + timedelta(hours=1)
    assert calendar.same_time_after(summer, 30) == summer + timedelta(days=30)


def test_an_allowance_without_end_is_refused_before_any_year_is_computed(monkeypatch):
    calendar, built = WorkingCalendar.from_dict(BALANGAN), []
    monkeypatch.setattr(
        OfficeHours, "_build", lambda self, year, build=OfficeHours._build: built.append(year) or build(self, year)
    )
    for walk in (calendar.add_minutes, calendar.add_days):
        with pytest.raises(ValueError, match="too few openings"):
            walk(wita("2026-11-26 09:00"), 10**18)
    assert built == [2026]


def test_no_time_at_all_is_done_at_the_next_opening():
    calendar = WorkingCalendar.from_dict(BALANGAN)
    assert calendar.add_time(wita("2026-11-26 12:30"), timedelta()) == wita("2026-11-26 13:00")


def test_a_calendar_is_written_as_it_was_read():
    assert WorkingCalendar.from_dict(BALANGAN).to_dict() == BALANGAN
    untidy = {"weeks": [{"from": None, "to": None, "hours": {"mon": [["13:00", "24:00"], ["07:30", "12:00"]]}}]}
    tidy = WorkingCalendar.from_dict({"zone": "Europe/Berlin", **untidy}).to_dict()
    assert tidy["weeks"][0]["hours"] == {"mon": [["07:30", "12:00"], ["13:00", "24:00"]]}
    assert tidy["closed_days"] == {}
