"""Check of the current password of a signed-in user, limited like the login."""

import math
from typing import Any

from flask_babel import gettext
from werkzeug.security import check_password_hash

from app.accounts.attempt_counts import count_try, give_back
from app.accounts.login_limits import OF_DEVICE
from app.core.clock import utc_now
from app.web.form_labels import REFUSED

LONGEST = 1024


def fault_in_present(user: Any, typed: str) -> str:
    """Return the error message for a wrong password or too many attempts; empty if it is right. Attempts are counted
    per account, over all forms that ask for it.
    """
    counted = count_try([(f"present password of account {user.id}", OF_DEVICE)], utc_now())
    if wait := counted[0].seconds_left:
        minutes = math.ceil(wait / 60)
        return gettext(
            "Terlalu banyak kata sandi yang salah. Tunggu %(minutes)s menit, lalu coba lagi.", minutes=minutes
        )
    if not user.password or len(typed) > LONGEST or not check_password_hash(user.password, typed):
        return str(REFUSED["wrong_password"])
    give_back(counted)
    return ""
