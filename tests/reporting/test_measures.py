"""Punctuality of a small month, every figure worked out by hand from the times in `small_month`."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import false, select

from app.core.extensions import redis_client
from app.core.periods import days, month_of
from app.models import Complaint
from app.reference.calendar import load_working_calendar
from app.reporting.figures.measures import Measure
from app.reporting.figures.punctuality import cached_punctualities, punctualities, punctuality
from tests.factories import a_complaint
from tests.office_zone import OFFICE_ZONE
from tests.reporting.small_month import answered_road, direction, led, waiting_road, wita
from workflow_rules.time.deadlines import Allowance, Unit

SEPTEMBER = month_of(date(2026, 9, 1), OFFICE_ZONE)

# Step, closed, in time, median minutes, 90th percentile, longest. Both cases went through steps 1 and 2: registering
# took 30 and 30 + 20 minutes (the day of the question is the reporter's), checking 75 and 40.
BY_STEP = [
    ("register", 2, 2, 40, 50, 50),
    ("check", 2, 1, 57.5, 75, 75),
    ("report", 1, 1, 15, 15, 15),
    ("direct", 1, 1, 30, 30, 30),
    ("agency_receive", 1, 1, 30, 30, 30),
    ("agency_dispose", 1, 1, 30, 30, 30),
    ("draft_answer", 1, 1, 900, 900, 900),
    ("sign_answer", 1, 1, 300, 300, 300),
    ("send_answer", 1, 1, 30, 30, 30),
    ("dispose_answer", 1, 0, 60, 60, 60),
    ("reply", 1, 1, 30, 30, 30),
]


@pytest.fixture
def month(context: Flask) -> None:
    answered_road()
    waiting_road()


def told(measure: Measure) -> tuple[object, ...]:
    figures = (measure.median_minutes, measure.p90_minutes, measure.longest_minutes)
    return (measure.step, measure.count, measure.within, *figures)


@pytest.mark.usefixtures("month")
def test_each_step_is_measured_against_its_own_allowance() -> None:
    found = punctuality(SEPTEMBER)
    assert [told(measure) for measure in found] == BY_STEP
    draft = found[6]
    # 5 days from Tuesday 11.30 are 2,250 working minutes of this calendar; the unit of the allowance stays days.
    assert (draft.allowances, draft.median_percent) == ((Allowance(5, Unit.WORKING_DAYS),), 40)
    assert found[1].median_percent == (125 + 66) / 2
    assert (found[1].within, found[1].late) == (1, 1)


@pytest.mark.usefixtures("month")
def test_offices_and_agencies_are_groups_too_and_one_reading_gives_several() -> None:
    whole, by_agency, by_office = punctualities(SEPTEMBER, (), ("agency",), ("actor",))
    assert [(m.count, m.within) for m in whole] == [(13, 11)]
    assert [(m.agency, m.count, m.within) for m in by_agency] == [(None, 8, 6), ("dpuprperkim", 5, 5)]
    assert {m.actor: (m.count, m.within) for m in by_office} == {
        "complaint_admin": (3, 3),
        "section_head": (2, 1),
        "division_head": (1, 1),
        "office_head": (2, 1),
        "agency_admin": (2, 2),
        "agency_head": (2, 2),
        "agency_secretary": (1, 1),
    }


@pytest.mark.usefixtures("month")
def test_a_step_counts_in_the_period_in_which_it_closed_and_only_for_whom_is_asked() -> None:
    friday = days(date(2026, 9, 4), date(2026, 9, 4), OFFICE_ZONE)
    assert [(m.step, m.count) for m in punctuality(friday)] == [
        ("register", 1),
        ("check", 1),
        ("sign_answer", 1),
        ("send_answer", 1),
        ("dispose_answer", 1),
        ("reply", 1),
    ]
    assert [m.step for m in punctuality(friday, agencies=["dpuprperkim"])] == ["sign_answer", "send_answer"]
    secret = select(Complaint.id).where(Complaint.confidentiality == "secret")
    assert [m.step for m in punctuality(friday, among=secret)] == ["register", "check"]
    assert punctuality(days(date(2026, 8, 1), date(2026, 8, 31), OFFICE_ZONE)) == []


@pytest.mark.usefixtures("context")
def test_a_relay_runs_on_step_fours_time() -> None:
    case = a_complaint("direct", received=wita("1 08:00"))
    led(
        case,
        ("1 08:40", "office_head", "direct", direction("dishub", route="via_admin")),
        ("1 09:10", "complaint_admin", "relay", {}),
    )
    assert [told(m) for m in punctuality(SEPTEMBER)][3:] == [("direct", 1, 1, 40, 40, 40), ("relay", 1, 0, 70, 70, 70)]


@pytest.mark.usefixtures("context")
def test_exactly_at_the_limit_is_in_time_and_a_minute_later_is_not() -> None:
    led(a_complaint(received=wita("1 08:00")), ("1 09:00", "complaint_admin", "register", {}))
    led(a_complaint(received=wita("1 08:00")), ("1 09:01", "complaint_admin", "register", {}))
    assert [told(m) for m in punctuality(SEPTEMBER)] == [("register", 2, 1, 60.5, 61, 61)]


@pytest.mark.usefixtures("context")
def test_what_happens_twice_within_an_instant_counts_twice_and_no_more() -> None:
    case = a_complaint("check", received=wita("1 08:00"))
    for actor, action, params in (
        ("section_head", "send_back", {"note": "Lengkapi."}),
        ("complaint_admin", "register", {}),
        ("section_head", "approve_check", {}),
    ):
        case.act(actor, action, now=wita("1 08:00"), **params)
    assert [told(m)[:2] for m in punctuality(SEPTEMBER)] == [("register", 2), ("check", 2)]


@pytest.mark.usefixtures("month")
def test_the_cache_never_gives_measures_of_other_cases() -> None:
    """Each select of cases has an entry of its own, also when only the value of a parameter differs."""
    redis_client().flushdb()
    ids = select(Complaint.id)
    channels = [ids.where(Complaint.channel == channel) for channel in ("walk_in", "phone", "sp4n")]
    secrecy = [ids.where(Complaint.confidentiality == secrecy) for secrecy in ("open", "secret")]
    sights = [None, ids.where(false()), *channels, *secrecy]
    wanted = [punctualities(SEPTEMBER, ("step",), (), among=among) for among in sights]
    calendar, now = load_working_calendar(), wita("2026-09-30 12:00")
    for _ in ("computed", "cached"):
        found = [
            cached_punctualities(SEPTEMBER, ("step",), (), agencies=None, among=among, calendar=calendar, now=now)
            for among in sights
        ]
        assert found == wanted
        assert len(redis_client().keys("lapor:measures:*")) == len(sights)
    assert len({len(steps) for steps, _ in wanted}) > 2
