"""The forms in which officers set their own password: by its rules, and with the present one first."""

from typing import Any

from flask import current_app, g
from flask_appbuilder.exceptions import PasswordComplexityValidationError
from flask_appbuilder.fieldwidgets import BS3PasswordFieldWidget
from flask_appbuilder.forms import DynamicForm
from flask_appbuilder.security.views import ResetMyPasswordView
from flask_babel import LazyString
from flask_babel import lazy_gettext as _
from wtforms import PasswordField, ValidationError
from wtforms.validators import DataRequired, EqualTo

from app.accounts.labels import fault_in_words, rules_in_words
from app.accounts.passwords import faults_in, rules_here
from app.accounts.present_password import fault_in_present


def refuse_weak(password: str) -> None:
    """For the framework's own doors, which know no account; raises PasswordComplexityValidationError."""
    if faults := faults_in(password):
        raise PasswordComplexityValidationError(fault_in_words(faults[0], rules_here()))


def _is_current(form: Any, field: Any) -> None:
    if fault := fault_in_present(g.user, field.data or ""):
        raise ValidationError(fault)


def _is_good(form: Any, field: Any) -> None:
    # Whether it was used before costs five hashes: nobody who does not know the present one makes us compute them.
    known = g.user if not form.current_password.errors else None
    if faults := faults_in(field.data or "", known):
        raise ValidationError(fault_in_words(faults[0], rules_here()))


class OwnPasswordForm(DynamicForm):
    """The present password first: an unattended screen must not be enough."""

    current_password = PasswordField(
        _("Kata sandi sekarang"), validators=[DataRequired(), _is_current], widget=BS3PasswordFieldWidget()
    )
    password = PasswordField(
        _("Kata sandi baru"),
        description=LazyString(lambda: rules_in_words(current_app.config["PASSWORD_RULES"])),
        validators=[DataRequired(), _is_good],
        widget=BS3PasswordFieldWidget(),
    )
    conf_password = PasswordField(
        _("Ulangi kata sandi baru"),
        validators=[EqualTo("password", message=_("Kedua kata sandi harus sama"))],
        widget=BS3PasswordFieldWidget(),
    )


class OwnPassword(ResetMyPasswordView):
    """Officers change their own password."""

    class_permission_name = "ResetMyPasswordView"
    form = OwnPasswordForm
