"""The officer's own account page."""

from flask import abort, flash, redirect, render_template
from flask_appbuilder import BaseView, expose
from flask_babel import gettext, ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from app.access.current_person import current_person
from app.access.roles import permissions_on
from app.accounts.delegations import delegations_of
from app.accounts.sessions import end_sign_ins, sign_ins_of
from app.core.clock import office_today, utc_now
from app.core.identifiers import LARGEST_ID
from app.core.request_context import request_context
from app.vocabulary.words import DELEGATION_KINDS
from views.shared.offices import office_name
from views.shared.screen_access import for_officers

PATH = "/akun/"
VIEW = "UserDBModelView"
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


class AccountView(BaseView):
    """Screens under `/akun/` on which signed-in users see their own account and end their sign-ins."""

    route_base = "/akun"
    default_view = "show"
    class_permission_name = VIEW
    base_permissions = permissions_on(VIEW)

    @expose("/")
    @for_officers("can_userinfo", VIEW)
    def show(self) -> str:
        """Show the signed-in user's own account page: capacities, delegations, notice settings, active sign-ins and
        security settings.
        """
        now, user = utc_now(), current_user
        page: str = render_template(
            "accounts/account.html",
            title=gettext("Akun saya"),
            offices=[office_name(capacity) for capacity in current_person().capacities],
            delegations=delegations_of(user.id, office_today(now)),
            kinds=DELEGATION_KINDS,
            today=office_today(now),
            sign_ins=sign_ins_of(user.id, now),
            this_one=request_context().sign_in_id,
            in_words=browser_name,
            now=now,
        )
        return page

    @expose("/masuk/<int:sign_in_id>/akhiri", methods=["POST"])
    @for_officers("can_userinfo", VIEW)
    def end_one(self, sign_in_id: int) -> Response:
        """End one of the user's own sign-ins and redirect to their account page; 404 if the user has no such active
        sign-in.
        """
        if sign_in_id > LARGEST_ID or not end_sign_ins(current_user.id, utc_now(), only=sign_in_id):
            abort(404)
        flash(gettext("Perangkat itu sudah dikeluarkan."), "success")
        return redirect(PATH, 303)

    @expose("/masuk/akhiri-lain", methods=["POST"])
    @for_officers("can_userinfo", VIEW)
    def end_others(self) -> Response:
        """End all of the user's own sign-ins except the current one and redirect to their account page."""
        count = end_sign_ins(current_user.id, utc_now())
        flash(ngettext("%(num)d perangkat lain dikeluarkan.", "%(num)d perangkat lain dikeluarkan.", count), "success")
        return redirect(PATH, 303)


def browser_name(agent: str) -> str:
    """Return the browser and operating system named in a User-Agent header as text, for example "Chrome, Android"; an
    unknown browser becomes "Peramban lain", an unknown system is left out.
    """
    browser = next((name for sign, name in BROWSERS if sign in agent), gettext("Peramban lain"))
    system = next((name for sign, name in SYSTEMS if sign in agent), "")
    return f"{browser}, {system}" if system else browser
