"""/lacak/kasus: the public case page, for a reporter who proved number and tracking code."""

from typing import Any

from flask import Response, flash, redirect, render_template, request
from flask_appbuilder import expose
from flask_limiter.errors import RateLimitExceeded

from app.access.current_person import source_address
from app.access.session_filter import only_case
from app.cases.perform_action import attach_to_case, perform_action
from app.choices.lists import fields_of
from app.core.clock import utc_now
from app.files.attachments import LARGEST
from app.public.tracked_case import find_tracked_letter, load_tracked_case
from app.public.tracking_proof import Proof, act_limits, forget, proved, with_proof
from app.web.error_responses import refused_page, retry_after
from views.public.labels import DONE, TOO_MANY
from views.public.tracked_forms import reporter_forms, token_start
from views.public.tracked_page import CASE_PATH, case_page
from views.public.tracking import read_reporters_form, too_many, without_proof
from views.shared.action_forms import Sent, digest_of
from views.shared.downloads import send_signed
from views.shared.form_once import Landing, once
from views.shared.public_view import PublicView
from workflow_rules.process.actions import Action, ActionRequest
from workflow_rules.process.actors import REPORTER
from workflow_rules.process.parameters import check_fields
from workflow_rules.process.refusals import ActionRefused, FieldError, FieldFault, RefusalReason


class TrackedCaseView(PublicView):
    """Public screens of one case, for a reporter who proved number and tracking code within the last hour.

    No other case is visible. Without a valid proof they lead to the tracking form.
    """

    route_base = CASE_PATH
    default_view = "show"
    limits = act_limits()
    limit_scope = "lacak-kasus"

    def too_many(self, _error: RateLimitExceeded) -> Response:
        """Called when the rate limit is exceeded: show the public case page with the typed form and status 429.

        Without a valid proof the tracking form is shown instead.
        """
        proof, sent = proved(), read_reporters_form()
        if proof is None:
            return too_many()
        with only_case(proof.complaint_id):
            return Response(case_page(proof, sent, refusal=str(TOO_MANY)), status=429, headers=retry_after())

    @expose("", methods=["GET"])
    @with_proof(without_proof)
    def show(self, proof: Proof) -> str:
        """Show the reporter the public page of their case; without a valid proof, redirect to the tracking form."""
        return case_page(proof)

    @expose("/tindakan", methods=["POST"])
    @with_proof(without_proof)
    def act(self, proof: Proof) -> Any:
        """Perform the reporter's action on their case and redirect to the public case page.

        A withdrawal shows a page that asks for confirmation first. A refused action shows the case page again as typed
        with the status of the refusal.
        """
        sent = read_reporters_form()
        if sent is None:
            return redirect(CASE_PATH, 303)
        if "back" in request.form:
            return case_page(proof, sent)
        try:
            if not sent.token.startswith(token_start(proof.complaint_id)):
                raise ActionRefused(RefusalReason.STALE_VERSION)
            if sent.action is Action.WITHDRAW and "sure" not in request.form:
                return _confirm_page(proof, sent)
            landing = once(REPORTER, sent.token, digest_of(sent), lambda: _carry_out(proof, sent))
        except ActionRefused as refused:
            return refused_page(case_page(proof, sent, refused), refused)
        flash(landing.notice, "success")
        return redirect(landing.location, 303)

    @expose("/surat/<int:letter_id>.pdf", methods=["GET"])
    @with_proof(without_proof)
    def letter(self, proof: Proof, letter_id: int) -> Response:
        """Send the PDF of a signed letter that answers the case; 404 if its file does not exist.

        Raises ActionRefused(not_visible) for any other letter.
        """
        return send_signed(find_tracked_letter(proof.complaint_id, letter_id))

    @expose("/selesai", methods=["POST"])
    def end(self) -> Any:
        """Delete the reporter's proof from this browser's session and redirect to the tracking form."""
        forget()
        return redirect("/lacak", 303)


def _carry_out(proof: Proof, sent: Sent) -> Landing:
    """Perform the reporter's action, commit, and return a `Landing` with the URL of the case page and the success
    message.

    Raises ActionRefused, among others (missing_input) for a missing file.
    """
    if sent.action is Action.ATTACH:
        if sent.file is None or not sent.file.filename:
            raise ActionRefused(RefusalReason.MISSING_INPUT, errors=(FieldError("file", FieldFault.REQUIRED),))
        with sent.file.stream as stream:
            content = stream.read(LARGEST + 1)
        name, address = sent.file.filename, source_address()
        attach_to_case(proof.complaint_id, name, content, REPORTER, sent.version, agency=sent.agency, address=address)
    else:
        wanted = ActionRequest(sent.action, sent.agency, sent.params)
        perform_action(proof.complaint_id, wanted, REPORTER, sent.version, address=source_address())
    return Landing(CASE_PATH, str(DONE[sent.action.value]))


def _confirm_page(proof: Proof, sent: Sent) -> str:
    """Return the HTML of the page that asks for confirmation of a withdrawal.

    Raises ActionRefused: missing_input for an incomplete form, out_of_order if it is no longer possible.
    """
    _, errors = check_fields(fields_of(sent.action), sent.params)
    if errors:
        raise ActionRefused(RefusalReason.MISSING_INPUT, errors=errors)
    case = load_tracked_case(proof.complaint_id, utc_now())
    form = next((f for f in reporter_forms(case, sent) if f.open), None)
    if form is None:
        raise ActionRefused(RefusalReason.OUT_OF_ORDER)
    return render_template("public/tracking_confirm.html", case=case, form=form, sent=sent)
