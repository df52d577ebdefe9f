"""Manual link of a case to its SP4N report; linking and unlinking are sent to SP4N."""

import secrets
from typing import Any

from flask import Response, flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext

from app.access.current_person import current_person, source_address
from app.casefile.case import Case, load_case
from app.core.clock import utc_now
from app.sp4n.inbound.link import LinkRequest, ReportHasCase, link, unlink, was_linked_by_hand
from app.vocabulary.refusals import FAULTS, refusal_sentence
from app.web.error_responses import refused_page
from workflow_rules.process.actions import Action
from workflow_rules.process.refusals import ActionRefused, RefusalReason

Typed = dict[str, str]


class LinkView(BaseView):
    """Screen that links a case to its SP4N report, for the Admin Layanan Aduan only.

    It raises ActionRefused(not_visible) for a case the officer may not see, and not_your_step for other officers.
    """

    route_base = "/aduan"
    class_permission_name = "Complaint"
    # Every view with this permission name lists all of them: FAB would delete a permission that one view leaves out.
    base_permissions = ["can_read", "can_act", "can_receive"]

    @expose("/<int:complaint_id>/sp4n", methods=["GET"])
    @has_access
    @permission_name("receive")
    def ask(self, complaint_id: int) -> str:
        return _page(_case(complaint_id))

    @expose("/<int:complaint_id>/sp4n", methods=["POST"])
    @has_access
    @permission_name("receive")
    def link_case(self, complaint_id: int) -> Any:
        """Link the case to the SP4N report with the typed tracking id, commit, and redirect to the case page.

        Errors show the form again with the status of the refusal; 409 with the offer to merge if the report already
        belongs to another case.
        """
        case = _case(complaint_id)
        try:
            link(complaint_id, request.form.get("tracking_id", ""), _link_request())
        except ReportHasCase as there:
            error = gettext("Laporan ini sudah ada sebagai aduan %(number)s.", number=there.number)
            return Response(_page(case, {"tracking_id": error}, there), 409)
        except ActionRefused as refused:
            return _refused(case, refused)
        flash(gettext("Aduan ditautkan ke laporan SP4N-LAPOR!."), "success")
        return redirect(f"/aduan/{complaint_id}", 303)

    @expose("/<int:complaint_id>/sp4n/lepas", methods=["POST"])
    @has_access
    @permission_name("receive")
    def unlink_case(self, complaint_id: int) -> Any:
        """Unlink the case from its SP4N report, with a reason, commit, and redirect to the case page.

        Errors show the form again with the status of the refusal.
        """
        case = _case(complaint_id)
        try:
            unlink(complaint_id, request.form.get("reason", ""), _link_request())
        except ActionRefused as refused:
            return _refused(case, refused)
        flash(gettext("Tautan ke SP4N-LAPOR! dilepas."), "success")
        return redirect(f"/aduan/{complaint_id}", 303)


def _case(complaint_id: int) -> Case:
    person = current_person()
    case = load_case(complaint_id, person, utc_now())
    if person.capacity_as(case.sop.powers[Action.CORRECT]) is None:
        raise ActionRefused(RefusalReason.NOT_YOUR_STEP)
    return case


def _link_request() -> LinkRequest:
    typed = request.form.get("expected_version", "")
    version = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else -1
    return LinkRequest(current_person(), version, source_address())


def _refused(case: Case, refused: ActionRefused) -> Response:
    errors = {error.field: str(FAULTS[error.fault.value]) % {"limit": error.limit} for error in refused.errors}
    return refused_page(_page(case, errors or {"": refusal_sentence(refused)}), refused)


def _page(case: Case, errors: Typed | None = None, there: ReportHasCase | None = None) -> str:
    title = gettext("Nomor SP4N-LAPOR!")
    merges = any(allowed.action is Action.MERGE for allowed in case.allowed)
    page: str = render_template(
        "sp4n/link.html",
        title=gettext("Galat: %(title)s", title=title) if errors else title,
        heading=title,
        complaint=case.complaint,
        by_hand=was_linked_by_hand(case.complaint),
        errors=errors or {},
        typed={name: request.form.get(name, "")[:500] for name in ("tracking_id", "reason")},
        there=there,
        token=secrets.token_urlsafe(24) if there and merges else "",
    )
    return page
