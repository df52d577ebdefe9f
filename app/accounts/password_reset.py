"""Reset of another user's password by an administrator, who never chooses or sees it (M18)."""

from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.sqla.models import User
from flask_appbuilder.security.views import ResetPasswordView
from flask_babel import gettext
from flask_login import current_user

from app.accounts.labels import HANDED_OVER, LINK_FAULTS
from app.accounts.password_links import make_link
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.identifiers import LARGEST_INTEGER
from app.models import PasswordAge
from app.outbound.notification_channels import EMAIL

OWN_PATH = "/resetmypassword/form"
LINK_PATH = "/sandi-baru/"


def invite(user: User) -> None:
    """Store and queue the invitation link for a new account, commit, and show the administrator a message; if no mail
    can be sent, make no link and ask in the message to hand one over. Does nothing for an inactive account.
    """
    if not user.active:
        return
    if not has_mail(user):
        flash(gettext("Surel belum disetel. Buka akun ini, lalu buat tautan kata sandi untuk diserahkan."), "warning")
        return
    make_link(user, "invitation", current_user.id, utc_now(), by_mail=True)
    flash(gettext("Undangan membuat kata sandi dikirim ke %(email)s.", email=user.email), "success")


class PasswordReset(ResetPasswordView):
    """The page on which an administrator makes a link by which an officer sets a new password, sent by e-mail or shown
    once.
    """

    class_permission_name = "ResetPasswordView"

    @expose("/form", methods=["GET"])
    @has_access
    def this_form_get(self) -> Any:
        """Return for the administrator the form that says what a reset does and asks how to deliver the link; a
        redirect to the change of password for one's own account. Aborts with 404 for an unknown account.
        """
        user = _account() or abort(404)
        return redirect(OWN_PATH) if user.id == current_user.id else _page(user, {})

    @expose("/form", methods=["POST"])
    @has_access
    def this_form_post(self) -> Any:
        """Make a password link, commit, and return a redirect to the account's page after e-mailing the link, or (201)
        the page that shows it once. Return 422 with the form if the link cannot be made. Aborts with 404 for an unknown
        account.
        """
        user = _account() or abort(404)
        if user.id == current_user.id:
            return redirect(OWN_PATH)
        way = request.form.get("cara", "")
        faults = {
            "way": way not in HANDED_OVER,
            "inactive": not user.active,
            "no_mail": way == "email" and not has_mail(user),
        }
        if fault := next((name for name, there in faults.items() if there), ""):
            return _page(user, {"cara": fault}), 422
        kind = "reset" if db.session.get(PasswordAge, user.id) else "invitation"
        token = make_link(user, kind, current_user.id, utc_now(), by_mail=way == "email")
        if way == "email":
            flash(gettext("Tautan dikirim ke %(email)s.", email=user.email), "success")
            return redirect(f"/users/show/{user.id}")
        return link_page(user, token), 201


def link_page(user: User, token: str) -> str:
    """Return the page that shows an administrator once the link by which an officer sets the password."""
    return render_template(
        "accounts/reset_link.html",
        title=gettext("Tautan kata sandi"),
        user=user,
        address=f"{current_app.config['PUBLIC_BASE_URL']}{LINK_PATH}{token}",
        hours=current_app.config["PASSWORD_LINK_HOURS"],
    )


def find_user(user_id: int) -> User | None:
    """Return the user account with this id, active or not; None if there is none."""
    return db.session.get(User, user_id) if user_id <= LARGEST_INTEGER else None


def _account() -> User | None:
    key = request.args.get("pk", "")
    return find_user(int(key)) if key.isascii() and key.isdigit() and len(key) <= 20 else None


def has_mail(user: User) -> bool:
    """Return whether a message can reach this account: it has an e-mail address, and a mail server is set."""
    return bool(user.email and EMAIL.server_url())


def _page(user: User, faults: dict[str, str]) -> str:
    return render_template(
        "accounts/reset.html",
        title=gettext("Kata sandi baru untuk %(name)s", name=user.get_full_name()),
        user=user,
        ways=HANDED_OVER,
        has_mail=has_mail(user),
        typed=request.form,
        hours=current_app.config["PASSWORD_LINK_HOURS"],
        faults={name: str(LINK_FAULTS[fault]) for name, fault in faults.items()},
    )
