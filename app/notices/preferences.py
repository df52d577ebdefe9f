"""Validation and storage of officers' notice preferences."""

import re
from dataclasses import dataclass
from enum import StrEnum

from app.core.extensions import db
from app.core.transaction import one_transaction
from app.models import NoticePreference

LONGEST_RECIPIENT = 64
_NUMBER = re.compile(r"[+-]?[0-9]{6,20}")
_NAME = re.compile(r"@?[A-Za-z][A-Za-z0-9_.]{2,63}")


class PreferenceFault(StrEnum):
    """A reason why a number or name for the message service cannot be used."""

    TOO_LONG = "too_long"
    NOT_A_RECIPIENT = "not_a_recipient"


class PreferenceRefused(Exception):
    """Raised for a preference that cannot be saved; `field` is the form field, `fault` the reason."""

    def __init__(self, field: str, fault: PreferenceFault) -> None:
        super().__init__(f"{field}: {fault}")
        self.field, self.fault = field, fault


@dataclass(frozen=True)
class NoticePreferences:
    """An officer's notice preferences. `gateway_to` None leaves the stored recipient unchanged."""

    by_email: bool = True
    quiet: bool = True
    only_digest: bool = False
    limit_at_any_hour: bool = False
    morning_digest: bool = True
    gateway_to: str | None = None


def preferences_of(user_id: int) -> NoticePreferences:
    """Return an officer's stored notice preferences, or the defaults; `gateway_to` is "" when there is no recipient."""
    row = db.session.get(NoticePreference, user_id)
    if row is None:
        return NoticePreferences(gateway_to="")
    stored = {name: getattr(row, name) for name in _SWITCHES}
    return NoticePreferences(**stored, gateway_to=row.gateway_to or "")


def save_preferences(user_id: int, preferences: NoticePreferences) -> None:
    """Save an officer's preferences for future notices; `gateway_to` "" removes the recipient. Raises PreferenceRefused
    if the recipient is malformed.
    """
    chosen = {name: getattr(preferences, name) for name in _SWITCHES}
    if preferences.gateway_to is not None:
        chosen["gateway_to"] = _recipient(preferences.gateway_to) or None
    with one_transaction():
        db.session.merge(NoticePreference(user_id=user_id, **chosen))


def _recipient(typed: str) -> str:
    """Return the typed number without separators, or the typed name; "" for none. Raises PreferenceRefused."""
    text = typed.strip()
    if len(text) > LONGEST_RECIPIENT:
        raise PreferenceRefused("gateway_to", PreferenceFault.TOO_LONG)
    number = text[:1] + re.sub(r"[ .()-]", "", text[1:])
    if not text or _NUMBER.fullmatch(number):
        return number
    if not _NAME.fullmatch(text):
        raise PreferenceRefused("gateway_to", PreferenceFault.NOT_A_RECIPIENT)
    return text


_SWITCHES = ("by_email", "quiet", "only_digest", "limit_at_any_hour", "morning_digest")
