"""Confidentiality of a report and the check that the reporter's identity is complete (SOP step 1, remark)."""

from dataclasses import dataclass
from enum import StrEnum


class Confidentiality(StrEnum):
    """An enum of the secrecy of the reporter's data: `anonymous` is never stored, `secret` never shown to an agency."""

    OPEN = "open"
    ANONYMOUS = "anonymous"
    SECRET = "secret"  # noqa: S105  (a word of the vocabulary)


SECRECY = (Confidentiality.OPEN, Confidentiality.SECRET, Confidentiality.ANONYMOUS)
"""From least to most secret; a correction may only move towards more secret."""


class Channel(StrEnum):
    """An enum of the channels that come with the program. An office adds others (list `channel`), so a case holds the
    code as text.
    """

    SP4N = "sp4n"
    WEB = "web"
    WALK_IN = "walk_in"
    PHONE = "phone"
    LETTER = "letter"
    WHATSAPP = "whatsapp"
    EMAIL = "email"
    SMS = "sms"
    SOCIAL = "social"


class Classification(StrEnum):
    """An enum of the kinds of report in SP4N-LAPOR!."""

    COMPLAINT = "complaint"
    ASPIRATION = "aspiration"
    INFORMATION_REQUEST = "information_request"


@dataclass(frozen=True)
class ReporterFacts:
    """A value object that says which parts of the reporter's identity are stored; it holds none of the values."""

    has_name: bool = False
    has_address: bool = False
    has_phone: bool = False
    has_email: bool = False
    has_nik: bool = False
    gets_messages: bool = False
    """Whether a phone number is stored and a configured message service can reach it."""


def missing_identity(
    reporter: ReporterFacts, confidentiality: Confidentiality, channel: str, nik_channels: frozenset[str]
) -> tuple[str, ...]:
    """Return a tuple of the names of the identity parts that a report lacks: `name`, `address`, `phone_or_email`, and
    `nik` for the channels in `nik_channels`. () for a secret or anonymous report.
    """
    if confidentiality is not Confidentiality.OPEN:
        return ()
    wanted = {
        "name": reporter.has_name,
        "address": reporter.has_address,
        "phone_or_email": reporter.has_phone or reporter.has_email,
        "nik": reporter.has_nik or channel not in nik_channels,
    }
    return tuple(part for part, there in wanted.items() if not there)
