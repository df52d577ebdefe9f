"""The administrator's control of another account's sign-ins."""

from flask import abort, flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from app.access.current_person import current_person
from app.access.roles import permissions_on
from app.accounts.labels import CODE_FAULTS
from app.accounts.password_reset import find_user
from app.accounts.second_step import two_step_of
from app.accounts.session_control import end_all_sign_ins, remove_two_step
from app.accounts.sessions import sign_ins_of
from app.core.clock import utc_now
from app.web.fab_repairs import is_readable
from views.accounts.account_page import browser_name
from views.shared.screen_access import for_officers

VIEW = "UserDBModelView"
RIGHT = "sign_ins"
LONGEST_REASON = 1000


class SignInCareView(BaseView):
    """Administrator's screen of a user account's sign-ins and two-step verification under `/pengguna/<id>/masuk`."""

    route_base = "/pengguna"
    default_view = "show"
    class_permission_name = VIEW
    base_permissions = permissions_on(VIEW)

    @expose("/<int:user_id>/masuk")
    @for_officers(RIGHT, VIEW)
    def show(self, user_id: int) -> str:
        """Show the administrator the page of a user account's active sign-ins and two-step state; 404 for an unknown
        account.
        """
        return _page(_find(user_id))

    @expose("/<int:user_id>/masuk/akhiri", methods=["POST"])
    @for_officers(RIGHT, VIEW)
    def end_all(self, user_id: int) -> Response:
        """End every sign-in of a user account, by browser and API, and redirect to its sign-in page; 404 for an unknown
        account.
        """
        count = end_all_sign_ins(_find(user_id), current_person().id, utc_now())
        flash(ngettext("%(num)d masuk diakhiri.", "%(num)d masuk diakhiri.", count), "success")
        return redirect(f"/pengguna/{user_id}/masuk", 303)

    @expose("/<int:user_id>/masuk/dua-langkah", methods=["POST"])
    @for_officers(RIGHT, VIEW)
    def remove(self, user_id: int) -> Response:
        """Remove a user account's two-step verification, notify its officer, and redirect to the account's sign-in
        page.

        The reason is written to the journal; without one the page is shown again with status 422. 404 for an unknown
        account.
        """
        user, reason = _find(user_id), request.form.get("alasan", "").strip()
        if not 0 < len(reason) <= LONGEST_REASON or not is_readable(reason):
            return Response(_page(user, {"alasan": str(CODE_FAULTS["reason"])}), 422, mimetype="text/html")
        if remove_two_step(user, reason, current_person().id, utc_now()):
            flash(gettext("Verifikasi dua langkah dihapus. Petugas itu diberi tahu."), "success")
        return redirect(f"/pengguna/{user_id}/masuk", 303)


def _find(user_id: int) -> User:
    return find_user(user_id) or abort(404)


def _page(user: User, errors: dict[str, str] | None = None) -> str:
    now, row, title = utc_now(), two_step_of(user.id), gettext("Masuk dan verifikasi")
    page: str = render_template(
        "accounts/care.html",
        title=gettext("Galat: %(title)s", title=title) if errors else title,
        user=user,
        sign_ins=sign_ins_of(user.id, now),
        confirmed_at=row.confirmed_at if row else None,
        in_words=browser_name,
        typed=request.form.get("alasan", ""),
        errors=errors or {},
        now=now,
    )
    return page
