"""/lacak: the form for case number and tracking code. Its answers do not reveal which of the two was wrong."""

import math

from flask import Response, render_template, request
from flask_appbuilder import expose
from flask_babel import gettext
from flask_limiter.errors import RateLimitExceeded
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as AnyResponse

from app.access.session_filter import only_case
from app.accounts.attempt_counts import forget_try
from app.core.clock import utc_now
from app.public.tracking_proof import LONGEST_TYPED, REFUSED, admit, guessing_limits, prove, proved, remember
from app.web.error_responses import retry_after
from views.public.labels import EXPIRED, EXPIRED_KEPT, NO_MATCH, TOO_MANY
from views.public.tracked_forms import REPORTER_ACTIONS, unsent_texts
from views.public.tracked_page import CASE_PATH, case_page
from views.shared.action_forms import Sent, read_sent
from views.shared.public_view import PublicView

NEVER_CARRIED = frozenset({"csrf_token", "number", "code"})


class TrackingFormView(PublicView):
    """The public form for case number and tracking code; wrong pairs are counted by case number and by IP address."""

    route_base = "/lacak"
    default_view = "ask"
    limits = guessing_limits()
    limit_scope = "lacak"

    def too_many(self, _error: RateLimitExceeded) -> Response:
        """Called when the rate limit is exceeded: show the tracking form again as typed with status 429."""
        return too_many()

    @expose("", methods=["GET"])
    def ask(self) -> str | AnyResponse:
        """Show the tracking form, or redirect to the public page of the case that was proved within the last hour."""
        return redirect(CASE_PATH, 303) if proved() else form_page()

    @expose("", methods=["POST"])
    def check(self) -> Response | AnyResponse:
        """Check case number and tracking code and redirect to the public case page; 422 with the form for a wrong pair.

        A case form sent with an expired page is shown again filled in after the proof. Too many wrong codes for a
        number give status 429.
        """
        number, sent = request.form.get("number", ""), read_reporters_form()
        counted = admit(number, utc_now())
        if wait := counted.seconds_left:
            # Even a correct code is not checked before the wait is over.
            sentence = gettext(
                "Terlalu banyak kode yang salah untuk nomor ini. Tunggu %(minutes)s menit, lalu coba lagi.",
                minutes=math.ceil(wait / 60),
            )
            return Response(form_page(sentence, sent=sent), status=429, headers={"Retry-After": str(wait)})
        proof = prove(number, request.form.get("code", ""))
        if proof is None:
            return Response(form_page(str(NO_MATCH), sent=sent), status=REFUSED)
        forget_try(counted)
        remember(proof)
        if sent is None:
            return redirect(CASE_PATH, 303)
        with only_case(proof.complaint_id):
            return Response(case_page(proof, sent))


def too_many() -> Response:
    """Return a response with the tracking form, status 429 and the header Retry-After (seconds)."""
    page = form_page(str(TOO_MANY), sent=read_reporters_form())
    return Response(page, status=429, headers=retry_after())


def form_page(error: str = "", note: str = "", sent: Sent | None = None) -> str:
    """Return the HTML of the tracking form with the typed case number, never the code.

    The fields of a case form that was sent too late (`sent`) are carried along.
    """
    carried = [] if sent is None else [(k, v) for k, v in sent.form.items(multi=True) if k not in NEVER_CARRIED]
    return render_template(
        "public/tracking.html",
        title=gettext("Galat: Lacak aduan") if error else gettext("Lacak aduan"),
        error=error,
        note=note,
        number=request.form.get("number", "")[:LONGEST_TYPED],
        carried=carried,
        unsent=unsent_texts(sent) if sent else [],
    )


def without_proof() -> Response | AnyResponse:
    """Return a redirect to the tracking form, for a request without a valid proof.

    If a case form was sent after the proof expired, return the tracking form that carries it, with status 422.
    """
    sent = read_reporters_form() if request.method == "POST" else None
    if sent is None:
        return redirect("/lacak", 303)
    note = f"{EXPIRED} {EXPIRED_KEPT}" if unsent_texts(sent) else str(EXPIRED)
    return Response(form_page(note=note, sent=sent), status=REFUSED)


def read_reporters_form() -> Sent | None:
    """Return the submitted form (`Sent`) of the public case page; None if malformed or not a reporter's action."""
    sent = read_sent(request.form, request.files.get("file"))
    return sent if sent is not None and sent.action in REPORTER_ACTIONS else None
