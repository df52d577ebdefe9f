"""Upload of the scan of a letter signed with ink, by an officer of the agency that wrote it."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext

from app.access.current_person import current_person, source_address
from app.casefile.case import find_letter
from app.cases.signed_scans import ScanRefused, current_scan, keep_scan
from app.files.attachments import LARGEST
from app.models import Letter
from app.vocabulary.refusals import refusal_sentence
from app.vocabulary.signing import SCAN_FAULTS
from app.web.error_responses import refused_page
from views.shared.uploads import read_upload
from workflow_rules.process.parameters import clean_text
from workflow_rules.process.refusals import ActionRefused, RefusalReason

LONGEST_REASON = 500


class ScanView(BaseView):
    """Screen that uploads the scan of a letter signed with ink.

    It is separate from the case page, since a refused file must be chosen again.
    """

    route_base = "/aduan"
    class_permission_name = "Complaint"
    # Every view with this permission name lists all of them: FAB would delete a permission that one view leaves out.
    base_permissions = ["can_read", "can_act", "can_receive"]

    @expose("/<int:complaint_id>/surat/<int:letter_id>/pindaian", methods=["GET"])
    @has_access
    @permission_name("act")
    def ask(self, complaint_id: int, letter_id: int) -> str:
        """Show the form that uploads the scan of a letter.

        Raises ActionRefused: not_visible, wrong_agency or out_of_order.
        """
        return _page(_own_letter(complaint_id, letter_id))

    @expose("/<int:complaint_id>/surat/<int:letter_id>/pindaian", methods=["POST"])
    @has_access
    @permission_name("act")
    def take(self, complaint_id: int, letter_id: int) -> Any:
        """Store the uploaded scan of a letter, commit, and redirect to the case page.

        Errors show the form again with status 422 or that of the refusal. Raises ActionRefused: not_visible,
        wrong_agency or out_of_order.
        """
        letter = _own_letter(complaint_id, letter_id)
        content = read_upload("file", LARGEST)
        text, error = clean_text("reason", request.form.get("reason", ""), LONGEST_REASON)
        reason, typed = "" if error else str(text), request.form.get("expected_version", "")
        # -1 matches no version.
        version = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else -1
        try:
            keep_scan(letter, content, reason, current_person(), version, address=source_address())
        except ScanRefused as refused:
            field = "reason" if refused.fault == "no_reason" else "file"
            sentence = str(SCAN_FAULTS[refused.fault])
            sentence = sentence % refused.numbers if "%(" in sentence else sentence
            return Response(_page(letter, {field: sentence}), 422)
        except ActionRefused as refused:
            return refused_page(_page(letter, {"": refusal_sentence(refused)}), refused)
        flash(gettext("Pindaian surat disimpan."), "success")
        return redirect(url_for("ComplaintView.show", complaint_id=complaint_id), 303)


def _own_letter(complaint_id: int, letter_id: int) -> Letter:
    """Return the `Letter` with this id, signed with ink, of an agency of this officer.

    Raises ActionRefused: not_visible, wrong_agency for a letter of another agency, out_of_order for one not signed with
    ink.
    """
    person = current_person()
    letter = find_letter(complaint_id, letter_id, person)
    if letter.agency_code not in person.agencies:
        raise ActionRefused(RefusalReason.WRONG_AGENCY)
    if not letter.signed_with_ink:
        raise ActionRefused(RefusalReason.OUT_OF_ORDER)
    return letter


def _page(letter: Letter, errors: dict[str, str] | None = None) -> str:
    title = gettext("Unggah pindaian surat")
    page: str = render_template(
        "cases/scan.html",
        title=gettext("Galat: %(title)s", title=title) if errors else title,
        heading=title,
        letter=letter,
        complaint=letter.complaint,
        scan=current_scan(letter.id),
        errors=errors or {},
        reason=request.form.get("reason", "")[:LONGEST_REASON],
    )
    return page
