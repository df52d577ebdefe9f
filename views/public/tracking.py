"""/lacak: where a reporter shows number and code, and nobody learns which of the two was wrong."""

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
from views.public.tracked_forms import REPORTERS_ACTS, words_of
from views.public.tracked_page import CASE_PATH, case_page
from views.shared.action_forms import Sent, read_sent
from views.shared.public_view import PublicView

NEVER_CARRIED = frozenset({"csrf_token", "number", "code"})


class TrackingGateView(PublicView):
    """Open to everybody; wrong pairs are counted by number and by address."""

    route_base = "/lacak"
    default_view = "ask"
    limits = guessing_limits()
    limit_scope = "lacak"

    def too_many(self, _error: RateLimitExceeded) -> Response:
        """The form again, with everything that was typed: waiting must cost nobody their words."""
        return too_many()

    @expose("", methods=["GET"])
    def ask(self) -> str | AnyResponse:
        """The form; who has proved a case already in this hour goes to it."""
        return redirect(CASE_PATH, 303) if proved() else gate()

    @expose("", methods=["POST"])
    def check(self) -> Response | AnyResponse:
        """Number and code; a form that came too late is given back filled in, ready to be sent."""
        number, sent = request.form.get("number", ""), read_reporters_form()
        counted = admit(number, utc_now())
        if counted.seconds_left:
            return _wait(counted.seconds_left, sent)
        proof = prove(number, request.form.get("code", ""))
        if proof is None:
            return Response(gate(str(NO_MATCH), sent=sent), status=REFUSED)
        forget_try(counted)
        remember(proof)
        if sent is None:
            return redirect(CASE_PATH, 303)
        with only_case(proof.complaint_id):
            return Response(case_page(proof, sent))


def too_many() -> Response:
    """The form again, past a limit of requests."""
    page = gate(str(TOO_MANY), sent=read_reporters_form())
    return Response(page, status=429, headers=retry_after())


def _wait(seconds: int, sent: Sent | None) -> Response:
    """The form again; a right code is not looked at before the time is over."""
    minutes = math.ceil(seconds / 60)
    sentence = gettext(
        "Terlalu banyak kode yang salah untuk nomor ini. Tunggu %(minutes)s menit, lalu coba lagi.", minutes=minutes
    )
    return Response(gate(sentence, sent=sent), status=429, headers={"Retry-After": str(seconds)})


def gate(error: str = "", note: str = "", sent: Sent | None = None) -> str:
    """The form with what was typed, but never the code."""
    carried = [] if sent is None else [(k, v) for k, v in sent.form.items(multi=True) if k not in NEVER_CARRIED]
    return render_template(
        "tracking/gate.html",
        title=gettext("Galat: Lacak aduan") if error else gettext("Lacak aduan"),
        error=error,
        note=note,
        number=request.form.get("number", "")[:LONGEST_TYPED],
        carried=carried,
        kept=words_of(sent) if sent else [],
    )


def without_proof() -> Response | AnyResponse:
    """To the form; what was sent with an hour-old page comes along."""
    sent = read_reporters_form() if request.method == "POST" else None
    if sent is None:
        return redirect("/lacak", 303)
    note = f"{EXPIRED} {EXPIRED_KEPT}" if words_of(sent) else str(EXPIRED)
    return Response(gate(note=note, sent=sent), status=REFUSED)


def read_reporters_form() -> Sent | None:
    """A form of the reporter's page; None for anything else."""
    sent = read_sent(request.form, request.files.get("file"))
    return sent if sent is not None and sent.action in REPORTERS_ACTS else None
