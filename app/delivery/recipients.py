"""Where a message goes: an officer's own address, or the one that a reporter left with the case."""

import re

from app.core.encrypted_columns import readable
from app.core.extensions import db
from app.models import Delivery, NoticePreference, Reporter
from workflow_rules.process.identity import Confidentiality
from workflow_rules.process.refusals import KeyMissing

COUNTRY = "+62"


def mail_address(message: Delivery) -> str | None:
    """The e-mail address of whom the message is for; None where there is none."""
    if message.account_news == "address_changed":
        return message.sealed_code
    if message.user is not None:
        return message.user.email or None
    reporter = _reporter_of(message)
    return readable(reporter.email) if reporter is not None else None


def gateway_address(message: Delivery) -> str | None:
    """The number or name at the message service of whom the message is for; None where there is none."""
    if message.user_id is not None:
        preference = db.session.get(NoticePreference, message.user_id)
        return preference.gateway_to if preference is not None else None
    reporter = _reporter_of(message)
    phone = readable(reporter.phone) if reporter is not None else None
    return international(phone) if phone else None


def international(phone: str) -> str:
    """A number as message services want it: digits behind the code of the country."""
    digits = re.sub(r"[^0-9+]", "", phone)
    return f"{COUNTRY}{digits[1:]}" if digits.startswith("0") else digits


def without_address(message: Delivery, problem: str) -> str:
    """What went wrong, without the reporter's own address in it: mail servers like to repeat it."""
    if message.complaint_id is None:
        return problem
    try:
        addresses = (mail_address(message), gateway_address(message))
    except KeyMissing:
        return problem
    for known in addresses:
        problem = problem.replace(known, "…") if known else problem
    return problem


def _reporter_of(message: Delivery) -> Reporter | None:
    """The reporter as they stand at this moment: whoever has become anonymous meanwhile is told nothing."""
    case = message.complaint
    if case is None or case.confidentiality == Confidentiality.ANONYMOUS:
        return None
    reporter = db.session.get(Reporter, case.id)
    return reporter if reporter is not None and reporter.told_by == message.channel else None
