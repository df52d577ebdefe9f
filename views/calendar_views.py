"""Screens of the working calendar; every change counts the limits of open steps anew in the same transaction."""

from typing import Any

from flask import flash

from app.clock import utc_now
from app.extensions import db
from app.labels.reference import CHANGED, TITLES
from app.labels.words import HOLIDAY_KINDS
from app.models import Holiday, WorkingWeek
from app.models.reference import WEEKDAYS
from app.operations.recompute_deadlines import recompute_open_deadlines
from app.queries.reference import ZONE, load_working_calendar, parse_hours
from app.security.guarded_lists import EagerInterface
from views.guarded_model_view import ChangeRefused, GuardedModelView
from views.reference_fields import choice, day, line, unbroken_hours, worded
from workflow_rules.working_calendar import WorkingCalendar

FURTHEST_LIMIT = 120  # working days: the longest limit of all, 60 by the national clock, with room to spare


class CalendarView(GuardedModelView):
    """A table of the calendar: it must still open some time, and no limit may be left by the old one."""

    closing_field = ""

    def after_change(self, item: Any) -> None:
        """Build the calendar from the tables as they would be, then recount every open step."""
        db.session.flush()
        try:
            load_working_calendar().add_days(utc_now(), FURTHEST_LIMIT)
            moved = recompute_open_deadlines()
        except ValueError as fault:
            raise ChangeRefused("never_opens", self.closing_field) from fault
        if moved:
            flash(CHANGED["moved"], "info")


def _holiday_fields() -> dict[str, Any]:
    return {"day": day("day"), "name": line("name", needed=True), "kind": choice("kind", HOLIDAY_KINDS, first="local")}


class HolidayView(CalendarView):
    """Days on which the office is closed, whatever the week says."""

    datamodel = EagerInterface(Holiday)
    route_base = "/hari-libur"
    closing_field = "day"
    list_title, show_title = TITLES["holidays"], TITLES["holiday"]
    add_title, edit_title = TITLES["holiday_new"], TITLES["holiday_edit"]
    list_columns = ["day", "name", "kind"]
    show_columns = list_columns
    add_columns = ["day", "name", "kind"]
    edit_columns = add_columns
    search_columns = ["name", "kind"]
    order_columns = ["day", "name", "kind"]
    base_order = ("day", "desc")
    formatters_columns = {"kind": worded(HOLIDAY_KINDS)}
    add_form_extra_fields = _holiday_fields()
    edit_form_extra_fields = _holiday_fields()
    search_form_extra_fields = {"kind": choice("kind", HOLIDAY_KINDS)}


def _week_fields() -> dict[str, Any]:
    hours = {weekday: line(weekday, 80, False, "hours") for weekday in WEEKDAYS}
    return {
        "name": line("name", needed=True),
        "starts_on": day("starts_on", needed=False, hint="week_span"),
        "ends_on": day("ends_on", needed=False),
        **hours,
    }


class WorkingWeekView(CalendarView):
    """Office hours over a span of days; of two rows that cover a day, the later made one holds."""

    datamodel = EagerInterface(WorkingWeek)
    route_base = "/jam-kerja"
    closing_field = "mon"
    list_title, show_title = TITLES["weeks"], TITLES["week"]
    add_title, edit_title = TITLES["week_new"], TITLES["week_edit"]
    list_columns = ["name", "starts_on", "ends_on", "mon", "fri", "sat"]
    show_columns = ["name", "starts_on", "ends_on", *WEEKDAYS]
    add_columns = show_columns
    edit_columns = show_columns
    search_columns = ["name"]
    order_columns = ["name", "starts_on", "ends_on"]
    base_order = ("id", "asc")
    formatters_columns = dict.fromkeys(WEEKDAYS, unbroken_hours)
    add_form_extra_fields = _week_fields()
    edit_form_extra_fields = _week_fields()

    def before_save(self, item: WorkingWeek) -> None:
        """Put the hours into one spelling and refuse those that no clock shows."""
        if item.starts_on and item.ends_on and item.ends_on < item.starts_on:
            raise ChangeRefused("ends_before_start", "ends_on")
        for weekday in WEEKDAYS:
            setattr(item, weekday, spelled_hours(weekday, getattr(item, weekday)))


def spelled_hours(weekday: str, text: str) -> str:
    """`7.30 – 12.00` and the like as `07:30-12:00`; raises ChangeRefused for what is no row of periods."""
    plain = text.replace(".", ":").replace("–", "-").replace(" - ", "-").replace("- ", "-").replace(" -", "-")
    try:
        pairs = [[clock.zfill(5) for clock in pair] for pair in parse_hours(plain)]
        week = {"from": None, "to": None, "hours": {weekday: pairs} if pairs else {}}
        WorkingCalendar.from_dict({"zone": ZONE, "weeks": [week], "closed_days": {}})
    except ValueError as fault:
        raise ChangeRefused("bad_hours", weekday) from fault
    return " ".join("-".join(pair) for pair in sorted(pairs))
