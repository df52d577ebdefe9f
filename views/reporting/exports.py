"""Export reports, generated in the background and downloadable only by the officer who requested them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import get_locale, gettext
from werkzeug.wrappers import Response as Answer

from app.access.current_person import current_person
from app.access.roles import permissions_on
from app.core.clock import utc_now
from app.core.storage import read_pieces
from app.reporting.exports.file_formats import MEDIA_TYPES
from app.reporting.exports.jobs import JobLine, newest_jobs
from app.reporting.exports.labels import ASK_FAULTS, FORMAT_MEANINGS, FORMATS, REPORT_ERRORS, REPORT_STATES, STATE_ICONS
from app.reporting.exports.mail import file_name
from app.reporting.exports.queue_report import AskRefused, ask_again, ask_report, cancel_report, own_job
from app.reporting.exports.request import scope_of
from app.reporting.exports.titles import time_left_text
from app.web.skin import error_page
from views.reporting.export_form import ReportForm, empty_form, read_form
from views.shared.downloads import CONTENT_SECURITY_POLICY
from views.shared.screen_access import for_officers


class ExportView(BaseView):
    """Screens of export reports: the form, the officer's own report jobs and their files."""

    route_base = "/ekspor"
    default_view = "form"
    class_permission_name = "Export"
    base_permissions = permissions_on("Export")

    @expose("/", methods=["GET"])
    @for_officers("can_make", "Export")
    def form(self) -> str:
        return _page(empty_form())

    @expose("/", methods=["POST"])
    @for_officers("can_make", "Export")
    def ask(self) -> str | Answer | tuple[str, int]:
        """Queue an export report for the officer and redirect to the list of report jobs; errors show the form again
        with 422.
        """
        form = read_form()
        if not form.faults:
            try:
                ask_report(current_person(), form.wanted, form.format, utc_now())
            except AskRefused as refused:
                form.faults["bentuk"] = str(ASK_FAULTS[refused.fault.value])
        if form.faults:
            return _page(form), 422
        flash(gettext("Laporan diantrekan. Lonceng memberi tahu Anda begitu berkasnya siap."), "success")
        return redirect("/ekspor/#pekerjaan", 303)

    @expose("/pekerjaan")
    @for_officers("can_make", "Export")
    def jobs(self) -> str:
        """Return an HTML fragment with the officer's list of report jobs, polled by the page while a job is running."""
        page: str = render_template("reporting/_export_jobs.html", **_jobs())
        return page

    @expose("/<int:job_id>/batal", methods=["POST"])
    @for_officers("can_make", "Export")
    def cancel(self, job_id: int) -> Answer:
        stopped = cancel_report(current_person(), job_id, utc_now())
        if stopped is None:
            abort(404)
        if stopped:
            flash(gettext("Laporan dibatalkan."), "success")
        else:
            flash(gettext("Laporan ini sudah berakhir, jadi tidak dapat dibatalkan lagi."), "info")
        return redirect("/ekspor/#pekerjaan", 303)

    @expose("/<int:job_id>/ulang", methods=["POST"])
    @for_officers("can_make", "Export")
    def again(self, job_id: int) -> Answer:
        """Queue the officer's earlier export report again and redirect to the report jobs; 404 if it is not their own.

        The new report has current data and the officer's current access rights. Too many unfinished reports give a
        warning instead.
        """
        try:
            job = ask_again(current_person(), job_id, str(get_locale() or "id"), utc_now())
        except AskRefused as refused:
            flash(f"{ASK_FAULTS[refused.fault.value]}.", "warning")
            return redirect("/ekspor/#pekerjaan", 303)
        if job is None:
            abort(404)
        flash(gettext("Laporan diantrekan lagi."), "success")
        return redirect("/ekspor/#pekerjaan", 303)

    @expose("/<int:job_id>/berkas")
    @for_officers("can_make", "Export")
    def file(self, job_id: int) -> Response:
        """Send the file of the officer's own export report.

        404 if it is not their own, not ready or deleted, or if the officer's access rights have changed since.
        """
        person = current_person()
        job = own_job(person, job_id)
        if job is None:
            abort(404)
        if job.scope != scope_of(person):
            return _gone(gettext("Hak Anda berubah. Minta laporan baru."))
        try:
            pieces = read_pieces(job.path) if job.state == "done" and job.path else None
        except FileNotFoundError:
            pieces = None
        if pieces is None:
            return _gone(gettext("Berkas laporan ini belum siap atau sudah kedaluwarsa."))
        response = Response(pieces, mimetype=MEDIA_TYPES[job.format])
        response.headers["Content-Disposition"] = f'attachment; filename="{file_name(job)}"'
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-store"
        if job.size is not None:
            response.content_length = job.size
        return response


def _gone(sentence: str) -> Response:
    return Response(error_page(404, sentence), status=404)


def _jobs() -> dict[str, Any]:
    now, person = utc_now(), current_person()
    shown = 3 if request.args.get("hanya") == "3" else None
    return job_words(newest_jobs(person.id, now)[:shown] if person.id is not None else [], now)


def job_words(lines: Sequence[JobLine], now: datetime) -> dict[str, Any]:
    """Return the template values (dict) of the list of export report jobs; `busy` says whether one is unfinished."""
    return {
        "jobs": lines,
        "busy": any(line.open for line in lines),
        "now": now,
        "states": REPORT_STATES,
        "errors": REPORT_ERRORS,
        "icons": STATE_ICONS,
        "formats": FORMATS,
        "left_words": time_left_text,
    }


def _page(form: ReportForm) -> str:
    page: str = render_template(
        "reporting/export.html", title=gettext("Ekspor data"), form=form, meanings=FORMAT_MEANINGS, **_jobs()
    )
    return page
