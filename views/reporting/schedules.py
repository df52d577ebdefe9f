"""Scheduled reports for supervisors."""

from dataclasses import replace
from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.access.current_person import current_person
from app.access.roles import permissions_on
from app.core.clock import utc_now
from app.models import ReportSchedule
from app.models.report import Rhythm
from app.notices.labels import DELIVERY_STATES
from app.reporting.exports.jobs import all_schedules, find_schedule
from app.reporting.exports.labels import FORMAT_MEANINGS, FORMATS, REPORT_STATES, RHYTHM_SPANS, RHYTHMS, SCHEDULE_FAULTS
from app.reporting.exports.request import wanted_of
from app.reporting.exports.schedules import (
    Plan,
    PlanChanged,
    RecipientLeft,
    change_schedule,
    fingerprint,
    remove_schedule,
    save_schedule,
    supervisors,
    switch_schedule,
)
from views.reporting.export_form import ReportForm, empty_form, filled_form, read_form
from views.shared.screen_access import for_officers

LONGEST_NAME = 100
USUAL_HOUR = "7"


class ScheduleView(BaseView):
    """Supervisors' screens of report schedules; every supervisor manages all of them.

    Each recipient's access rights limit the file they get.
    """

    route_base = "/jadwal-laporan"
    default_view = "list"
    class_permission_name = "ReportSchedule"
    base_permissions = permissions_on("ReportSchedule")

    @expose("/", methods=["GET"])
    @for_officers("can_manage", "ReportSchedule")
    def list(self) -> str:
        return _page(empty_form(), supervisors())

    @expose("/", methods=["POST"])
    @for_officers("can_manage", "ReportSchedule")
    def add(self) -> Response | tuple[str, int]:
        """Save a new report schedule and redirect to the list; errors show the form again as typed with status 422."""
        form, known = read_form(), supervisors()
        plan = _read_plan(form, known)
        if plan is None:
            return _page(form, known), 422
        try:
            save_schedule(current_person(), plan, utc_now())
        except RecipientLeft:
            form.faults["penerima"] = str(SCHEDULE_FAULTS["left"])
            return _page(form, supervisors()), 422
        flash(gettext("Jadwal “%(name)s” disimpan dan berjalan.", name=plan.name), "success")
        return redirect("/jadwal-laporan/", 303)

    @expose("/<int:schedule_id>/ubah", methods=["GET"])
    @for_officers("can_manage", "ReportSchedule")
    def edit(self, schedule_id: int) -> str:
        schedule = find_schedule(schedule_id) or abort(404)
        form = filled_form(wanted_of(schedule.wanted), schedule.format)
        form.typed |= {"nama": schedule.name, "irama": schedule.rhythm, "jam": str(schedule.hour)}
        chosen = {str(recipient.user_id) for recipient in schedule.recipients}
        return _edit_page(schedule, form, supervisors(), chosen)

    @expose("/<int:schedule_id>/ubah", methods=["POST"])
    @for_officers("can_manage", "ReportSchedule")
    def change(self, schedule_id: int) -> Response | tuple[str, int]:
        """Save a changed report schedule and redirect to the list; 404 for an unknown schedule.

        The form is shown again with 422 for errors, and with 409 if the schedule was changed since it was rendered.
        """
        schedule = find_schedule(schedule_id) or abort(404)
        form, known = read_form(), supervisors()
        plan, chosen = _read_plan(form, known), set(request.form.getlist("penerima"))
        if plan is None:
            return _edit_page(schedule, form, known, chosen), 422
        try:
            found = change_schedule(schedule_id, plan, request.form.get("asal", ""), utc_now())
        except PlanChanged:
            form.faults["nama"] = str(SCHEDULE_FAULTS["changed"])
            return _edit_page(schedule, form, known, chosen), 409
        except RecipientLeft:
            form.faults["penerima"] = str(SCHEDULE_FAULTS["left"])
            return _edit_page(schedule, form, supervisors(), chosen), 422
        if not found:
            abort(404)
        flash(
            gettext("Jadwal “%(name)s” diubah. Perubahan berlaku mulai kiriman berikutnya.", name=plan.name), "success"
        )
        return redirect("/jadwal-laporan/", 303)

    @expose("/<int:schedule_id>/aktif", methods=["POST"])
    @for_officers("can_manage", "ReportSchedule")
    def switch(self, schedule_id: int) -> Response:
        """Pause or resume a report schedule, as `aktif` says, and redirect to the list of schedules; 404 for an unknown
        one.
        """
        active = request.form.get("aktif") == "1"
        schedule = switch_schedule(schedule_id, active)
        if schedule is None:
            abort(404)
        said = gettext("Jadwal “%(name)s” berjalan lagi.") if active else gettext("Jadwal “%(name)s” dihentikan.")
        flash(said % {"name": schedule.name}, "success")
        return redirect("/jadwal-laporan/", 303)

    @expose("/<int:schedule_id>/hapus", methods=["GET"])
    @for_officers("can_manage", "ReportSchedule")
    def ask(self, schedule_id: int) -> str:
        """Show the page that asks for confirmation before a report schedule is deleted for good; 404 for an unknown
        one.
        """
        schedule = find_schedule(schedule_id)
        if schedule is None:
            abort(404)
        page: str = render_template("reporting/remove_schedule.html", title=gettext("Hapus jadwal"), schedule=schedule)
        return page

    @expose("/<int:schedule_id>/hapus", methods=["POST"])
    @for_officers("can_manage", "ReportSchedule")
    def remove(self, schedule_id: int) -> Response:
        name = remove_schedule(schedule_id)
        if name is None:
            abort(404)
        flash(gettext("Jadwal “%(name)s” dihapus. Laporan yang sudah dibuat tetap ada.", name=name), "success")
        return redirect("/jadwal-laporan/", 303)


