"""The one form that makes an officer."""

from flask import flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from app.access.office_roles import DESCRIPTIONS, ROLES
from app.access.roles import permissions_on
from app.accounts.new_officer import MadeOfficer, OfficerRefused, add_officer, as_typed
from app.accounts.password_reset import link_page
from app.core.clock import utc_now
from app.reference.agencies import path_of_agency
from app.reference.choices import agency_choices
from app.web.form_labels import REFUSED
from views.shared.screen_access import for_officers

PATH = "/petugas/baru"
PARTS = {
    "nama": "name",
    "peran": "role",
    "opd": "agency",
    "surel": "email",
    "telepon": "phone",
    "nip": "nip",
    "jabatan": "position",
    "pangkat": "rank",
    "nama_pengguna": "username",
}
"""The part of a new officer that each field of the form holds."""


class NewOfficerView(BaseView):
    """Administrator's screen on which one form makes an account, its membership, its role and its password link."""

    route_base = PATH
    default_view = "form"
    class_permission_name = "UserDBModelView"
    base_permissions = permissions_on("UserDBModelView")

    @expose("", methods=["GET"])
    @for_officers("can_add", "UserDBModelView")
    def form(self) -> str:
        return _page({})

    @expose("", methods=["POST"])
    @for_officers("can_add", "UserDBModelView")
    def make(self) -> Response | tuple[str, int]:
        """Make the officer and redirect to the officer's page if the link was sent; else show the link once (201). A
        wrong form is shown again as typed (422).
        """
        typed = {part: request.form.get(name, "") for name, part in PARTS.items()}
        try:
            made = add_officer(as_typed(typed), current_user.id, utc_now())
        except OfficerRefused as refused:
            names = {part: name for name, part in PARTS.items()}
            return _page({names[part]: str(REFUSED[reason]) for part, reason in refused.faults.items()}), 422
        return _made(made)


def _made(made: MadeOfficer) -> Response | tuple[str, int]:
    """Return a redirect to the new officer, or the page with the link that is to be handed over."""
    user = made.profile.user
    flash(gettext("%(name)s terdaftar dengan nama pengguna %(user)s.", name=user.get_full_name(), user=user.username))
    if made.needs_confirmation:
        flash(gettext("Perannya membuka identitas pelapor dan menunggu keputusan pengawas."), "warning")
    if made.invited:
        flash(gettext("Undangan membuat kata sandi dikirim ke %(email)s.", email=user.email), "success")
        return redirect(f"/petugas/show/{user.id}", 303)
    return link_page(user, made.token), 201


def _page(faults: dict[str, str]) -> str:
    return render_template(
        "accounts/new_officer.html",
        title=gettext("Petugas baru"),
        typed=request.form,
        faults=faults,
        roles=ROLES,
        descriptions=DESCRIPTIONS,
        agencies=sorted(
            ((row.code, path_of_agency(row.id)) for row in agency_choices(None)), key=lambda pair: pair[1].casefold()
        ),
    )
