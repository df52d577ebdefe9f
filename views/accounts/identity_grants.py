"""Approval of roles that can open identities: a supervisor confirms or rejects each, with a reason."""

from flask import abort, flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.access.current_person import current_person
from app.access.process_rows import ACTORS
from app.access.roles import permissions_on
from app.accounts.identity_grants import GrantRefused, decide_grant, waiting_grants
from app.core.clock import utc_now
from app.core.identifiers import LARGEST_ID
from app.web.fab_repairs import is_readable
from views.shared.screen_access import for_officers

PATH = "/hak-identitas/"
LONGEST_REASON = 1000


class IdentityGrantView(BaseView):
    """Screen on which supervisors decide about requests for roles that can open reporters' identities."""

    route_base = PATH.rstrip("/")
    default_view = "list"
    class_permission_name = "Identity"
    base_permissions = permissions_on("Identity")

    @expose("/")
    @for_officers("can_read", "Identity")
    def list(self) -> str:
        """Show supervisors the page of the requests for identity roles that wait for a decision, oldest first."""
        return _page({})

    @expose("/<int:grant_id>", methods=["POST"])
    @for_officers("can_read", "Identity")
    def decide(self, grant_id: int) -> Response:
        """Confirm or reject a waiting request for an identity role (`keputusan`: setuju or tolak) and redirect to the
        list.

        400 for another choice; without a readable reason the list is shown again with status 422. A request that is
        already decided, or that concerns the supervisor, stays unchanged, with a warning.
        """
        choice, reason = request.form.get("keputusan", ""), request.form.get("alasan", "").strip()
        by = current_person().id
        if choice not in ("setuju", "tolak") or by is None:
            abort(400)
        if not 0 < len(reason) <= LONGEST_REASON or not is_readable(reason):
            sentence = gettext("Tulis alasan keputusan, paling banyak 1000 karakter")
            return Response(_page({grant_id: sentence}), 422, mimetype="text/html")
        try:
            decide_grant(min(grant_id, LARGEST_ID), choice == "setuju", reason, by, utc_now())
        except GrantRefused:
            flash(gettext("Sudah diputuskan, atau Anda sendiri terlibat di dalamnya."), "warning")
        else:
            flash(gettext("Hak diberikan.") if choice == "setuju" else gettext("Hak ditolak."), "success")
        return redirect(PATH, 303)


def _page(errors: dict[int, str]) -> str:
    title = gettext("Hak membaca identitas")
    return render_template(
        "accounts/identity_grants.html",
        title=gettext("Galat: %(title)s", title=title) if errors else title,
        heading=title,
        grants=waiting_grants(),
        roles=ACTORS,
        me=current_person().id,
        errors=errors,
        typed=request.form.get("alasan", ""),
    )
