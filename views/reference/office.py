"""The screen of the office itself: its name, and the agency that runs the complaint service."""

from typing import Any

from flask_appbuilder.models.sqla.interface import SQLAInterface

from app.core.definitions import forget_version
from app.core.office import ZONES
from app.models import Office
from app.reference.agencies import agency_names
from app.reference.labels import OFFICE_KINDS, TITLES
from views.shared.reference_fields import WORD, choice, line, worded
from views.shared.reference_screen import GuardedModelView


class OfficeView(GuardedModelView):
    """Screen of the one row of the office. Region and zone stay as they were set up, since deadlines depend on them."""

    datamodel = SQLAInterface(Office)
    route_base = "/kantor"
    include_route_methods = {"list", "show", "edit"}
    list_title, show_title, edit_title = TITLES["office"], TITLES["office"], TITLES["office_edit"]
    add_title = edit_title
    list_columns = ["name", "short_name", "region_code", "zone", "head_office"]
    show_columns = ["name", "short_name", "kind", "region_code", "zone", "head_office"]
    add_columns = edit_columns = ["name", "short_name", "head_office"]
    search_columns = ["name"]
    order_columns = ["name"]
    base_order = ("id", "asc")
    formatters_columns = {"kind": worded(OFFICE_KINDS), "zone": worded(ZONES)}
    edit_form_extra_fields: dict[str, Any] = {
        "name": line("name", needed=True),
        "short_name": line("short_name", WORD, True, "short_name_of_office"),
        "head_office": choice("head_office", {}, hint="head_office"),
    }
    add_form_extra_fields = edit_form_extra_fields

    def prepare(self, form: Any, item: Office | None) -> None:
        """Offer the agencies as head office."""
        form.head_office.choices = [*agency_names().items()]

    def after_change(self, item: Office) -> None:
        """Let this request read the office again."""
        forget_version()
