"""A rehearsal: three small cases worked out by hand, and that the same SOP gives exactly what happened.

The calendar is Monday to Friday, 08.00 to 16.00 without a break; 2 November 2026 is a Monday.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reporting.rehearsals.model import Opening, WhatIf, rehearse, whole_time
from app.reporting.rehearsals.totals import Rehearsal
from workflow_rules.process.sop import Sop
from workflow_rules.process.standard_sop import STANDARD_SOP, Officer, Step
from workflow_rules.time.deadlines import Allowance, Unit, deadline_for
from workflow_rules.time.working_calendar import WorkingCalendar

DAYS = {day: [["08:00", "16:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
CALENDAR = WorkingCalendar.from_dict(
    {"zone": "Asia/Makassar", "weeks": [{"from": None, "to": None, "hours": DAYS}], "closed_days": {}}
)


def at(text: str) -> datetime:
    """`2 08:30`: that day of November 2026 in Balangan."""
    day, clock = text.split()
    return datetime.fromisoformat(f"2026-11-{int(day):02d}T{clock}:00+08:00")


def opening(step: Step, begins: str, ends: str, track: str | None = None, **more: object) -> Opening:
    """An opening under the standard SOP, with the limit that it had."""
    granted = STANDARD_SOP.allowance(step, bool(more.get("extended")))
    began = at(begins)
    due = deadline_for(CALENDAR, began, granted, more.get("pauses", ()))  # type: ignore[arg-type]
    owner = STANDARD_SOP.owner(step)
    return Opening(step, track, 1, owner, began, at(ends), began, due, granted, **more)  # type: ignore[arg-type]


def with_step(step: Step, minutes: int | None = None, actor: Officer | None = None) -> Sop:
    rows = [
        replace(
            row,
            allowance=Allowance(minutes, Unit.WORKING_MINUTES) if minutes else row.allowance,
            actor=actor or row.actor,
        )
        if row.step is step
        else row
        for row in STANDARD_SOP.steps
    ]
    return replace(STANDARD_SOP, steps=tuple(rows))


# Registered in 30 minutes, checked in 75 of 60, reported in 45, directed at 10.45.
MORNING = (
    opening(Step.REGISTER, "2 08:00", "2 08:30"),
    opening(Step.CHECK, "2 08:30", "2 09:45"),
    opening(Step.REPORT, "2 09:45", "2 10:30"),
    opening(Step.DIRECT, "2 10:30", "2 10:45"),
)
# Two agencies; `a` drafts until Thursday and is the last to send, `b` is done on Wednesday.
TWO_AGENCIES = (
    opening(Step.DIRECT, "2 08:00", "2 09:00"),
    opening(Step.AGENCY_RECEIVE, "2 09:00", "2 11:00", "a"),
    opening(Step.AGENCY_RECEIVE, "2 09:00", "2 09:30", "b"),
    opening(Step.AGENCY_DISPOSE, "2 09:30", "2 10:00", "b"),
    opening(Step.DRAFT_ANSWER, "2 10:00", "4 10:00", "b"),
    opening(Step.AGENCY_DISPOSE, "2 11:00", "2 12:00", "a"),
    opening(Step.DRAFT_ANSWER, "2 12:00", "4 11:00", "a"),
    opening(Step.DISPOSE_ANSWER, "4 11:00", "4 11:45"),
)


def test_another_allowance_moves_only_the_breach() -> None:
    longer = rehearse(MORNING, WhatIf(with_step(Step.CHECK, 90)), CALENDAR)
    assert [(o.then.late, o.late) for o in longer] == [(False, False), (True, False), (False, False), (False, False)]
    shorter = rehearse(MORNING, WhatIf(with_step(Step.REPORT, 40)), CALENDAR)
    assert [o.late for o in shorter] == [False, True, True, False]
    exactly = rehearse(MORNING, WhatIf(with_step(Step.REPORT, 45)), CALENDAR)
    assert [o.late for o in exactly] == [False, True, False, False]
    assert [(o.begins, o.ends) for o in shorter] == [(o.opened_at, o.closed_at) for o in MORNING]


def test_a_step_less_lets_what_followed_begin_earlier() -> None:
    found = rehearse(MORNING, WhatIf(STANDARD_SOP, frozenset({Step.CHECK})), CALENDAR)
    assert [o.late for o in found] == [False, False, False, False]
    assert found[1].left_out
    assert (found[2].begins, found[2].ends) == (at("2 08:30"), at("2 09:15"))
    assert (found[3].begins, found[3].ends) == (at("2 09:15"), at("2 09:30"))
    assert whole_time(found, CALENDAR) == (timedelta(minutes=165), timedelta(minutes=90))
    sums = Rehearsal()
    sums.add(7, found, CALENDAR)
    assert (sums.whole.then.count, sums.whole.then.late, sums.whole.then.minutes) == (4, 1, 165)
    assert (sums.whole.now.count, sums.whole.now.late, sums.whole.now.minutes) == (3, 0, 90)
    assert (sums.cases.late_then, sums.cases.late_now, sums.cases.saved, sums.cases.lost) == (1, 0, 1, 0)
    assert sums.changed == [(7, True, False)]
    assert sums.cases.medians == (165, 90)
    assert sums.steps[Step.CHECK].now.count == 0


def test_step_10_waits_for_the_agency_that_would_now_be_the_last() -> None:
    """Without step 5 agency `a` gains two hours and is done at 9.00, an hour before `b`, which gains half an hour."""
    found = rehearse(TWO_AGENCIES, WhatIf(STANDARD_SOP, frozenset({Step.AGENCY_RECEIVE})), CALENDAR)
    ends = {(o.then.step, o.then.track): o.ends for o in found}
    assert ends[Step.DRAFT_ANSWER, "a"] == at("4 09:00")
    assert ends[Step.DRAFT_ANSWER, "b"] == at("4 09:30")
    assert (found[-1].begins, found[-1].ends) == (at("4 09:30"), at("4 10:15"))
    assert [o.late for o in found] == [False, False, False, False, False, False, False, True]
    assert found[1].then.late


def test_a_wait_for_the_reporter_lasts_as_long_as_it_lasted() -> None:
    """Registered after 30 minutes of work and a day of waiting: neither late then nor with the check left out."""
    waits = ((at("2 08:20"), at("3 08:20")),)
    asked = (
        opening(Step.CHECK, "1 08:00", "2 08:10"),
        replace(opening(Step.REGISTER, "2 08:10", "3 08:40", pauses=waits), opened_at=at("2 08:10")),
    )
    found = rehearse(asked, WhatIf(STANDARD_SOP, frozenset({Step.CHECK})), CALENDAR)
    assert found[1].spent == timedelta(minutes=30)
    assert (found[1].begins, found[1].ends) == (at("1 08:00"), at("3 08:30"))
    assert not found[1].late
    tighter = WhatIf(with_step(Step.REGISTER, 20), frozenset({Step.CHECK}))
    assert rehearse(asked, tighter, CALENDAR)[1].late


def test_a_step_given_to_another_officer_is_counted_there() -> None:
    sums = Rehearsal()
    what_if = WhatIf(with_step(Step.CHECK, actor=Officer.DIVISION_HEAD))
    sums.add(1, rehearse(MORNING, what_if, CALENDAR), CALENDAR)
    head, division = sums.actors[Officer.SECTION_HEAD], sums.actors[Officer.DIVISION_HEAD]
    assert (head.then.minutes, head.now.minutes) == (75, 0)
    assert (division.then.minutes, division.now.minutes) == (45, 120)


def test_work_done_at_night_takes_no_time_and_waits_for_no_morning() -> None:
    night = (opening(Step.CHECK, "2 15:00", "2 18:00"), opening(Step.REPORT, "2 18:00", "2 20:00"))
    found = rehearse(night, WhatIf(STANDARD_SOP, frozenset({Step.CHECK})), CALENDAR)
    assert (found[1].begins, found[1].ends) == (at("2 15:00"), at("2 15:00"))


def test_what_makes_a_case_cannot_be_left_out() -> None:
    for step in (Step.REGISTER, Step.DIRECT, Step.DRAFT_ANSWER, Step.REPLY):
        with pytest.raises(ValueError, match="cannot be left out"):
            WhatIf(STANDARD_SOP, frozenset({step}))


@st.composite
def histories(draw: st.DrawFn) -> list[Opening]:
    """Chains of openings at any hour, with limits that no calendar of today would give."""
    begins = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(minutes=draw(st.integers(0, 10_000)))
    found = []
    for step in draw(st.lists(st.sampled_from(list(Step)), min_size=1, max_size=14)):
        ends = begins + timedelta(minutes=draw(st.integers(0, 6000)))
        due = begins + timedelta(minutes=draw(st.integers(0, 6000)))
        drafts = [(False, 0), (True, 0), (False, 5), (True, 9)]
        extended, more_days = draw(st.sampled_from(drafts)) if step is Step.DRAFT_ANSWER else (False, 0)
        granted = STANDARD_SOP.allowance(step, extended, more_days)
        track = draw(st.sampled_from([None, "a", "b"]))
        owner = STANDARD_SOP.owner(step)
        found.append(Opening(step, track, 1, owner, begins, ends, begins, due, granted, extended, more_days))
        begins = ends
    return found


@given(histories())
def test_the_same_sop_gives_exactly_what_happened(history: list[Opening]) -> None:
    found = rehearse(history, WhatIf(STANDARD_SOP), CALENDAR)
    assert [(o.begins, o.ends, o.late, o.actor) for o in found] == [
        (o.opened_at, o.closed_at, o.late, o.actor) for o in history
    ]


@given(histories(), st.sets(st.sampled_from([Step.CHECK, Step.REPORT, Step.AGENCY_RECEIVE, Step.SEND_ANSWER])))
def test_a_step_less_never_makes_a_case_longer(history: list[Opening], skipped: set[Step]) -> None:
    found = rehearse(history, WhatIf(STANDARD_SOP, frozenset(skipped)), CALENDAR)
    assert all(o.begins <= o.then.opened_at and o.ends <= o.then.closed_at for o in found)
    was, would = whole_time(found, CALENDAR)
    assert would <= was
