"""The page "Pernah di sini": cases that an agency is no longer on."""

from flask import render_template
from flask_appbuilder import BaseView, expose
from flask_babel import gettext

from app.access.current_person import current_person
from app.access.roles import permissions_on
from app.vocabulary.actions import SENTENCES
from app.worklists.left_cases import left_cases
from views.shared.screen_access import for_officers


class LeftCasesView(BaseView):
    """Screen of the cases that the officer's agency declined or that were taken from it: number, dates and reason."""

    route_base = "/aduan"
    default_view = "list"
    class_permission_name = "Complaint"
    base_permissions = permissions_on("Complaint")

    @expose("/pernah-di-sini")
    @for_officers("can_read", "Complaint")
    def list(self) -> str:
        cases = left_cases(current_person())
        return render_template(
            "worklists/left_cases.html", title=gettext("Pernah di sini"), cases=cases, sentences=SENTENCES
        )