def _read_plan(form: ReportForm, known: dict[int, str]) -> Plan | None:
    """Return the submitted report schedule (`Plan`); None after adding the errors to `form.faults`."""
    name, hour = " ".join(form.typed.get("nama", "").split()), form.typed.get("jam", "")
    chosen = frozenset(int(key) for key in request.form.getlist("penerima") if key in map(str, known))
    found = {
        "nama": None if 0 < len(name) <= LONGEST_NAME else "name",
        "irama": None if form.typed.get("irama") in RHYTHMS else "rhythm",
        "jam": None if hour in map(str, range(24)) else "hour",
        "penerima": None if chosen else "recipients",
    }
    form.faults |= {field: str(SCHEDULE_FAULTS[fault]) for field, fault in found.items() if fault}
    if form.faults:
        return None
    wanted = replace(form.wanted, since=None, until=None)
    return Plan(name, wanted, form.format, Rhythm(form.typed["irama"]), int(hour), chosen)


def _edit_page(schedule: ReportSchedule, form: ReportForm, known: dict[int, str], chosen: set[str]) -> str:
    title = gettext("Ubah jadwal “%(name)s”", name=schedule.name)
    seen = fingerprint(schedule)
    words = _form_words(form, known, chosen)
    page: str = render_template("reporting/edit_schedule.html", title=title, schedule=schedule, seen=seen, **words)
    return page


def _form_words(form: ReportForm, known: dict[int, str], chosen: set[str]) -> dict[str, Any]:
    return {
        "form": form,
        "supervisors": known,
        "chosen": chosen,
        "hour": form.typed.get("jam", USUAL_HOUR),
        "rhythms": RHYTHMS,
        "meanings": FORMAT_MEANINGS,
    }


def _page(form: ReportForm, known: dict[int, str]) -> str:
    mails = {f"mail_{state}": gettext("surel: %(state)s", state=word) for state, word in DELIVERY_STATES.items()}
    words: dict[str, Any] = {**REPORT_STATES, **mails}
    page: str = render_template(
        "reporting/schedules.html",
        title=gettext("Jadwal laporan"),
        lines=all_schedules(),
        spans=RHYTHM_SPANS,
        formats=FORMATS,
        words=words,
        **_form_words(form, known, set(request.form.getlist("penerima"))),
    )
    return page
