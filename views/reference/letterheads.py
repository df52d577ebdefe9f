"""Letterhead, emblem and letter number book of an agency."""

from typing import Any

from flask import Response, abort, flash, make_response, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from flask_login import current_user

from app.access.current_person import current_person, may
from app.access.roles import permissions_on
from app.core.clock import office_today, utc_now
from app.core.identifiers import LARGEST_ID
from app.core.office import current_office
from app.models import Agency
from app.papers.emblems import LARGEST_FILE, EmblemRefused, remove_emblem, set_emblem
from app.papers.frozen_blocks import letterhead
from app.papers.html_parts import emblem_of
from app.papers.labels import EMBLEM_FAULTS, NUMBER_FAULTS, PAPER_NAMES
from app.papers.letter_numbers import NumbersRefused, last_number, number_register, skip_numbers, written, years_of
from app.reference.agencies import find_agency
from app.reference.sop import registers
from views.shared.screen_access import for_officers
from views.shared.uploads import read_upload
from workflow_rules.process.parameters import Text

PATH = "/surat-opd"
REASON = Text(longest=300)


class LetterheadView(BaseView):
    """Screens of one agency's letter settings, for its officers, Dinas Kominfo and administrators."""

    route_base = PATH
    default_view = "show"
    class_permission_name = "Reference"
    base_permissions = permissions_on("Reference")

    @expose("/<int:agency_id>", methods=["GET"])
    @for_officers("can_read", "Reference")
    def show(self, agency_id: int) -> Response:
        """Show the page of an agency's letterhead, number pattern and the letter number book of the year `tahun`.

        404 for an unknown agency and for officers who may not read its book.
        """
        return _page(_agency(agency_id))

    @expose("/<int:agency_id>/lambang", methods=["POST"])
    @for_officers("can_write", "Reference")
    def emblem(self, agency_id: int) -> Any:
        """Store an uploaded emblem of the agency, or remove the present one if `remove` is set, and redirect to the
        agency's letter page.

        A refused image shows that page again with status 422; 404 for an unknown agency.
        """
        row = _agency(agency_id)
        if "remove" in request.form:
            remove_emblem(row)
            return _back(row, gettext("Lambang dilepas dari kop surat."))
        try:
            set_emblem(row, read_upload("file", LARGEST_FILE), utc_now())
        except EmblemRefused as refused:
            return _page(row, 422, emblem_fault=EMBLEM_FAULTS[refused.fault.value])
        return _back(row, gettext("Lambang dipasang pada kop surat."))

    @expose("/<int:agency_id>/nomor", methods=["POST"])
    @for_officers("can_read", "Reference")
    def numbers(self, agency_id: int) -> Any:
        """Record letter numbers of the agency that were used outside this program, with a reason, and redirect to its
        letter page. 403 for officers who may not record them; errors show that page again with status 422.
        """
        row = _agency(agency_id)
        if not may_record_numbers(row):
            abort(403)
        up_to, reason = request.form.get("up_to", "").strip(), request.form.get("reason", "")
        text, fault = REASON.clean("reason", reason)
        if not (up_to.isascii() and up_to.isdigit() and len(up_to) < 7):
            return _page(row, 422, book_fault=NUMBER_FAULTS["not_a_number"])
        if fault is not None:
            return _page(row, 422, reason_fault=NUMBER_FAULTS["no_reason"])
        try:
            count = skip_numbers(row, int(up_to), str(text), utc_now(), current_user.id)
        except NumbersRefused as refused:
            return _page(row, 422, book_fault=NUMBER_FAULTS[refused.fault])
        return _back(row, gettext("%(count)s nomor dicatat dengan alasannya.", count=count))


def may_record_numbers(agency: Agency) -> bool:
    """Return whether the current officer may record letter numbers in this agency's number book."""
    person = current_person()
    own = any(capacity.agency == agency.code for capacity in person.capacities)
    return own or may("can_write", "Reference") or (registers(person) and agency.code == current_office().head_office)


def _agency(agency_id: int) -> Agency:
    """Return the `Agency` with this id.

    Aborts with 404 if there is none or the current officer may not read its number book.
    """
    row = find_agency(min(agency_id, LARGEST_ID))
    if row is None:
        abort(404)
    person = current_person()
    if not (person.sees_every_case or row.code in person.agencies or may("can_write", "Reference")):
        abort(404)
    return row


def _page(agency: Agency, status: int = 200, **faults: Any) -> Response:
    year = office_today().year
    asked = request.args.get("tahun", "")
    shown = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else year
    head = letterhead(agency)
    last = last_number(agency.code, year)
    page = render_template(
        "reference/letterhead.html",
        agency=agency,
        head=head,
        emblem=emblem_of(head),
        lines=number_register(agency.code, shown),
        years=years_of(agency.code),
        year=shown,
        last=last,
        next_number=written(agency, last + 1, utc_now()),
        records=may_record_numbers(agency),
        writes=may("can_write", "Reference"),
        paper_names=PAPER_NAMES,
        typed=request.form,
        path=PATH,
        faults=faults,
    )
    return make_response(page, status)


def _back(agency: Agency, sentence: str) -> Any:
    flash(sentence, "success")
    return redirect(f"{PATH}/{agency.id}", 303)
