"""Addresses of messages."""

import re

from app.core.encrypted_columns import KeyMissing, readable
from app.core.extensions import db
from app.models import Delivery, NoticePreference, Reporter
from app.outbound.notification_channels import CHANNELS, NotificationChannel
from workflow_rules.process.identity import Confidentiality

COUNTRY = "+62"


def address_of(message: Delivery, channel: NotificationChannel) -> str | None:
    """Return the address of a message's recipient on a channel; None if there is none. Raises KeyMissing if it cannot
    be decrypted.
    """
    if message.account_news == "address_changed":
        return message.sealed_code
    if message.user is not None:
        if channel.for_everyone:
            return message.user.email or None
        preference = db.session.get(NoticePreference, message.user_id)
        return getattr(preference, channel.preference) if preference is not None else None
    reporter = _reporter_of(message)
    address = readable(getattr(reporter, channel.reporter_column)) if reporter is not None else None
    return international(address) if address and channel.reporter_column == "phone" else address


def international(phone: str) -> str:
    """Return a phone number in international form, as message services expect it: without separators, a leading 0
    replaced by +62.
    """
    digits = re.sub(r"[^0-9+]", "", phone)
    return f"{COUNTRY}{digits[1:]}" if digits.startswith("0") else digits


def without_address(message: Delivery, problem: str) -> str:
    """Return an error text with the reporter's addresses replaced by "…", since mail servers tend to repeat them;
    unchanged for a message to an officer, or when the addresses cannot be decrypted.
    """
    if message.complaint_id is None:
        return problem
    try:
        addresses = [address_of(message, channel) for channel in CHANNELS.values()]
    except KeyMissing:
        return problem
    for known in addresses:
        problem = problem.replace(known, "…") if known else problem
    return problem


def _reporter_of(message: Delivery) -> Reporter | None:
    """Return the Reporter row of the reporter who may be notified on the message's channel; None if there is none, or
    the case is anonymous.
    """
    case = message.complaint
    if case is None or case.confidentiality == Confidentiality.ANONYMOUS:
        return None
    reporter = db.session.get(Reporter, case.id)
    return reporter if reporter is not None and reporter.told_by == message.channel else None
