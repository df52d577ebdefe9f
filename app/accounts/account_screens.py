"""FAB's views of accounts and roles, limited to what an administrator is granted."""

from typing import Any, ClassVar

from flask import flash, redirect, request
from flask_appbuilder import action
from flask_appbuilder.models.sqla.filters import FilterInFunction
from flask_appbuilder.security.views import UserDBModelView
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from sqlalchemy import inspect
from werkzeug.wrappers import Response
from wtforms import StringField, ValidationError
from wtforms.validators import Email, Length, Optional

from app.access.current_person import may
from app.access.office_roles import ROLES, role_names
from app.accounts.account_notices import notify_old_address
from app.accounts.identity_grants import ask_grants, needing_confirmation, nobody_decides
from app.accounts.new_officer import email_is_taken
from app.accounts.password_reset import invite
from app.accounts.passwords import unknown_password_hash
from app.core.clock import utc_now
from app.core.request_context import request_context
from app.web.confirmation import ConfirmDelete
from app.web.form_labels import REFUSED
from app.web.list_guards import GuardedRequests


def given_roles() -> list[str]:
    """Return the names of the roles that may be assigned to a user account; FAB's own Admin and Public are not among
    them.
    """
    return list(ROLES)


class OfferedRoles:
    """A form validator for the roles of a user account: at least one role, only roles that were offered (FAB silently
    drops others), and no change of one's own roles.
    """

    field_flags: ClassVar[dict[str, bool]] = {"required": True}

    def __call__(self, form: Any, field: Any) -> None:
        """Raise ValidationError if no role is chosen, if a chosen role was not offered, or if administrators change the
        roles of their own account.
        """
        if not field.data or field._invalid_formdata:
            raise ValidationError(REFUSED["role_not_given"])
        is_own_account = (request.view_args or {}).get("pk") == str(current_user.id)
        if is_own_account and {role.id for role in field.data} != {role.id for role in current_user.roles}:
            raise ValidationError(REFUSED["own_roles"])


def _in_words(form: Any) -> Any:
    """Make the form's pick list of roles show display names in place of role codes, and return the form."""
    if "roles" in form:
        form.roles.get_label = lambda role: ROLES.get(role.name, role.name)
    return form


def _address_is_free(form: Any, field: Any) -> None:
    """Raise ValidationError if another account has the e-mail address."""
    if email_is_taken(field.data, (request.view_args or {}).get("pk")):
        raise ValidationError(REFUSED["email_taken"])


_EMAIL = StringField(
    _("Surel"),
    validators=[Optional(), Length(max=320), Email(message=REFUSED["bad_email"]), _address_is_free],
    filters=[lambda text: (text or "").strip()],
)
"""Officers without an e-mail address get the link to their password by hand."""
_ROLES = {"roles": [["name", FilterInFunction, given_roles]]}
_NAMES = ["first_name", "last_name", "username", "active", "email", "roles"]


class Accounts(GuardedRequests, ConfirmDelete, UserDBModelView):
    """The screens for administrators on which officers' user accounts are added, changed and deactivated, never
    deleted, since records refer to them.
    """

    class_permission_name = "UserDBModelView"
    include_route_methods = {"list", "show", "add", "edit", "userinfo", "action"}
    list_columns = ["username", "first_name", "last_name", "roles", "active"]
    show_fieldsets = UserDBModelView.show_fieldsets
    add_columns = edit_columns = _NAMES
    add_form_extra_fields: ClassVar[dict[str, Any]] = {"email": _EMAIL}
    edit_form_extra_fields: ClassVar[dict[str, Any]] = {"email": _EMAIL}
    search_columns = ["username", "first_name", "last_name", "email", "active", "roles"]
    order_columns = ["username", "first_name", "last_name", "active"]
    base_order = ("username", "asc")
    formatters_columns = {"roles": role_names}
    validators_columns = {"roles": [OfferedRoles()]}
    add_form_query_rel_fields = _ROLES
    edit_form_query_rel_fields = _ROLES
    search_form_query_rel_fields = _ROLES

    def pre_add(self, item: Any) -> None:
        """Called before a new user account is stored: give it a random password that nobody knows, and take off the
        roles that a supervisor must confirm first.
        """
        item.password = unknown_password_hash()
        self._hold_back(item, [])

    def post_add(self, item: Any) -> None:
        """Called after a new user account was stored: request confirmation of the roles held back, and send the officer
        a link to set the password.
        """
        self._ask_for(item)
        invite(item)

    def pre_update(self, item: Any) -> None:
        """Called before a changed user account is stored: take off added roles that open identities until a supervisor
        confirms them, and queue an e-mail to the old address if the address was changed.
        """
        super().pre_update(item)
        for old in inspect(item).attrs.email.history.deleted:
            if old:
                notify_old_address(item.id, old, utc_now())
        history = inspect(item).attrs.roles.history
        self._hold_back(item, [*history.unchanged, *history.deleted])

    def post_update(self, item: Any) -> None:
        """Called after a changed user account was stored: request a supervisor's confirmation of the roles held
        back.
        """
        self._ask_for(item)

    def _hold_back(self, item: Any, before: list[Any]) -> None:
        held_back = request_context().grants_held_back = needing_confirmation(before, item.roles)
        item.roles = [role for role in item.roles if role not in held_back]

    def _ask_for(self, item: Any) -> None:
        context = request_context()
        roles, context.grants_held_back = context.grants_held_back, []
        if roles:
            ask_grants(item, roles, current_user.id, utc_now())
            said = gettext("Hak membaca identitas menunggu keputusan pengawas: %(roles)s.", roles=role_names(roles))
            flash(said, "warning")
            if nobody_decides(item.id, current_user.id):
                flash(REFUSED["no_supervisor"], "danger")

    def _get_show_widget(self, pk: Any, item: Any, *args: Any, actions: Any = None, **kwargs: Any) -> Any:
        own = {"sign_ins": self.actions["sign_ins"]} if may("sign_ins", self.class_permission_name) else {}
        return super()._get_show_widget(pk, item, *args, actions={**(actions or {}), **own}, **kwargs)

    @action("sign_ins", _("Masuk dan verifikasi"), "", "fa-key", multiple=False)
    def sign_ins(self, item: Any) -> Response:
        """Return a redirect for the administrator to `/pengguna/<id>/masuk`, the page on which the sign-ins and the
        second step of this user account can be ended.
        """
        return redirect(f"/pengguna/{item.id}/masuk")

    def _get_add_widget(self, form: Any, *args: Any, **kwargs: Any) -> Any:
        return super()._get_add_widget(_in_words(form), *args, **kwargs)

    def _get_edit_widget(self, form: Any, *args: Any, **kwargs: Any) -> Any:
        return super()._get_edit_widget(_in_words(form), *args, **kwargs)

    def _get_search_widget(self, form: Any = None, *args: Any, **kwargs: Any) -> Any:
        return super()._get_search_widget(_in_words(form), *args, **kwargs)
