"""Officers from a spreadsheet: upload, trial, and the making of all rows or of the right ones."""

import base64
import csv
import io
from collections.abc import Sequence

from flask import Response, abort, current_app, render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from flask_login import current_user
from itsdangerous import BadData, URLSafeSerializer

from app.access.office_roles import ROLES
from app.access.roles import permissions_on
from app.accounts.labels import SHEET_COLUMNS
from app.accounts.officer_sheet import (
    MOST_ROWS,
    CreatedOfficer,
    OfficerSheet,
    SheetHasFaults,
    create_officers,
    officer_template,
    read_officer_sheet,
    renew_links,
    sheet_again,
)
from app.core.clock import utc_now
from app.files.spreadsheet import LARGEST, SpreadsheetRefused
from app.reference.agencies import agency_names
from app.reporting.exports.cells import csv_cell
from app.reporting.exports.file_formats import MEDIA_TYPES, SEPARATOR
from views.shared.downloads import send_bytes
from views.shared.screen_access import for_officers
from views.shared.uploads import read_upload

SHOWN = 500


class OfficerSheetView(BaseView):
    """Administrator's screens on which a spreadsheet makes many officers. Between trial and making, the rows are in a
    token in the page, signed for the administrator; nothing of them is stored.
    """

    route_base = "/petugas/impor"
    default_view = "form"
    class_permission_name = "UserDBModelView"
    base_permissions = permissions_on("UserDBModelView")

    @expose("", methods=["GET"])
    @for_officers("can_add", "UserDBModelView")
    def form(self) -> Response:
        return _page(None)

    @expose("/templat.xlsx", methods=["GET"])
    @for_officers("can_add", "UserDBModelView")
    def template(self) -> Response:
        """Send the spreadsheet that is to be filled in."""
        return send_bytes(officer_template(), MEDIA_TYPES["xlsx"], "petugas.xlsx")

    @expose("", methods=["POST"])
    @for_officers("can_add", "UserDBModelView")
    def read(self) -> Response:
        """Show what each row of the uploaded file would make; nothing is stored. A file that cannot be read shows the
        form again (422).
        """
        file = request.files.get("berkas")
        try:
            sheet = read_officer_sheet(read_upload("berkas", LARGEST), (file and file.filename) or "")
        except SpreadsheetRefused as refused:
            return _page(None, fault=refused.reason)
        return _page(sheet)

    @expose("/buat", methods=["POST"])
    @for_officers("can_add", "UserDBModelView")
    def make(self) -> Response:
        """Make the officers of the trial that was shown, or new links for those who wait for one, and show the links
        once (201). If there are wrong rows and the right ones were not asked for, the trial is shown again (422).
        Aborts with 400 for another's trial.
        """
        try:
            owner, data = _serializer().loads(request.form.get("lembar", ""))
        except BadData:
            abort(400)
        if owner != current_user.id:
            abort(400)
        sheet = sheet_again(data)
        if request.form.get("tautan") == "baru":
            return _made(sheet, renew_links(sheet, current_user.id, utc_now()), renewed=True)
        try:
            created = create_officers(sheet, current_user.id, utc_now(), request.form.get("hanya") == "benar")
        except SheetHasFaults as found:
            return _page(found.sheet, fault=gettext("Tidak ada yang didaftarkan: masih ada baris yang salah."))
        return _made(sheet, created)


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="officer-sheet")


def _page(sheet: OfficerSheet | None, fault: str = "") -> Response:
    title = gettext("Petugas dari lembar kerja")
    rows = sorted(sheet.rows, key=lambda row: not row.faults) if sheet else []
    page = render_template(
        "accounts/officer_sheet.html",
        title=gettext("Galat: %(page)s", page=title) if fault else title,
        heading=title,
        fault=fault,
        sheet=sheet,
        rows=rows[:SHOWN],
        new=sum(row.is_new for row in rows),
        there=sum(row.exists for row in rows),
        waiting=sum(row.waits for row in rows),
        token=_serializer().dumps([current_user.id, sheet.as_data()]) if sheet else "",
        columns=SHEET_COLUMNS,
        roles=ROLES,
        agencies=agency_names(),
        most=MOST_ROWS,
    )
    return Response(page, 422 if fault else 200)


def _made(sheet: OfficerSheet, created: Sequence[CreatedOfficer], renewed: bool = False) -> Response:
    links = [one for one in created if one.link]
    page = render_template(
        "accounts/officer_sheet_made.html",
        title=gettext("Petugas dari lembar kerja"),
        created=created,
        renewed=renewed,
        links=links,
        file=base64.b64encode(_file_of(links)).decode(),
        there=sum(row.exists for row in sheet.rows),
        left_out=sheet.wrong,
        roles=ROLES,
        agencies=agency_names(),
        hours=current_app.config["PASSWORD_LINK_HOURS"],
    )
    return Response(page, 201)


def _file_of(links: Sequence[CreatedOfficer]) -> bytes:
    """Return a CSV file of the links to hand over, which a spreadsheet opens without running anything in it."""
    text = io.StringIO()
    rows = csv.writer(text, delimiter=SEPARATOR, lineterminator="\r\n")
    rows.writerow([gettext("Nama"), gettext("Nama pengguna"), gettext("OPD"), gettext("Tautan kata sandi")])
    names = agency_names()
    for one in links:
        user, agency = one.made.profile.user, one.made.profile.agency_code
        cells = (user.get_full_name(), user.username, names.get(agency or "", ""), one.link)
        rows.writerow([csv_cell(cell) for cell in cells])
    return text.getvalue().encode("utf-8-sig")
