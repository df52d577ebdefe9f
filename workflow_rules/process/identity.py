"""The SOP's remark at step 1: check that the reporter's identity is complete."""

from dataclasses import dataclass
from enum import StrEnum


class Confidentiality(StrEnum):
    """Whether the reporter's name may be known: `anonymous` is never stored, `secret` is never shown to an agency."""

    OPEN = "open"
    ANONYMOUS = "anonymous"
    SECRET = "secret"  # noqa: S105  (a word of the vocabulary)


SECRECY = (Confidentiality.OPEN, Confidentiality.SECRET, Confidentiality.ANONYMOUS)
"""From least to most secret; a correction only goes up."""


class Channel(StrEnum):
    """Where a complaint came in, and so where its answer goes out (SOP step 11)."""

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
    """The three kinds of report that SP4N-LAPOR! knows."""

    COMPLAINT = "complaint"
    ASPIRATION = "aspiration"
    INFORMATION_REQUEST = "information_request"


@dataclass(frozen=True)
class ReporterFacts:
    """Which parts of the identity are there; the parts themselves never reach the rules."""

    has_name: bool = False
    has_address: bool = False
    has_phone: bool = False
    has_email: bool = False
    has_nik: bool = False
    gets_messages: bool = False
    """Whether there is a phone number and a message service that reaches it."""


def missing_identity(
    reporter: ReporterFacts, confidentiality: Confidentiality, channel: Channel, nik_channels: frozenset[Channel]
) -> tuple[str, ...]:
    """What the checklist still lacks: name, address, phone or e-mail, and the NIK where the channel asks for it."""
    if confidentiality is not Confidentiality.OPEN:
        return ()
    wanted = {
        "name": reporter.has_name,
        "address": reporter.has_address,
        "phone_or_email": reporter.has_phone or reporter.has_email,
        "nik": reporter.has_nik or channel not in nik_channels,
    }
    return tuple(part for part, there in wanted.items() if not there)
