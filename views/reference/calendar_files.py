"""Bulk import and export of holidays: iCal files and the list of national holidays."""

from urllib.parse import urlsplit

from flask import Response, current_app, flash, make_response, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from werkzeug.wrappers import Response as AnyResponse

from app.access.roles import permissions_on
from app.calendar.fill_holidays import all_holidays, change_of_file, missing_holidays
from app.calendar.icalendar_files import LARGEST_FILE, FileFault, FileRefused, as_ical, read_ical
from app.core.clock import office_today, utc_now
from app.vocabulary.words import HOLIDAY_KINDS
from views.reference.calendar_change import confirm
from views.reference.calendar_labels import CALENDAR_MESSAGES, FILE_REFUSED
from views.shared.screen_access import for_officers
from views.shared.uploads import read_file_of

LIST = "/hari-libur/list/"


class CalendarFileView(BaseView):
    """Screens that import and export holidays; every import goes through the confirmation page of calendar changes."""

    route_base = "/hari-libur"
    default_view = "form"
    class_permission_name = "Reference"
    base_permissions = permissions_on("Reference")

    @expose("/kalender.ics", methods=["GET"])
    @for_officers("can_read", "Reference")
    def export(self) -> Response:
        """Send every holiday as an all-day event in an iCal file (download)."""
        answer = make_response(as_ical(all_holidays(), _host(), utc_now()))
        answer.headers["Content-Type"] = "text/calendar; charset=utf-8"
        answer.headers["Content-Disposition"] = 'attachment; filename="hari-libur.ics"'
        return answer

    @expose("/impor", methods=["GET"])
    @for_officers("can_write", "Reference")
    def form(self) -> Response:
        return _form()

    @expose("/impor", methods=["POST"])
    @for_officers("can_write", "Reference")
    def read(self) -> str | AnyResponse:
        """Show on the confirmation page what the uploaded iCal file would change; nothing is stored yet.

        An unreadable file shows the form again with status 422; a file without new holidays redirects to the list of
        holidays.
        """
        kind = request.form.get("kind", "")
        kind = kind if kind in HOLIDAY_KINDS else "local"
        file = request.files.get("file")
        try:
            if file is None or not file.filename:
                raise FileRefused(FileFault.MISSING)
            days = read_ical(read_file_of(file, LARGEST_FILE), _host(), tuple(HOLIDAY_KINDS))
        except FileRefused as refused:
            return _form(kind, str(FILE_REFUSED[refused.fault.value]), 422)
        change = change_of_file(days.days, kind)
        return confirm(change, left_out=days.left_out) if change else _nothing("nothing_new")

    @expose("/isi", methods=["POST"])
    @for_officers("can_write", "Reference")
    def fill(self) -> str | AnyResponse:
        """Show on the confirmation page which national holidays of this and the next year would be added; nothing is
        stored yet.

        Redirects to the list of holidays if none is missing.
        """
        change = missing_holidays(office_today().year)
        return confirm(change) if change else _nothing("nothing_missing")


def _host() -> str:
    return urlsplit(current_app.config["PUBLIC_BASE_URL"]).hostname or "localhost"


def _form(kind: str = "local", fault: str = "", status: int = 200) -> Response:
    page = render_template("reference/calendar_import.html", kind=kind, kinds=HOLIDAY_KINDS, fault=fault)
    return make_response(page, status)


def _nothing(sentence: str) -> AnyResponse:
    flash(str(CALENDAR_MESSAGES[sentence]), "info")
    return redirect(LIST, 303)
