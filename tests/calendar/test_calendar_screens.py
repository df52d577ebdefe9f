"""The working calendar on its screens: what is refused, and how open limits follow every change."""

from datetime import date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.calendar.change import FURTHEST_LIMIT
from app.cases.raise_alarms import raise_due_alarms
from app.core.clock import utc_now
from app.core.extensions import db
from app.models import ComplaintEvent, Holiday, StepAlarm, WorkingWeek
from app.reference.calendar import load_working_calendar
from app.web.form_labels import REFUSED
from tests.factories import a_complaint
from tests.office_zone import office_today
from tests.reference.reference_forms import HOLIDAY, Freeze, SignIn, change, due, key_of, office, refused, with_reason
from workflow_rules.process.escalation import LIMIT

pytestmark = [pytest.mark.filterwarnings("ignore:Yielding raw tuples:DeprecationWarning")]


def test_a_holiday_moves_the_limits_of_open_steps_at_once(app: Flask, tuesday: FlaskClient) -> None:
    with app.app_context():
        case_id = a_complaint().id
    before = office("2026-11-24 11:00")
    assert due(app, case_id) == (before, before)
    assert change(tuesday, "/hari-libur/add", **HOLIDAY) is None
    after = office("2026-11-25 08:30")
    assert due(app, case_id) == (after, after)
    assert str(REFUSED["already_exists"]) in (change(tuesday, "/hari-libur/add", **HOLIDAY) or "")
    key = key_of(app, Holiday, day=date(2026, 11, 24))
    assert change(tuesday, f"/hari-libur/edit/{key}", **{**HOLIDAY, "day": "2026-11-26"}) is None
    assert due(app, case_id) == (before, before)
    assert change(tuesday, f"/hari-libur/edit/{key}", **HOLIDAY) is None
    gone = tuesday.post(f"/hari-libur/delete/{key}")
    assert with_reason(tuesday, gone.text) is None
    assert due(app, case_id) == (before, before)


def test_limits_in_days_and_pauses_are_counted_anew_from_the_step_s_own_start(
    app: Flask, freeze: Freeze, as_user: SignIn
) -> None:
    freeze("2026-11-20 10:00")
    with app.app_context():
        case = a_complaint(at="draft_answer", agencies=("dishub",))
        case.act("agency_secretary", "request_information", "dishub", agency="dishub", question="Di mana?")
        freeze("2026-11-23 10:00")
        case.act("complaint_admin", "add_information", agency="dishub", text="Di depan sekolah.")
        case_id = case.id
    before = due(app, case_id)[0]
    freeze("2026-11-24 10:00")
    assert change(as_user("administrator"), "/hari-libur/add", **HOLIDAY) is None
    assert before == office("2026-11-30 10:00")
    assert due(app, case_id)[0] == office("2026-12-01 10:00")


def test_a_breach_stays_reported_and_a_moved_limit_is_reported_when_it_passes_too(
    app: Flask, tuesday: FlaskClient, freeze: Freeze
) -> None:
    with app.app_context():
        case_id = a_complaint().id
    first, moved = office("2026-11-24 11:00"), office("2026-11-25 08:30")
    for moment, limit, reported in (
        ("2026-11-24 11:30", first, [first]),
        ("2026-11-24 11:31", first, [first]),
        ("2026-11-25 12:00", moved, [first, moved]),
    ):
        freeze(moment)
        with app.app_context():
            raise_due_alarms(utc_now())
        assert _reported(app) == (reported, reported)
        assert due(app, case_id)[0] == limit
        if moment == "2026-11-24 11:31":
            assert change(tuesday, "/hari-libur/add", **HOLIDAY) is None


def _reported(app: Flask) -> tuple[list[datetime], list[datetime]]:
    """The limits of the events and those of the alarms, the earliest first."""
    with app.app_context():
        breaches = select(ComplaintEvent.data["due_at"].astext).where(ComplaintEvent.kind == "breached")
        alarms = select(StepAlarm.due_at).where(StepAlarm.level == LIMIT).order_by(StepAlarm.due_at)
        return sorted(map(datetime.fromisoformat, db.session.scalars(breaches))), list(db.session.scalars(alarms))


