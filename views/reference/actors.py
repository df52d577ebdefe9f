"""Screens of the roles of the process; a new role gets the rights of another one."""

from typing import Any

from flask_appbuilder.models.sqla.interface import SQLAInterface

from app.access.office_roles import ROLES
from app.access.process_rows import ACTORS, actor_names, process_actors
from app.access.role_rights import RoleStays, add_role, remove_role
from app.core.definitions import forget_version
from app.core.rows import taken_codes
from app.models import ActorRow, OfficeRole
from app.reference.labels import TITLES
from app.reference.process_roles import is_named, line_goes_down, order_below
from app.vocabulary.words import ORGANISATIONS
from views.shared.reference_fields import AGENCY_CODE, WORD, amount, choice, line, propose_code, worded
from views.shared.reference_screen import ChangeRefused, GuardedModelView

_ROLES = actor_names(lambda: {actor.code for actor in process_actors()})


class ActorView(GuardedModelView):
    """Screen of the roles that officers hold in the process, with their superiors."""

    datamodel = SQLAInterface(ActorRow)
    route_base = "/pelaksana"
    list_title, show_title = TITLES["actors"], TITLES["actor"]
    add_title, edit_title = TITLES["actor_new"], TITLES["actor_edit"]
    list_columns = ["label_id", "organisation", "superior", "order"]
    show_columns = ["label_id", "label_en", "code", "organisation", "superior", "order"]
    add_columns = ["label_id", "label_en", "code", "organisation", "superior", "order", "rights_as"]
    edit_columns = ["label_id", "label_en", "superior", "order"]
    search_columns = ["label_id"]
    order_columns = ["label_id", "order"]
    base_order = ("order", "asc")
    formatters_columns = {"organisation": worded(ORGANISATIONS), "superior": worded(ACTORS)}
    edit_form_extra_fields = {
        "label_id": line("label_id", needed=True),
        "label_en": line("label_en", hint="label_en"),
        "superior": choice("superior", _ROLES, blank=True),
        "order": amount("order", 10_000, needed=False, hint="order_of_role"),
    }
    add_form_extra_fields = {
        **edit_form_extra_fields,
        "code": line("code", WORD, True, "agency_code", AGENCY_CODE),
        "organisation": choice("organisation", ORGANISATIONS),
        "rights_as": choice("rights_as", _ROLES, hint="rights_as"),
    }

    def propose(self, form: Any) -> None:
        """Make the code from the name of the role, if there is none."""
        propose_code(form, form.label_id.data or "", lambda: taken_codes(ActorRow.code) | {*ACTORS, *ROLES})

    def before_save(self, item: ActorRow) -> None:
        """Place a role without an order below its superior. Raises ChangeRefused (role_line) for a superior that stands
        below the role itself.
        """
        if line_goes_down(item):
            raise ChangeRefused("role_line", "superior")
        if item.order is None:
            item.order = order_below(item.superior)

    def before_delete(self, item: ActorRow) -> None:
        """Take the rights of the role away. Raises ChangeRefused (role_stays) for a role that came with the program, or
        that a version or an account has.
        """
        if item.seeded or is_named(item.code):
            raise ChangeRefused("role_stays")
        try:
            remove_role(item.code)
        except RoleStays as stays:
            raise ChangeRefused("role_stays") from stays

    def after_change(self, item: ActorRow) -> None:
        """Give a new role its rights, and let this request read the roles again."""
        if rights_as := getattr(item, "rights_as", None):
            add_role(OfficeRole(name=item.code, actor=item.code, acts=True), rights_as)
        forget_version()
