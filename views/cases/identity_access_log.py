"""The identity access log and the identity search, whose use it records."""

import csv
import io
from datetime import timedelta

from flask import Response, render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext

from app.access.current_person import current_person
from app.access.roles import permissions_on
from app.core.clock import midnight
from app.privacy.identity_access_log import AccessFilter, access_page, all_accesses, count_accesses, counts_by_officer
from app.privacy.search_identity import Found, search_identity
from app.reporting.exports.cells import Cell, csv_cell
from app.reporting.exports.file_formats import MEDIA_TYPES, SEPARATOR
from app.vocabulary.refusals import field_sentences
from app.vocabulary.words import STATUSES
from app.web.error_responses import refused_page
from views.cases.identity_labels import ACCESS_COLUMNS, ACCESS_KINDS, IDENTITY_PARTS
from views.shared.downloads import CONTENT_SECURITY_POLICY
from views.shared.list_address import PAGE_SIZE, ListAddress, as_day, pages_of, read_address
from views.shared.screen_access import for_officers
from workflow_rules.process.refusals import ActionRefused

DAYS = ("dari", "sampai")


class IdentityBookView(BaseView):
    """Screens of the identity access log and of the identity search.

    Searches are POST requests, so that no identity appears in a URL or an access log.
    """

    route_base = "/identitas"
    default_view = "book"
    class_permission_name = "Identity"
    base_permissions = permissions_on("Identity")

    @expose("/")
    @for_officers("can_read", "Identity")
    def book(self) -> str:
        """Show the page of the identity access log, newest first, with the number of accesses per officer. It is
        filtered by officer (`petugas`) and period (`dari`, `sampai`: office dates).
        """
        address = _address()
        wanted = _wanted(address)
        pages = pages_of(address, count_accesses(wanted))
        return render_template(
            "cases/identity_access_log.html",
            title=gettext("Identitas dibuka"),
            address=address,
            pages=pages,
            lines=access_page(wanted, PAGE_SIZE, pages.offset),
            counts=counts_by_officer(wanted),
            columns=ACCESS_COLUMNS,
            kinds=ACCESS_KINDS,
            parts=IDENTITY_PARTS,
        )

    @expose("/unduh.csv")
    @for_officers("can_read", "Identity")
    def download(self) -> Response:
        """Send the identity access log, filtered like its page, as a CSV file for spreadsheets (UTF-8 with byte order
        mark).
        """
        text = io.StringIO()
        text.write("\ufeff")
        rows = csv.writer(text, delimiter=SEPARATOR, lineterminator="\r\n")
        rows.writerow([csv_cell(str(heading)) for heading in ACCESS_COLUMNS.values()])
        for line in all_accesses(_wanted(_address())):
            parts = ", ".join(str(IDENTITY_PARTS[part]) for part in line.parts if part in IDENTITY_PARTS)
            act: tuple[Cell, ...] = (str(ACCESS_KINDS[line.kind]), ", ".join(line.numbers), parts, line.reason)
            rows.writerow([csv_cell(cell) for cell in (line.at, line.officer or gettext("Sistem"), *act)])
        answer = Response(text.getvalue(), mimetype="text/csv")
        answer.headers["Content-Type"] = MEDIA_TYPES["csv"]
        answer.headers["Content-Disposition"] = 'attachment; filename="identitas-dibuka.csv"'
        answer.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @expose("/cari", methods=["GET"])
    @for_officers("can_search", "Identity")
    def ask(self) -> str:
        return _search_page({})

    @expose("/cari", methods=["POST"])
    @for_officers("can_search", "Identity")
    def search(self) -> Response:
        """Show the page with the cases of the reporter who has the typed phone number, e-mail address or NIK; officer,
        time and reason are written to the journal even if no case is found. Field errors show the form again with the
        status of the refusal. Raises ActionRefused(not_your_step) for an officer who may not search.
        """
        params = {name: request.form.get(name, "") for name in ("mark", "reason")}
        try:
            found = search_identity(params, current_person())
        except ActionRefused as refused:
            faults = {told["field"]: told["message"] for told in field_sentences(refused.errors)}
            if not faults:
                raise
            return refused_page(_search_page(faults), refused)
        answer = Response(_search_page({}, found))
        answer.headers["Cache-Control"] = "no-store"
        return answer


def _address() -> ListAddress:
    officers = {str(key): name for key, name, _ in counts_by_officer(AccessFilter())}
    return read_address({"petugas": officers}, days=DAYS)


def _wanted(address: ListAddress) -> AccessFilter:
    officer, first, last = address.get("petugas"), as_day(address.get("dari")), as_day(address.get("sampai"))
    return AccessFilter(
        int(officer) if officer else None,
        midnight(first) if first else None,
        midnight(last + timedelta(days=1)) if last else None,
    )


def _search_page(faults: dict[str, str], found: Found | None = None) -> str:
    heading = gettext("Cari pelapor")
    shown: str = render_template(
        "cases/identity_search.html",
        title=gettext("Galat: %(title)s", title=heading) if faults else heading,
        heading=heading,
        faults=faults,
        typed={} if found else {name: request.form.get(name, "")[:500] for name in ("mark", "reason")},
        found=found,
        parts=IDENTITY_PARTS,
        statuses=STATUSES,
    )
    return shown
