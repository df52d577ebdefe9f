"""Complaints that are there already, as a piece of the intake page while the form is being filled in."""

from flask import render_template, request
from flask_appbuilder import BaseView, expose

from app.access.current_person import current_person
from app.access.roles import permissions_on
from app.core.clock import utc_now
from views.cases.similar_complaints import similar_to_typed
from views.shared.screen_access import for_officers


class SimilarView(BaseView):
    """The piece alone; with no JavaScript the form's own button brings it with the whole page."""

    route_base = "/aduan"
    default_view = "similar"
    class_permission_name = "Complaint"
    base_permissions = permissions_on("Complaint")

    @expose("/baru/serupa", methods=["POST"])
    @for_officers("can_receive", "Complaint")
    def similar(self) -> str:
        """Sent and not asked for by an address, since what is typed may name people."""
        found = similar_to_typed(request.form, current_person(), utc_now())
        return render_template("intake/_similar.html", similar=found, asked=True)
