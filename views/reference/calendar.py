"""Screens of the working calendar. A change is saved only after its effects were shown and a reason was given."""

from typing import Any, NoReturn

from flask import Response, abort, flash, redirect

from app.calendar.change import (
    CalendarChange,
    NeverOpens,
    ReasonNeeded,
    RowChange,
    lock_calendar,
    preview_change,
    row_data,
    take_unsaved,
)
from app.core.clock import office_zone, utc_now
from app.models import Holiday, WorkingWeek
from app.models.reference import WEEKDAYS
from app.reference.calendar import parse_hours
from app.reference.labels import TITLES
from app.vocabulary.words import HOLIDAY_KINDS
from app.web.list_guards import EagerInterface
from views.reference.calendar_change import confirmation_page
from views.shared.reference_fields import choice, day, line, unbroken_hours, worded
from views.shared.reference_screen import ChangeRefused, GuardedModelView
from workflow_rules.time.working_calendar import WorkingCalendar


class CalendarView(GuardedModelView):
    """Base of the screens of the calendar tables (holidays and weekly office hours).

    A change needs a reason and must leave working time, else ChangeRefused is raised.
    """

    closing_field = ""
    asks_before_delete = False

    def _saved(self, form: Any, item: Any, new: bool) -> bool:
        try:
            return super()._saved(form, item, new)
        except ReasonNeeded as needed:
            abort(Response(confirmation_page(needed.change, needed.found)))

    def write_row(self, form: Any, item: Any, new: bool) -> None:
        """Check the change of a calendar row without saving it; the page that asks for the reason saves it.

        Locks the calendar until the transaction ends. Always raises: ReasonNeeded with the effects of the change, or
        ChangeRefused.
        """
        lock_calendar()
        self._fill(form, item, new)
        self._require_reason((take_unsaved(item, new),))

    def _delete(self, pk: Any) -> None:
        self._ask_to_delete(self.datamodel.get(pk, self._base_filters) or abort(404), pk)

    def _ask_to_delete(self, item: Any, pk: Any) -> NoReturn:
        """Abort with the page that asks for the reason of a deletion.

        If the row must stay, abort with a redirect to the list.
        """
        try:
            self.remove_row(item)
        except ReasonNeeded as needed:
            abort(Response(confirmation_page(needed.change, needed.found)))
        except ChangeRefused as refused:
            flash(refused.sentence, "danger")
        abort(redirect(self._list_address()))

    def remove_row(self, item: Any) -> None:
        """Check the deletion of a calendar row without performing it.

        Always raises: ReasonNeeded with the effects of the deletion, or ChangeRefused(never_opens).
        """
        self._require_reason((RowChange(item.__tablename__, item.id, row_data(item), None),))

    def _require_reason(self, change: CalendarChange) -> None:
        try:
            found = preview_change(change, utc_now())
        except NeverOpens as fault:
            raise ChangeRefused("never_opens", self.closing_field) from fault
        raise ReasonNeeded(change, found)


def _holiday_fields() -> dict[str, Any]:
    return {"day": day("day"), "name": line("name", needed=True), "kind": choice("kind", HOLIDAY_KINDS, first="local")}


class HolidayView(CalendarView):
    """Screen of the holidays, on which the office is closed regardless of the weekly hours."""

    datamodel = EagerInterface(Holiday)
    route_base = "/hari-libur"
    closing_field = "day"
    list_template = "reference/holidays.html"
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
    """Screen of the weekly office hours of a period; where two rows cover a day, the newer row applies."""

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
        """Normalise the office hours of the row. Raises ChangeRefused for invalid hours or an end before the start."""
        if item.starts_on and item.ends_on and item.ends_on < item.starts_on:
            raise ChangeRefused("ends_before_start", "ends_on")
        for weekday in WEEKDAYS:
            setattr(item, weekday, normalised_hours(weekday, getattr(item, weekday)))


def normalised_hours(weekday: str, text: str) -> str:
    """Return office hours such as "7.30 – 12.00" as text of the form "07:30-12:00", in order of time; "" for a closed
    day.

    Raises ChangeRefused(bad_hours) if they are not valid periods.
    """
    plain = text.replace(".", ":").replace("–", "-").replace(" - ", "-").replace("- ", "-").replace(" -", "-")
    try:
        pairs = [[clock.zfill(5) for clock in pair] for pair in parse_hours(plain)]
        week = {"from": None, "to": None, "hours": {weekday: pairs} if pairs else {}}
        WorkingCalendar.from_dict({"zone": office_zone().key, "weeks": [week], "closed_days": {}})
    except ValueError as fault:
        raise ChangeRefused("bad_hours", weekday) from fault
    return " ".join("-".join(pair) for pair in sorted(pairs))
