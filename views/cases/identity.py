"""Protection of the reporter's identity on the case page: opening it, and redacting the case text."""

from typing import Any

from flask import Response, abort, flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext

from app.access.current_person import current_person, source_address
from app.access.personal_data import without_traces
from app.access.roles import permissions_on
from app.casefile.case import Case, load_case
from app.casefile.original_text import original_of, reported_value
from app.core.clock import utc_now
from app.privacy.open_identity import open_identity
from app.privacy.redaction import Redaction, may_redact, redact
from app.vocabulary.refusals import field_sentences, refusal_sentence
from app.web.error_responses import refused_page
from views.cases.complaint_page import page
from views.cases.reporter_parts import identity_traces, reporter_parts
from views.shared.screen_access import for_officers
from workflow_rules.process.refusals import ActionRefused, RefusalReason

FILE = "file_"
Typed = dict[str, str]


class IdentityView(BaseView):
    """Screens that open a reporter's identity and redact the text of a case.

    `app/privacy/identity_access.py` decides who may use them, delegations included.
    """

    route_base = "/aduan"
    class_permission_name = "Complaint"
    base_permissions = permissions_on("Complaint")

    @expose("/<int:complaint_id>/identitas", methods=["POST"])
    @for_officers("can_act", "Complaint")
    def open(self, complaint_id: int) -> Response:
        """Record the opening of a reporter's identity with its reason, and show the case page with the identity in
        clear, once. Each request is another opening with its own event. An error shows the case page again with the
        status of the refusal. Raises ActionRefused: not_visible or not_your_step.
        """
        by, reason = current_person(), request.form.get("reason", "")
        try:
            found = open_identity(complaint_id, {"reason": reason}, by, address=source_address())
        except ActionRefused as refused:
            if refused.reason in (RefusalReason.NOT_VISIBLE, RefusalReason.NOT_YOUR_STEP):
                raise
            said = field_sentences(refused.errors)[0]["message"] if refused.errors else refusal_sentence(refused)
            shown = page(load_case(complaint_id, by, utc_now()), reason_fault=said, reason_typed=reason[:500])
            return refused_page(shown, refused)
        answer = Response(page(load_case(complaint_id, by, utc_now()), opened=found.parts))
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @expose("/<int:guarded_id>/samarkan", methods=["GET"])
    @for_officers("can_receive", "Complaint")
    def ask(self, guarded_id: int) -> str:
        """Show the redaction form of a case, with personal traces in the text already masked.

        Raises ActionRefused: not_visible, not_your_step or out_of_order.
        """
        return _form(_case(guarded_id), {})

    @expose("/<int:guarded_id>/samarkan", methods=["POST"])
    @for_officers("can_receive", "Complaint")
    def redact(self, guarded_id: int) -> Any:
        """Save the redacted text of a case, which agencies, letters and the SP4N feed show from then on, and redirect
        to the case page; errors show the form again as typed with the status of the refusal. Aborts with 400 for a
        malformed version; raises ActionRefused: not_visible, not_your_step or out_of_order.
        """
        typed = request.form.to_dict()
        version = typed.get("expected_version", "")
        if not (version.isascii() and version.isdigit() and len(version) < 10):
            abort(400)
        case = _case(guarded_id)
        try:
            redact(guarded_id, _redaction(typed), current_person(), int(version), address=source_address())
        except ActionRefused as refused:
            faults = {error["field"]: error["message"] for error in field_sentences(refused.errors)}
            shown = _form(case, faults or {"": refusal_sentence(refused)}, typed)
            return refused_page(shown, refused)
        flash(gettext("OPD, surat, dan umpan SP4N sekarang memuat isi yang disamarkan."), "success")
        return redirect(f"/aduan/{guarded_id}", 303)


def _case(complaint_id: int) -> Case:
    case = load_case(complaint_id, current_person(), utc_now())
    if not case.receives_reports:
        raise ActionRefused(RefusalReason.NOT_YOUR_STEP)
    if may_redact(case.complaint, case.person) is None:
        raise ActionRefused(RefusalReason.OUT_OF_ORDER)
    return case


def _redaction(typed: Typed) -> Redaction:
    params = {name: typed.get(name, "") for name in ("title", "body", "redaction_reason")}
    names = {key.removeprefix(FILE): name for key, name in typed.items() if key.startswith(FILE)}
    known = {key: name for key, name in names.items() if key.isascii() and key.isdigit() and len(key) < 19}
    return Redaction(params, {int(key): name for key, name in known.items()})


def _form(case: Case, faults: Typed, typed: Typed | None = None) -> str:
    heading = gettext("Samarkan isi aduan")
    shown: str = render_template(
        "cases/redact.html",
        title=gettext("Galat: %(title)s", title=heading) if faults else heading,
        heading=heading,
        case=case,
        complaint=case.complaint,
        own={name: reported_value(case.complaint, name) for name in ("title", "body")},
        typed=typed if typed is not None else _proposed(case),
        faults=faults,
        **{**reporter_parts(case), "traces": identity_traces(case)},
    )
    return shown


def _proposed(case: Case) -> Typed:
    """Return the initial texts of the redaction form by field, with personal traces masked.

    They are the texts shown now, or the reporter's newer texts if the report changed since the last redaction.
    """
    row = original_of(case.complaint)
    renewed = row is not None and row.changed_at is not None
    words = {
        name: reported_value(case.complaint, name) if renewed else getattr(case.complaint, name)
        for name in ("title", "body")
    }
    files = {f"{FILE}{row.id}": row.filename for row in case.attachments}
    return {name: without_traces(text) for name, text in {**words, **files}.items()}
