"""What a password must be, and the form in which officers change their own: stock FAB asks for neither."""

from typing import Any

from flask import g
from flask_appbuilder.exceptions import PasswordComplexityValidationError
from flask_appbuilder.fieldwidgets import BS3PasswordFieldWidget
from flask_appbuilder.forms import DynamicForm
from flask_appbuilder.security.views import ResetMyPasswordView
from flask_appbuilder.validators import PasswordComplexityValidator
from flask_babel import lazy_gettext as _
from werkzeug.security import check_password_hash
from wtforms import PasswordField, ValidationError
from wtforms.validators import DataRequired, EqualTo

from app.labels.reference import REFUSED

SHORTEST = 12
FEWEST_DIFFERENT = 6


def refuse_weak(password: str) -> None:
    """Length above all, as NIST SP 800-63B advises; raises PasswordComplexityValidationError."""
    if len(password) < SHORTEST or len(set(password)) < FEWEST_DIFFERENT:
        raise PasswordComplexityValidationError(str(REFUSED["weak_password"]))


def _is_current(form: Any, field: Any) -> None:
    if not check_password_hash(g.user.password, field.data or ""):
        raise ValidationError(REFUSED["wrong_password"])


class OwnPasswordForm(DynamicForm):
    """The present password first: an unattended screen must not be enough."""

    current_password = PasswordField(
        _("Kata sandi sekarang"), validators=[DataRequired(), _is_current], widget=BS3PasswordFieldWidget()
    )
    password = PasswordField(
        _("Kata sandi baru"),
        description=_("Paling sedikit 12 karakter yang tidak mudah ditebak."),
        validators=[DataRequired(), PasswordComplexityValidator()],
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
