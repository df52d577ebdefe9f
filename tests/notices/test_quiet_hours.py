"""When officers are told, by hand: at once in office time, otherwise with the morning's message."""

import pytest

from app.notices.quiet_hours import SendingChoices, in_office_time, next_morning, release
from tests.workflow_rules.office_calendars import BALANGAN, wita
from workflow_rules.time.working_calendar import WorkingCalendar

CALENDAR = WorkingCalendar.from_dict(BALANGAN)
DAY, LUNCH, EVENING, NIGHT = "2026-11-26 10:00", "2026-11-26 12:30", "2026-11-26 19:00", "2026-11-27 03:00"
FRIDAY_NIGHT, SUNDAY, CHRISTMAS = "2026-11-27 20:00", "2026-11-29 10:00", "2026-12-24 09:00"


@pytest.mark.parametrize(
    ("now", "at_work"),
    [(DAY, True), (LUNCH, True), (EVENING, False), (NIGHT, False), (SUNDAY, False), ("2026-11-26 07:30", True)],
)
def test_office_time_is_from_the_first_opening_to_the_last_closing(now: str, at_work: bool) -> None:
    assert in_office_time(CALENDAR, wita(now)) is at_work


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        (DAY, "2026-11-27 07:30"),
        (EVENING, "2026-11-27 07:30"),
        (NIGHT, "2026-11-27 07:30"),
        ("2026-11-27 07:30", "2026-11-30 07:30"),
        (FRIDAY_NIGHT, "2026-11-30 07:30"),
        (SUNDAY, "2026-11-30 07:30"),
        (CHRISTMAS, "2026-12-28 07:30"),
    ],
)
def test_the_next_morning_is_that_of_a_working_day(now: str, morning: str) -> None:
    assert next_morning(CALENDAR, wita(now)) == wita(morning)


@pytest.mark.parametrize(
    ("now", "wishes", "at_limit", "sent", "with_digest"),
    [
        (DAY, SendingChoices(), False, DAY, False),
        (LUNCH, SendingChoices(), False, LUNCH, False),
        (EVENING, SendingChoices(), False, "2026-11-27 07:30", True),
        (EVENING, SendingChoices(), True, "2026-11-27 07:30", True),
        (EVENING, SendingChoices(limit_at_any_hour=True), True, EVENING, False),
        (EVENING, SendingChoices(limit_at_any_hour=True), False, "2026-11-27 07:30", True),
        (EVENING, SendingChoices(quiet=False), False, EVENING, False),
        (DAY, SendingChoices(only_digest=True), True, "2026-11-27 07:30", True),
        (DAY, SendingChoices(only_digest=True, limit_at_any_hour=True), True, DAY, False),
        (SUNDAY, SendingChoices(), False, "2026-11-30 07:30", True),
    ],
)
def test_when_a_notice_goes_out(now: str, wishes: SendingChoices, at_limit: bool, sent: str, with_digest: bool) -> None:
    released = release(CALENDAR, wita(now), wishes, at_limit)
    assert (released.at, released.with_digest) == (wita(sent), with_digest)
