"""Validation and storage of officers' notice preferences."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.core.extensions import db
from app.core.transaction import one_transaction
from app.models import NoticePreference
from app.outbound.notification_channels import CHANNELS

SWITCHES = ("by_email", "quiet", "only_digest", "limit_at_any_hour", "morning_digest")
ADDRESSES = tuple(channel.preference for channel in CHANNELS.values() if not channel.for_everyone)
LONGEST_RECIPIENT = 64
_NUMBER = re.compile(r"[+-]?[0-9]{6,20}")
_NAME = re.compile(r"@?[A-Za-z][A-Za-z0-9_.]{2,63}")


class PreferenceFault(StrEnum):
    """An enum of the reasons why a number or name for the message service cannot be used; `PreferenceRefused.fault`
    holds one of them.
    """

    TOO_LONG = "too_long"
    NOT_A_RECIPIENT = "not_a_recipient"


class PreferenceRefused(Exception):
    """Raised for a preference that cannot be saved; `field` is the form field, `fault` the reason."""

    def __init__(self, field: str, fault: PreferenceFault) -> None:
        super().__init__(f"{field}: {fault}")
        self.field, self.fault = field, fault


@dataclass(frozen=True)
class NoticePreferences:
    """An officer's notice preferences. `addresses` are the officer's addresses by the name of their column in
    NoticePreference, "" for no messages; a column that is left out remains unchanged.
    """

    by_email: bool = True
    quiet: bool = True
    only_digest: bool = False
    limit_at_any_hour: bool = False
    morning_digest: bool = True
    addresses: Mapping[str, str] = field(default_factory=dict)


def preferences_of(user_id: int) -> NoticePreferences:
    """Return an officer's stored notice preferences with all addresses, or the defaults."""
    row = db.session.get(NoticePreference, user_id)
    if row is None:
        return NoticePreferences(addresses=dict.fromkeys(ADDRESSES, ""))
    stored = {name: getattr(row, name) for name in SWITCHES}
    return NoticePreferences(**stored, addresses={name: getattr(row, name) or "" for name in ADDRESSES})


def save_preferences(user_id: int, preferences: NoticePreferences) -> None:
    """Save an officer's preferences for future notices. Raises PreferenceRefused if an address is malformed."""
    chosen = {name: getattr(preferences, name) for name in SWITCHES}
    chosen |= {name: _recipient(name, typed) or None for name, typed in preferences.addresses.items()}
    with one_transaction():
        db.session.merge(NoticePreference(user_id=user_id, **chosen))


def _recipient(name: str, typed: str) -> str:
    """Return the typed number without separators, or the typed name; "" for none. Raises PreferenceRefused."""
    text = typed.strip()
    if len(text) > LONGEST_RECIPIENT:
        raise PreferenceRefused(name, PreferenceFault.TOO_LONG)
    number = text[:1] + re.sub(r"[ .()-]", "", text[1:])
    if not text or _NUMBER.fullmatch(number):
        return number
    if not _NAME.fullmatch(text):
        raise PreferenceRefused(name, PreferenceFault.NOT_A_RECIPIENT)
    return text
