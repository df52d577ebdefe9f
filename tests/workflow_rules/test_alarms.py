"""Levels of an alarm and who hears of each, from a table written by hand from the SOP's line of officers."""

from datetime import timedelta

import pytest

from tests.workflow_rules.office_calendars import BALANGAN, wita
from workflow_rules.process.escalation import LIMIT, WARNING, Alarm, actor_notified, alarms_until, escalation_line
from workflow_rules.process.standard_sop import STANDARD_SOP, Officer
from workflow_rules.time.working_calendar import WorkingCalendar

CALENDAR = WorkingCalendar.from_dict(BALANGAN)

LINES = {
    "complaint_admin": "complaint_admin section_head office_head",
    "section_head": "section_head division_head office_head",
    "division_head": "division_head office_head",
    "office_head": "office_head",
    "agency_admin": "agency_admin agency_secretary agency_head office_head",
    "agency_secretary": "agency_secretary agency_head office_head",
    "agency_head": "agency_head office_head",
}


@pytest.mark.parametrize("holder", LINES)
def test_the_line_goes_from_the_holder_to_the_head_of_the_office(holder: str) -> None:
    line = LINES[holder].split()
    assert list(escalation_line(holder, STANDARD_SOP)) == line
    assert actor_notified(0, holder, STANDARD_SOP) == actor_notified(1, holder, STANDARD_SOP) == holder
    told = [actor_notified(level, holder, STANDARD_SOP) for level in range(1, 9)]
    assert told == [*line, *[Officer.OFFICE_HEAD] * (8 - len(line))]


def test_a_draft_of_five_days_warns_after_four_and_then_goes_up_the_line_each_working_day() -> None:
    start, due = wita("2026-11-23 09:00"), wita("2026-11-30 09:00")
    found = alarms_until(CALENDAR, start, due, wita("2026-12-03 09:00"), Officer.AGENCY_SECRETARY, STANDARD_SOP)
    assert found == (
        Alarm(WARNING, wita("2026-11-27 09:00"), Officer.AGENCY_SECRETARY),
        Alarm(LIMIT, wita("2026-11-30 09:00"), Officer.AGENCY_SECRETARY),
        Alarm(2, wita("2026-12-01 09:00"), Officer.AGENCY_HEAD),
        Alarm(3, wita("2026-12-02 09:00"), Officer.OFFICE_HEAD),
        Alarm(4, wita("2026-12-03 09:00"), Officer.OFFICE_HEAD),
    )


@pytest.mark.parametrize(
    ("now", "levels"),
    [
        ("2026-12-23 09:47", []),
        ("2026-12-23 09:48", [0]),
        ("2026-12-23 09:59", [0]),
        ("2026-12-23 10:00", [0, 1]),
        ("2026-12-25 12:00", [0, 1]),
        ("2026-12-28 09:59", [0, 1]),
        ("2026-12-28 10:00", [0, 1, 2]),
    ],
)
def test_days_on_which_nobody_works_raise_nothing(now: str, levels: list[int]) -> None:
    start, due = wita("2026-12-23 09:00"), wita("2026-12-23 10:00")
    found = alarms_until(CALENDAR, start, due, wita(now), Officer.SECTION_HEAD, STANDARD_SOP)
    assert [alarm.level for alarm in found] == levels


def test_a_pause_moves_the_warning() -> None:
    start, due = wita("2026-11-23 09:00"), wita("2026-11-23 11:00")
    pause = (wita("2026-11-23 09:10"), wita("2026-11-23 10:10"))
    found = alarms_until(CALENDAR, start, due, due, Officer.SECTION_HEAD, STANDARD_SOP, [pause])
    assert [a.at for a in found] == [wita("2026-11-23 10:48"), due]


def test_a_naive_moment_is_an_error() -> None:
    start = wita("2026-11-23 09:00")
    with pytest.raises(ValueError, match="aware"):
        alarms_until(
            CALENDAR, start.replace(tzinfo=None), start + timedelta(hours=1), start, Officer.SECTION_HEAD, STANDARD_SOP
        )
