"""Two-step verification of an officer's own account."""

import segno
from flask import abort, flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from flask_login import current_user
from werkzeug.security import check_password_hash
from werkzeug.wrappers import Response

from app.access.current_person import current_person
from app.access.roles import permissions_on
from app.accounts.labels import CODE_FAULTS
from app.accounts.login_limits import admit_code
from app.accounts.second_step import (
    SET_UP,
    address_of,
    codes_left,
    confirm,
    must_have,
    start_set_up,
    take_away,
    take_code,
    two_step_of,
)
from app.accounts.sessions import end_sign_ins
from app.core.clock import utc_now
from app.web.fab_repairs import is_readable
from views.shared.screen_access import for_officers

VIEW = "UserDBModelView"
LONGEST_CODE, LONGEST_PASSWORD = 40, 500


class TwoStepView(BaseView):
    """Two-step settings under `/akun/dua-langkah/`, always of the signed-in user.

    Starting and switching off need the password, so that an unattended screen is not enough to lock its officer out.
    """

    route_base = SET_UP.rstrip("/")
    default_view = "show"
    class_permission_name = VIEW
    base_permissions = permissions_on(VIEW)

    @expose("/")
    @for_officers("can_userinfo", VIEW)
    def show(self) -> str:
        """Show the page of the signed-in user's two-step verification: off, waiting for the first code, or on."""
        return _page()

    @expose("/mulai", methods=["POST"])
    @for_officers("can_userinfo", VIEW)
    def start(self) -> Response:
        """Create the user's two-step secret, which waits for its first code, and redirect to the page that shows it.

        A wrong password shows the page again with status 422. Raises Problem(429) after too many wrong attempts.
        """
        attempt = admit_code(current_user.id, utc_now())
        if not _is_own_password(request.form.get("sandi", "")):
            return _faulty({"sandi": "password"})
        attempt.succeeded()
        start_set_up(current_user.id, utc_now())
        return redirect(SET_UP, 303)

    @expose("/pasang", methods=["POST"])
    @for_officers("can_userinfo", VIEW)
    def confirm(self) -> Response:
        """Activate two-step verification, end the user's other sign-ins, and show the recovery codes once (201).

        A wrong code shows the page again with status 422. Raises Problem(429) after too many wrong attempts.
        """
        attempt = admit_code(current_user.id, utc_now())
        codes = confirm(current_user.id, _typed_code(), utc_now())
        if codes is None:
            return _faulty({"kode": "wrong_at_set_up"})
        attempt.succeeded()
        end_sign_ins(current_user.id, utc_now())
        page = render_template("accounts/recovery_codes.html", title=gettext("Kode pemulihan"), codes=codes)
        return Response(page, 201, mimetype="text/html")

    @expose("/matikan", methods=["POST"])
    @for_officers("can_userinfo", VIEW)
    def switch_off(self) -> Response:
        """Delete the user's two-step secret and recovery codes, end their other sign-ins, and redirect to the page.

        A wrong password or code shows the page again with status 422; 403 for officers who must have a second step.
        Raises Problem(429) after too many wrong attempts.
        """
        if must_have(current_person()):
            abort(403)
        attempt = admit_code(current_user.id, utc_now())
        if not _is_own_password(request.form.get("sandi", "")):
            return _faulty({"sandi": "password"})
        if not take_code(current_user.id, _typed_code(), utc_now()):
            return _faulty({"kode": "wrong"})
        attempt.succeeded()
        take_away(current_user.id)
        end_sign_ins(current_user.id, utc_now())
        flash(gettext("Verifikasi dua langkah dimatikan."), "success")
        return redirect(SET_UP, 303)


def _is_own_password(typed: str) -> bool:
    hashed = current_user.password
    return bool(hashed) and len(typed) <= LONGEST_PASSWORD and check_password_hash(hashed, typed)


def _typed_code() -> str:
    typed = request.form.get("kode", "").strip()
    return typed if len(typed) <= LONGEST_CODE and is_readable(typed) else ""


def _faulty(faults: dict[str, str]) -> Response:
    page = _page({field: str(CODE_FAULTS[fault]) for field, fault in faults.items()})
    return Response(page, 422, mimetype="text/html")


def _page(errors: dict[str, str] | None = None) -> str:
    row, title = two_step_of(current_user.id), gettext("Verifikasi dua langkah")
    waiting = row is not None and row.confirmed_at is None
    address = address_of(row, current_user.username) if row is not None and waiting else ""
    page: str = render_template(
        "accounts/two_step.html",
        title=gettext("Galat: %(title)s", title=title) if errors else title,
        row=row,
        qr=segno.make(address, error="m").svg_data_uri(scale=5, border=4, light="#fff") if address else "",
        secret=" ".join(row.secret[n : n + 4] for n in range(0, len(row.secret), 4)) if row and waiting else "",
        left=codes_left(current_user.id) if row is not None and not waiting else 0,
        required=must_have(current_person()),
        errors=errors or {},
    )
    return page