def _week(app: Flask) -> dict[str, str]:
    with app.app_context():
        row = db.session.scalars(select(WorkingWeek).where(WorkingWeek.starts_on.is_(None))).one()
        return {name: getattr(row, name) for name in ("name", "mon", "tue", "wed", "thu", "fri", "sat", "sun")}


def test_other_hours_move_the_limits_of_open_steps(app: Flask, tuesday: FlaskClient) -> None:
    with app.app_context():
        case_id = a_complaint().id
    key = key_of(app, WorkingWeek, starts_on=None)
    assert change(tuesday, f"/jam-kerja/edit/{key}", **{**_week(app), "tue": "10:30-16:00"}) is None
    assert due(app, case_id)[0] == office("2026-11-24 11:30")
    span = {"starts_on": "2026-11-24", "ends_on": "2026-11-24"}
    assert (
        change(tuesday, "/jam-kerja/add", **{**_week(app), **span, "name": "Pulang awal", "tue": "08:00-10:15"}) is None
    )
    assert due(app, case_id)[0] == office("2026-11-25 08:15")


@pytest.mark.parametrize(
    "hours", ["siang", "07:30", "12:00-07:30", "07:30-12:00 11:00-16:00", "25:00-26:00", "7-12-16"]
)
def test_hours_that_no_clock_shows_are_refused_beside_their_day(app: Flask, screen: FlaskClient, hours: str) -> None:
    key = key_of(app, WorkingWeek, starts_on=None)
    assert refused(change(screen, f"/jam-kerja/edit/{key}", **{**_week(app), "tue": hours}), "bad_hours", "tue")


def test_hours_are_put_into_one_spelling(app: Flask, screen: FlaskClient) -> None:
    key, week = key_of(app, WorkingWeek, starts_on=None), _week(app)
    assert change(screen, f"/jam-kerja/edit/{key}", **{**week, "sat": "7.30 – 11.00"}) is None
    assert _week(app)["sat"] == "07:30-11:00"
    backwards = {**week, "starts_on": "2026-12-02", "ends_on": "2026-12-01"}
    assert refused(change(screen, "/jam-kerja/add", **backwards), "ends_before_start", "ends_on")


def test_an_office_that_never_opens_is_refused_beside_the_field_and_changes_no_limit(
    app: Flask, tuesday: FlaskClient
) -> None:
    with app.app_context():
        case_id = a_complaint().id
    key, week = key_of(app, WorkingWeek, starts_on=None), _week(app)
    page = change(tuesday, "/jam-kerja/add", name="Tutup terus", starts_on="", ends_on="", mon="")
    assert refused(page, "never_opens", "mon")
    assert 'value="Tutup terus"' in (page or "")
    only_now = {**week, "starts_on": "2026-11-23", "ends_on": "2026-11-27"}
    assert refused(change(tuesday, f"/jam-kerja/edit/{key}", **only_now), "never_opens", "mon")
    gone = tuesday.post(f"/jam-kerja/delete/{key}", follow_redirects=True)
    assert str(REFUSED["never_opens"]) in gone.text
    assert _week(app) == week
    assert due(app, case_id)[0] == office("2026-11-24 11:00")


def test_a_holiday_that_leaves_too_few_open_days_is_refused_beside_its_date(app: Flask, tuesday: FlaskClient) -> None:
    with app.app_context():
        last = load_working_calendar().add_days(utc_now(), FURTHEST_LIMIT)
        week = db.session.scalars(select(WorkingWeek).where(WorkingWeek.starts_on.is_(None))).one()
        week.ends_on = office_today(last)
        db.session.commit()
    page = change(tuesday, "/hari-libur/add", **HOLIDAY)
    assert refused(page, "never_opens", "day")
    assert 'value="Libur setempat"' in (page or "")
    assert 'value="2026-11-24"' in (page or "")


def test_the_buttons_above_the_list_depend_on_the_visitor_and_not_on_the_first_one(app: Flask, as_user: SignIn) -> None:
    app.jinja_env.cache.clear()  # type: ignore[union-attr]
    offered = ["/hari-libur/impor" in as_user(name).get("/hari-libur/list/").text for name in ("kasi", "administrator")]
    assert offered == [False, True]
