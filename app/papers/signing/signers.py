"""What every way of signing has in common: who asks, the hand it gets, and how a refusal is put."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from workflow_rules.process.refusals import ActionRefused, FieldError, FieldFault, RefusalReason, SigningFault

SIGNING_SECONDS = 40
"""The longest that a signature may take in all; a web worker is ended after 60 (gunicorn's `timeout`)."""

NUMBER_SECONDS = 8
"""The part of it for which an act waits while another letter of the same agency is being signed."""

Hand = Callable[[bytes, dict[str, Any]], bytes]
"""Signs one drawn PDF, with the content that was frozen for it; raises ActionRefused and has then done nothing."""

_NOT_THE_OFFICERS_TO_MEND = frozenset(
    {
        SigningFault.NOT_SET_UP,
        SigningFault.OUT_OF_REACH,
        SigningFault.TOO_SLOW,
        SigningFault.UNREADABLE_ANSWER,
        SigningFault.NOT_OUR_DOCUMENT,
        SigningFault.SIGNATURE_NOT_INTACT,
        SigningFault.TIME_STAMP_FAILED,
        SigningFault.NOT_DRAWN,
        SigningFault.NOT_DRAWN_IN_TIME,
        SigningFault.NOT_MADE,
        SigningFault.BUSY,
    }
)


@dataclass(frozen=True)
class SigningOfficer:
    """Whose signature it is; the passphrase is in no representation of it and lives as long as the act."""

    user_id: int
    passphrase: str | None = field(repr=False)
    at: datetime


class Signer(Protocol):
    """One way of signing."""

    def prepare(self, officer: SigningOfficer) -> Hand | None:
        """Refuse what is known to be wrong before anything is drawn; None where ink signs the printed letter."""
        ...


def refused(fault: SigningFault, code: str = "") -> ActionRefused:
    """The refusal of a fault: one the officer can mend, or one of a service."""
    unavailable = fault in _NOT_THE_OFFICERS_TO_MEND
    reason = RefusalReason.SIGNING_UNAVAILABLE if unavailable else RefusalReason.SIGNING_REFUSED
    return ActionRefused(reason, f"{fault.value}:{code}" if code else fault.value)


def passphrase_of(officer: SigningOfficer) -> str:
    """What was typed; raises ActionRefused(missing_input) where nothing was."""
    if officer.passphrase is None:
        errors = (FieldError("passphrase", FieldFault.REQUIRED),)
        raise ActionRefused(RefusalReason.MISSING_INPUT, errors=errors)
    return officer.passphrase


class WetSigner:
    """Tanda tangan basah."""

    def prepare(self, officer: SigningOfficer) -> Hand | None:
        """Nothing to prepare, and no hand."""
        return None
