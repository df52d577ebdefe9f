"""The national clock beside the SOP's: stages, classes and settings that change, by hand."""

from datetime import date, timedelta

import pytest

from tests.workflow_rules.office_calendars import BALANGAN, wita
from workflow_rules.time.national_clock import (
    NationalClass,
    NationalHistory,
    NationalLimit,
    NationalStage,
    limit_for,
    national_clocks,
)
from workflow_rules.time.working_calendar import WorkingCalendar

CALENDAR = WorkingCalendar.from_dict(BALANGAN)
SINCE = date(2025, 1, 1)
LIMITS = (
    NationalLimit(NationalStage.VERIFY, 3, "SP4N", SINCE),
    NationalLimit(NationalStage.ACT, 5, "SP4N", SINCE),
    NationalLimit(NationalStage.FINISH, 5, "SP4N", SINCE, NationalClass.INFORMATION_REQUEST),
    NationalLimit(NationalStage.FINISH, 5, "SP4N", SINCE, NationalClass.ASPIRATION),
    NationalLimit(NationalStage.FINISH, 14, "SP4N", SINCE, NationalClass.NO_OVERSIGHT),
    NationalLimit(NationalStage.FINISH, 60, "SP4N", SINCE, NationalClass.OVERSIGHT),
    NationalLimit(NationalStage.CLOSE, 10, "SP4N", SINCE),
)
RECEIVED = wita("2026-11-02 09:00")


def stages(history: NationalHistory, now: str) -> dict[str, tuple[str, str]]:
    """Due and state of each stage that has begun."""
    clocks = national_clocks(LIMITS, history, CALENDAR, wita(now))
    return {c.limit.stage.value: (c.due_at.strftime("%m-%d %H:%M"), c.state.value) for c in clocks}


def test_a_new_case_is_to_be_passed_on_and_to_be_finished() -> None:
    history = NationalHistory(RECEIVED, NationalClass.NO_OVERSIGHT)
    assert stages(history, "2026-11-02 10:00") == {"verify": ("11-05 09:00", "safe"), "finish": ("11-20 09:00", "safe")}
    assert stages(history, "2026-11-05 09:00")["verify"] == ("11-05 09:00", "near")
    assert stages(history, "2026-11-05 09:01")["verify"] == ("11-05 09:00", "late")


@pytest.mark.parametrize(
    ("of_class", "due"),
    [
        ("information_request", "11-09 09:00"),
        ("aspiration", "11-09 09:00"),
        ("no_oversight", "11-20 09:00"),
        ("oversight", "01-27 09:00"),
    ],
)
def test_the_time_to_finish_is_that_of_the_class(of_class: str, due: str) -> None:
    history = NationalHistory(RECEIVED, NationalClass(of_class))
    assert stages(history, "2026-11-02 10:00")["finish"][0] == due


def test_each_stage_begins_where_the_one_before_was_done_and_stays_as_it_was_done() -> None:
    history = NationalHistory(
        RECEIVED,
        NationalClass.NO_OVERSIGHT,
        sent_at=wita("2026-11-03 08:00"),
        taken_up_at=wita("2026-11-12 08:00"),
        answered_at=wita("2026-11-19 08:00"),
    )
    assert stages(history, "2026-11-23 08:00") == {
        "verify": ("11-05 09:00", "safe"),
        "act": ("11-10 08:00", "late"),
        "finish": ("11-20 09:00", "near"),
        "close": ("12-03 08:00", "safe"),
    }


def test_an_ended_case_no_longer_runs_late() -> None:
    history = NationalHistory(RECEIVED, NationalClass.NO_OVERSIGHT, ended_at=RECEIVED + timedelta(hours=1))
    assert {state for _, state in stages(history, "2027-06-01 08:00").values()} == {"safe"}


def test_the_setting_of_the_day_on_which_a_stage_began_holds() -> None:
    newer = NationalLimit(NationalStage.VERIFY, 2, "Peraturan uji", date(2026, 11, 3))
    limits = (*LIMITS, newer)
    no_oversight = NationalClass.NO_OVERSIGHT
    assert limit_for(limits, NationalStage.VERIFY, no_oversight, date(2026, 11, 2)) == LIMITS[0]
    assert limit_for(limits, NationalStage.VERIFY, no_oversight, date(2026, 11, 3)) == newer
    assert limit_for(limits, NationalStage.VERIFY, no_oversight, date(2024, 12, 31)) is None
    history = NationalHistory(wita("2024-12-30 09:00"), no_oversight)
    assert national_clocks(limits, history, CALENDAR, RECEIVED) == ()
