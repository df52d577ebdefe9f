"""Login form and second-step page; a user is signed in only after both."""

from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import no_cache
from flask_appbuilder.security.forms import LoginForm_db
from flask_appbuilder.security.views import AuthDBView
from flask_babel import gettext
from flask_login import current_user, login_user
from werkzeug.wrappers import Response

from app.accounts import password_checks
from app.accounts.labels import CODE_FAULTS
from app.accounts.login_limits import admit, admit_code, remember_device
from app.accounts.second_step import begin_pending, finish_pending, has_two_step, pending_user, take_code
from app.core.clock import utc_now
from app.web.fab_repairs import is_readable, safe_address

HALF = "half_sign_in"
LONGEST_CODE = 40


def sign_in_here(user: Any, next_url: str) -> Response:
    """Sign the user in, remember the browser as known to the account, and return a redirect to `next_url`. Every
    browser login ends here.
    """
    session.pop(HALF, None)
    password_checks.restore_after_second_step()
    login_user(user, remember=False)
    answer: Response = remember_device(redirect(next_url), user.id)
    return answer


def after_the_password(user: Any, next_url: str) -> Response:
    """Continue a login after a correct password: return a redirect to the code page if the account has a second step,
    otherwise sign the user in and return a redirect to `next_url`.
    """
    if not has_two_step(user.id):
        return sign_in_here(user, next_url)
    session[HALF] = begin_pending(user, utc_now())
    password_checks.store_for_second_step()
    return redirect(url_for("LimitedLogin.code", next=next_url))


class LimitedLogin(password_checks.ExplainsRefusal, AuthDBView):
    """The pages of the login form, the second-step code and the logout, with limits on failed attempts."""

    usual_message = AuthDBView.invalid_login_message

    @expose("/login/", methods=["GET", "POST"])
    @no_cache
    def login(self) -> Any:
        """Return the login form; for a posted one a redirect: after a correct password to the code page or the page
        asked for, otherwise back to the form with a message. A signed-in user is redirected to the page asked for.
        Raises Problem 429 after too many attempts.
        """
        next_url = _page_asked_for()
        if current_user.is_authenticated:
            return redirect(next_url)
        form = LoginForm_db()
        if not form.validate_on_submit():
            return self.render_template(self.login_template, title=self.title, form=form, appbuilder=self.appbuilder)
        attempt = admit(form.username.data, utc_now())
        user = self.appbuilder.sm.auth_user_db(form.username.data, form.password.data)
        if not user:
            flash(str(self.invalid_login_message), "warning")
            return redirect(self.appbuilder.get_url_for_login_with(next_url))
        attempt.succeeded()
        return after_the_password(user, next_url)

    @expose("/logout/", methods=["GET"])
    @no_cache
    def leave(self) -> Any:
        """Return the page that asks for confirmation of the logout, since a GET, which an image or a prefetch can
        cause, must not sign out; for an anonymous visitor a redirect to the login form.
        """
        if not current_user.is_authenticated:
            return redirect(self.appbuilder.get_url_for_login)
        return render_template("accounts/leave.html")

    @expose("/logout/", methods=["POST"])
    def logout(self) -> Any:
        """Sign the officer out and return a redirect to the start page; answers POST only."""
        return super().logout()

    @expose("/login/kode", methods=["GET", "POST"])
    @no_cache
    def code(self) -> Any:
        """Return the form for the second-step code; for a posted code sign in and return a redirect if it is right,
        else 422 with the form. Without a valid half sign-in, return a redirect to the login form. Raises Problem 429
        after too many codes.
        """
        next_url = _page_asked_for()
        if current_user.is_authenticated:
            return redirect(next_url)
        token = str(session.get(HALF, ""))
        user = pending_user(token, utc_now()) if token else None
        if user is None:
            return self._begin_again(next_url)
        if request.method == "GET":
            return _code_page()
        typed = request.form.get("kode", "").strip()
        if not 0 < len(typed) <= LONGEST_CODE or not is_readable(typed):
            return _code_page("missing"), 422
        attempt = admit_code(user.id, utc_now())
        if not take_code(user.id, typed, utc_now()):
            return _code_page("wrong"), 422
        attempt.succeeded()
        return sign_in_here(user, next_url) if finish_pending(token) else self._begin_again(next_url)

    def _begin_again(self, next_url: str) -> Response:
        session.pop(HALF, None)
        flash(gettext("Waktu memasukkan kode sudah lewat. Masuk sekali lagi."), "info")
        return redirect(self.appbuilder.get_url_for_login_with(next_url))


def _page_asked_for() -> str:
    """Return the address to open after the login: the `next` argument if it is a page of this site, otherwise the start
    page (FAB would log a missing `next` as an attack).
    """
    return safe_address(request.args.get("next", ""))


def _code_page(fault: str = "") -> str:
    error = str(CODE_FAULTS[fault]) if fault else ""
    return render_template("accounts/login_code.html", error=error)
