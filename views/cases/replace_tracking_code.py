"""Replacement of a lost tracking code, requested on the case page and shown once."""

from flask import abort, current_app, flash, redirect, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.access.current_person import current_person, source_address
from app.access.roles import permissions_on
from app.cases.record_intake import seal, unseal
from app.cases.replace_tracking_code import Replaced, replace_code
from app.vocabulary.refusals import field_sentences, refusal_sentence
from views.shared.form_once import Landing, once
from views.shared.intake_fields import is_token
from views.shared.screen_access import for_officers
from workflow_rules.process.refusals import ActionRefused, RefusalReason


class CodeView(BaseView):
    """Endpoint of the button that gives a case a new tracking code, for officers who receive complaints."""

    route_base = "/aduan"
    class_permission_name = "Complaint"
    base_permissions = permissions_on("Complaint")

    @expose("/<int:complaint_id>/kode", methods=["POST"])
    @for_officers("can_receive", "Complaint")
    def replace(self, complaint_id: int) -> Response:
        """Replace the tracking code of a case and redirect to the case page, which shows the new code once.

        Aborts with 400 for a malformed form token; raises ActionRefused(not_visible), other refusals become a message
        on the case page.
        """
        token, place = request.form.get("token", ""), f"/aduan/{complaint_id}"
        if not is_token(token):
            abort(400)
        params = {"code_reason": request.form.get("code_reason", "")}

        def act() -> Landing:
            done = replace_code(complaint_id, params, current_person(), address=source_address())
            return Landing(place, seal(_notice(done)))

        try:
            landing = once(current_person(), token, f"kode:{complaint_id}", act)
        except ActionRefused as refused:
            if refused.reason is RefusalReason.NOT_VISIBLE:
                raise
            sentence = refusal_sentence(refused)
            if refused.errors:
                name = gettext("Alasan mengganti kode")
                sentence = f"{name}: {field_sentences(refused.errors)[0]['message']}"
            flash(sentence, "danger")
            return redirect(f"{place}#kode-lacak", 303)
        flash(unseal(landing.notice), "success")
        return redirect(landing.location, 303)


def _notice(done: Replaced) -> str:
    sentence = gettext(
        "Kode lacak %(number)s sekarang: %(code)s (hanya ditampilkan sekali ini); dipakai di %(address)s."
        " Kode yang lama tidak berlaku lagi.",
        number=done.complaint.number,
        code=done.code,
        address=f"{current_app.config['PUBLIC_BASE_URL']}/lacak",
    )
    also = gettext("Kode itu juga dikirim kepada pelapor.")
    return f"{sentence} {also}" if done.sent else sentence
