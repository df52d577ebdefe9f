"""Saving a list view under a name or as the officer's default layout."""

from urllib.parse import parse_qsl, urlencode

from flask import abort, flash, redirect, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from app.access.current_person import current_person
from app.access.roles import permissions_on
from app.core.clock import utc_now
from app.core.identifiers import LARGEST_ID
from app.web.fab_repairs import is_readable
from app.worklists.saved_lists import LONGEST_ADDRESS, ListRefused, remove_list, save_default_view, save_list
from views.shared.list_columns import LAYOUT
from views.shared.list_labels import LIST_FAULTS
from views.shared.screen_access import for_officers

PATHS = {"inbox": "/", "complaints": "/aduan/"}


class SavedListView(BaseView):
    """Endpoints under `/tampilan/` that save and delete the signed-in user's list views."""

    route_base = "/tampilan"
    class_permission_name = "Worklist"
    base_permissions = permissions_on("Worklist")

    @expose("/simpan", methods=["POST"])
    @for_officers("can_read", "Worklist")
    def save(self) -> Response:
        """Save the current filters and layout of a list under a name, commit, and redirect to the list.

        Only supervisors can share it with all officers. 400 for an unreadable name; other faults become a message.
        """
        place, address, name = _place(), _address(), request.form.get("nama", "")
        if not is_readable(name):
            abort(400)
        shared = "bersama" in request.form and current_person().observes
        try:
            save_list(current_user.id, place, name, address, shared, utc_now())
        except ListRefused as refused:
            flash(str(LIST_FAULTS[refused.fault]), "danger")
        else:
            flash(gettext("Tampilan %(name)s disimpan.", name=" ".join(name.split())), "success")
        return _back(place, address)

    @expose("/biasa", methods=["POST"])
    @for_officers("can_read", "Worklist")
    def make_usual(self) -> Response:
        """Save the current layout of a list as the user's default and redirect to the list.

        The default is used whenever the query string has no layout. One that is too long becomes a message.
        """
        place, address = _place(), _address()
        layout = [(name, value) for name, value in parse_qsl(address) if name in LAYOUT]
        try:
            save_default_view(current_user.id, place, urlencode(layout), utc_now())
        except ListRefused as refused:
            flash(str(LIST_FAULTS[refused.fault]), "danger")
        else:
            flash(gettext("Susunan ini menjadi tampilan biasa Anda."), "success")
        return _back(place, address)

    @expose("/<int:list_id>/hapus", methods=["POST"])
    @for_officers("can_read", "Worklist")
    def remove(self, list_id: int) -> Response:
        """Delete one of the user's own saved lists and redirect to the inbox or list it was for; 404 if it is not their
        own.
        """
        name = remove_list(current_user.id, list_id) if list_id <= LARGEST_ID else None
        if name is None:
            abort(404)
        flash(gettext("Tampilan %(name)s dihapus.", name=name), "success")
        return redirect(PATHS.get(request.form.get("tempat", ""), "/"), 303)


def _place() -> str:
    place = request.form.get("tempat", "")
    if place not in PATHS:
        abort(400)
    return place


def _address() -> str:
    """Return the submitted query string, parsed and encoded again; aborts with 400 if it is too long or unreadable."""
    given = request.form.get("alamat", "")
    if len(given) > LONGEST_ADDRESS or not is_readable(given):
        abort(400)
    return urlencode(sorted(parse_qsl(given)))


def _back(place: str, address: str) -> Response:
    return redirect(f"{PATHS[place]}?{address}" if address else PATHS[place], 303)
