"""Screens of the roles of accounts: made as copies, with their rights as a matrix."""

from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask_appbuilder import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from app.access.office_roles import DESCRIPTIONS, ROLES, office_roles
from app.access.process_rows import ACTORS
from app.access.role_rights import (
    RightRefused,
    RoleStays,
    add_role,
    change_rights,
    count_holders,
    end_rights,
    find_role,
    may_have,
    rights_by_role,
    rights_of,
)
from app.access.roles import RIGHTS, permissions_on
from app.accounts.labels import RIGHT_GROUPS, RIGHT_TEXTS
from app.core.definitions import forget_version
from app.core.rows import taken_codes
from app.core.transaction import one_transaction
from app.models import OfficeRole
from app.reference.labels import COLUMNS, TITLES
from app.web.form_labels import REFUSED
from views.shared.reference_fields import AGENCY_CODE, choice, line, propose_code, tick, worded
from views.shared.reference_screen import CRUD, READ_OR_WRITE, ChangeRefused, GuardedModelView
from views.shared.screen_access import for_officers

VIEW = "OfficeRole"
LONGEST_NAME = 64


class OfficeRoleView(GuardedModelView):
    """Screen of the roles that administrators give to accounts; a new one is a copy, or has no rights yet."""

    datamodel = SQLAInterface(OfficeRole)
    route_base = "/peran"
    class_permission_name = VIEW
    base_permissions = permissions_on(VIEW)
    include_route_methods = CRUD | {"matrix", "rights"}
    method_permission_name = {**READ_OR_WRITE, "matrix": "read", "rights": "write"}
    list_title, show_title = TITLES["roles"], TITLES["role"]
    add_title, edit_title = TITLES["role_new"], TITLES["role_edit"]
    list_columns = ["name", "description_id", "actor", "acts"]
    show_columns = ["name", "description_id", "actor", "acts"]
    add_columns = ["label_id", "copy_of", "acts", "description_id", "label_en", "description_en", "name"]
    edit_columns = ["label_id", "label_en", "description_id", "description_en"]
    search_columns = ["label_id", "actor"]
    order_columns = ["label_id"]
    base_order = ("id", "asc")
    list_template = "reference/roles.html"
    show_template = "reference/role.html"
    label_columns = {"name": COLUMNS["role"], "actor": COLUMNS["actor"]}
    formatters_columns = {"name": worded(ROLES), "actor": worded(ACTORS)}
    edit_form_extra_fields = {
        "label_id": line("label_id"),
        "label_en": line("label_en", hint="label_en"),
        "description_id": line("description_id", hint="description"),
        "description_en": line("description_en", hint="label_en"),
    }
    add_form_extra_fields = {
        **edit_form_extra_fields,
        "label_id": line("label_id", needed=True),
        "name": line("code", LONGEST_NAME, True, "agency_code", AGENCY_CODE),
        "copy_of": choice("copy_of", ROLES, blank=True, hint="copy_of"),
        "acts": tick("acts", hint="acts"),
    }

    def propose(self, form: Any) -> None:
        """Make the code from the name of the role, if there is none."""
        form.code = form.name
        propose_code(form, form.label_id.data or "", lambda: taken_codes(OfficeRole.name) | {*ACTORS, *ROLES})

    def before_save(self, item: OfficeRole) -> None:
        """Give a new role what its source is in the process. Raises ChangeRefused (role_needs_name) for a role
        without a name that has no role of the process to be named after.
        """
        if not item.label_id and not item.acts:
            raise ChangeRefused("role_needs_name", "label_id")
        if item.id is not None:
            return
        source = office_roles().get(getattr(item, "copy_of", "") or "")
        item.actor, item.standing = (source.actor, source.standing) if source else (None, None)
        item.acts = bool(item.acts and source and source.acts)

    def after_change(self, item: OfficeRole) -> None:
        """Give a new role the rights of its source."""
        if hasattr(item, "copy_of"):
            add_role(item, item.copy_of or None)
        forget_version()

    def before_delete(self, item: OfficeRole) -> None:
        """Take the rights of the role away. Raises ChangeRefused (role_held) for a role that came with the program, or
        that an account has.
        """
        if item.name == item.actor:
            raise ChangeRefused("role_held")
        try:
            end_rights(item)
        except RoleStays as stays:
            raise ChangeRefused("role_held") from stays

    def _get_show_widget(self, pk: Any, item: OfficeRole, *args: Any, **kwargs: Any) -> Any:
        widgets = super()._get_show_widget(pk, item, *args, **kwargs)
        widgets["show"].template_args |= {"role": item, "groups": _groups(item), "holders": count_holders(item.name)}
        return widgets

    @expose("/matriks/")
    @for_officers("can_read", VIEW)
    def matrix(self) -> str:
        """Show which role has which right."""
        page: str = render_template(
            "reference/role_matrix.html",
            title=gettext("Hak setiap peran"),
            groups=RIGHT_GROUPS,
            rights=RIGHTS,
            texts=RIGHT_TEXTS,
            names=ROLES,
            descriptions=DESCRIPTIONS,
            held=rights_by_role(),
        )
        return page

    @expose("/hak/<int:role_id>", methods=["GET", "POST"])
    @for_officers("can_write", VIEW)
    def rights(self, role_id: int) -> str | Response | tuple[str, int]:
        """Show the form of the rights of a role; when it is submitted, give exactly the chosen ones and redirect to the
        role. Refused ones show the form again (status 422).
        """
        item = find_role(role_id) or abort(404)
        if request.method == "GET":
            return _rights_page(item, rights_of(item.name), {})
        wanted = set(request.form.getlist("hak"))
        try:
            with one_transaction():
                change_rights(item, wanted, current_user)
        except RightRefused as refused:
            return _rights_page(item, wanted, {refused.right: str(REFUSED[refused.reason])}), 422
        flash(gettext("Hak peran %(role)s tersimpan dan langsung berlaku.", role=ROLES[item.name]), "success")
        return redirect(f"{self.route_base}/show/{item.id}", 303)


def _groups(item: OfficeRole) -> dict[str, list[str]]:
    """Return the texts of the rights that a role has, by the name of their group."""
    held = rights_of(item.name)
    return {
        str(label): [str(RIGHT_TEXTS[code]) for code, right in RIGHTS.items() if right.group == group and code in held]
        for group, label in RIGHT_GROUPS.items()
    }


def _rights_page(item: OfficeRole, chosen: Any, faults: dict[str, str]) -> str:
    page: str = render_template(
        "reference/role_rights.html",
        title=gettext("Hak peran %(role)s", role=ROLES[item.name]),
        role=item,
        own=any(role.name == item.name for role in current_user.roles),
        description=DESCRIPTIONS[item.name],
        groups=RIGHT_GROUPS,
        rights=RIGHTS,
        texts=RIGHT_TEXTS,
        possible={code for code, right in RIGHTS.items() if may_have(item, right)},
        chosen=chosen,
        holders=count_holders(item.name),
        faults=faults,
        own_refused=REFUSED["own_role"],
    )
    return page
