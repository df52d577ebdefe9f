"""Password reset by a link sent to the stored e-mail address.

The token is taken out of the URL at once: opening a link stores only its hash in the session and redirects to the form.
Opening does not use a link up, since mail programs open links by themselves.
"""

from typing import Any

from flask import current_app, flash, redirect, render_template, request, session
from flask_appbuilder import expose
from flask_appbuilder.utils.limit import Limit
from flask_babel import gettext
from flask_limiter.errors import RateLimitExceeded
from werkzeug.wrappers import Response

from app.accounts.labels import LINK_FAULTS, fault_text, rules_text
from app.accounts.password_links import LinkEnded, ask_link, hash_of_token, use_link, valid_link
from app.accounts.passwords import PasswordRefused, rules_here
from app.core.clock import utc_now
from app.models import PasswordLink
from app.web.error_responses import retry_after
from app.web.fab_repairs import is_readable
from app.web.rate_limits import source
from views.shared.public_view import PublicView

ASK_PATH, LINK_PATH = "/login/lupa", "/sandi-baru/"
STATE = "sandi_baru"
LONGEST_NAME = 320
PER_NAME, PER_SOURCE = "5 per hour", "30 per hour"


def _typed() -> str:
    return request.form.get("nama", "")[:LONGEST_NAME].strip()


def _name_key() -> str:
    """Return the rate limit key (text) of the typed user name, whether or not that user account exists.

    It must not raise: the limiter would take an exception for a failed store.
    """
    return f"lupa:{_typed()[:80].casefold().encode('ascii', 'backslashreplace').decode()}"


class ForgottenView(PublicView):
    """The public form that requests a password reset link; response and work are the same for every typed name."""

    route_base = "/login"
    default_view = "ask"
    limits = (
        Limit(PER_NAME, key_func=_name_key, methods=["POST"]),
        Limit(PER_SOURCE, key_func=source, methods=["POST"]),
    )
    limit_scope = "lupa"

    @expose("/lupa", methods=["GET"])
    def ask(self) -> str:
        return _ask_page("")

    @expose("/lupa", methods=["POST"])
    def send(self) -> Response | tuple[str, int]:
        """Queue a reset link to the stored e-mail address if the user account exists, and redirect to the login page.

        The response does not reveal whether the account exists; an empty name shows the form again with status 422.
        """
        name = _typed()
        if not name:
            return _ask_page("no_name"), 422
        ask_link(name if is_readable(name) else "", utc_now())
        flash(
            gettext(
                "Bila akun itu ada dan aktif, tautan untuk membuat kata sandi baru dikirim ke surel yang tersimpan."
            ),
            "info",
        )
        return redirect("/login/", 303)

    def too_many(self, _error: RateLimitExceeded) -> Any:
        return Response(_ask_page("too_many"), status=429, headers=retry_after(), mimetype="text/html")


class NewPasswordView(PublicView):
    """The public form that sets a new password by a reset link; the officer then signs in as usual."""

    route_base = "/sandi-baru"
    default_view = "form"

    @expose("/<token>", methods=["GET"])
    def open(self, token: str) -> Response:
        """Store the hash of the reset token in the session and redirect to the form, whose URL has no token."""
        session[STATE] = hash_of_token(token)
        answer = redirect(LINK_PATH, 303)
        answer.headers["Referrer-Policy"] = "no-referrer"
        return answer

    @expose("/", methods=["GET"])
    def form(self) -> str | Response:
        try:
            return _form_page(valid_link(_stored_hash(), utc_now()), {})
        except LinkEnded:
            return _ended()

    @expose("/", methods=["POST"])
    def set(self) -> Any:
        """Set the user account's new password, end the reset link, and redirect to the login page. A wrong form is
        shown again with status 422 and changes nothing; an ended link redirects to the form that requests one.
        """
        try:
            link = valid_link(_stored_hash(), utc_now())
            first, again = request.form.get("sandi", ""), request.form.get("ulang", "")
            if not first or first != again:
                fault = {"sandi": "no_password"} if not first else {"ulang": "same_passwords"}
                return _form_page(link, {name: str(LINK_FAULTS[word]) for name, word in fault.items()}), 422
            use_link(_stored_hash(), first, utc_now())
        except LinkEnded:
            return _ended()
        except PasswordRefused as refused:
            return _form_page(link, {"sandi": fault_text(refused.faults[0], rules_here())}), 422
        session.pop(STATE, None)
        flash(gettext("Kata sandi baru sudah tersimpan. Masuk dengan kata sandi itu."), "info")
        return redirect("/login/", 303)


def _stored_hash() -> str:
    return str(session.get(STATE, ""))


def _ended() -> Response:
    session.pop(STATE, None)
    flash(gettext("Tautan itu sudah dipakai, diganti, atau terlalu lama. Minta yang baru di sini."), "warning")
    return redirect(ASK_PATH, 303)


def _ask_page(fault: str) -> str:
    return render_template(
        "accounts/forgotten.html",
        title=gettext("Lupa kata sandi"),
        faults={"nama": str(LINK_FAULTS[fault])} if fault else {},
        name=_typed(),
    )


def _form_page(link: PasswordLink, faults: dict[str, str]) -> str:
    return render_template(
        "accounts/new_password.html",
        title=gettext("Buat kata sandi"),
        user=link.user,
        rules=rules_text(current_app.config["PASSWORD_RULES"]),
        faults=faults,
    )
