"""Forms in which officers change their own password."""

import math
from typing import Any

from flask import current_app, g
from flask_appbuilder.exceptions import PasswordComplexityValidationError
from flask_appbuilder.fieldwidgets import BS3PasswordFieldWidget
from flask_appbuilder.forms import DynamicForm
from flask_appbuilder.security.views import ResetMyPasswordView
from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _
from werkzeug.security import check_password_hash
from wtforms import PasswordField, ValidationError
from wtforms.validators import DataRequired, EqualTo

from app.accounts.attempt_counts import count_try, give_back
from app.accounts.labels import fault_text, rules_text
from app.accounts.login_limits import OF_DEVICE
from app.accounts.passwords import faults_in, rules_here
from app.core.clock import utc_now
from app.web.form_labels import REFUSED

LONGEST_TYPED = 1024


def refuse_weak(password: str) -> None:
    """Raise PasswordComplexityValidationError for a password that breaks the rules; called by FAB's own forms, which
    pass no account, so that names and reuse are not checked.
    """
    if faults := faults_in(password):
        raise PasswordComplexityValidationError(fault_text(faults[0], rules_here()))


def _is_current(form: Any, field: Any) -> None:
    """Form validator: raise ValidationError for a wrong current password, or after too many attempts. Attempts are
    counted per account, over all forms that ask for it.
    """
    user, typed = g.user, field.data or ""
    counted = count_try([(f"present password of account {user.id}", OF_DEVICE)], utc_now())
    if wait := counted[0].seconds_left:
        minutes = math.ceil(wait / 60)
        raise ValidationError(
            gettext("Terlalu banyak kata sandi yang salah. Tunggu %(minutes)s menit, lalu coba lagi.", minutes=minutes)
        )
    if not user.password or len(typed) > LONGEST_TYPED or not check_password_hash(user.password, typed):
        raise ValidationError(str(REFUSED["wrong_password"]))
    give_back(counted)


def _is_good(form: Any, field: Any) -> None:
    # The check for reuse costs five hashes, so it is done only when the current password was right.
    known = g.user if not form.current_password.errors else None
    if faults := faults_in(field.data or "", known):
        raise ValidationError(fault_text(faults[0], rules_here()))


class OwnPasswordForm(DynamicForm):
    """A form in which officers change their own password; it asks for the current one, so that an unattended screen is
    not enough.
    """

    current_password = PasswordField(
        _("Kata sandi sekarang"), validators=[DataRequired(), _is_current], widget=BS3PasswordFieldWidget()
    )
    password = PasswordField(
        _("Kata sandi baru"),
        description=LazyString(lambda: rules_text(current_app.config["PASSWORD_RULES"])),
        validators=[DataRequired(), _is_good],
        widget=BS3PasswordFieldWidget(),
    )
    conf_password = PasswordField(
        _("Ulangi kata sandi baru"),
        validators=[EqualTo("password", message=_("Kedua kata sandi harus sama"))],
        widget=BS3PasswordFieldWidget(),
    )


class OwnPassword(ResetMyPasswordView):
    """The page on which officers change their own password."""

    class_permission_name = "ResetMyPasswordView"
    form = OwnPasswordForm
