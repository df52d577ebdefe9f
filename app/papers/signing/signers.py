"""The interface that every signature method implements."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from app.vocabulary.signing import SigningFault
from workflow_rules.process.refusals import ActionRefused, FieldError, FieldFault, RefusalReason

SIGNING_SECONDS = 40
"""Most seconds that a signature may take in all; gunicorn's `timeout` ends a web worker after 60."""

NUMBER_SECONDS = 8
"""Seconds of SIGNING_SECONDS that an action waits while another letter of the same agency is being signed."""

SignFunction = Callable[[bytes, dict[str, Any]], bytes]
"""Takes a drawn PDF and the content frozen for it, returns the signed PDF; raises ActionRefused without any effect."""

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
    """A value object: the officer who signs at the aware UTC instant `at`. `passphrase` is None if none was typed; it
    is excluded from repr and never stored.
    """

    user_id: int
    passphrase: str | None = field(repr=False)
    at: datetime


class Signer(Protocol):
    """Interface of a signature method (ink, certificate or BSrE), which makes the function that signs a letter."""

    def prepare(self, officer: SigningOfficer) -> SignFunction | None:
        """Return the function that signs for this officer: it takes a drawn PDF and its frozen content, returns the
        signed PDF and may raise ActionRefused. None if the printed letter is signed with ink.

        Raises ActionRefused for every fault that is known before the letter is drawn.
        """
        ...


def refused(fault: SigningFault, code: str = "") -> ActionRefused:
    """Return (do not raise) the ActionRefused for a signing fault.

    Its reason is signing_refused if the officer can correct the fault, signing_unavailable if a service failed.
    """
    unavailable = fault in _NOT_THE_OFFICERS_TO_MEND
    reason = RefusalReason.SIGNING_UNAVAILABLE if unavailable else RefusalReason.SIGNING_REFUSED
    return ActionRefused(reason, f"{fault.value}:{code}" if code else fault.value)


def passphrase_of(officer: SigningOfficer) -> str:
    """Return the passphrase that the officer typed; raises ActionRefused(missing_input) if there is none."""
    if officer.passphrase is None:
        errors = (FieldError("passphrase", FieldFault.REQUIRED),)
        raise ActionRefused(RefusalReason.MISSING_INPUT, errors=errors)
    return officer.passphrase


class WetSigner:
    """A signer for letters that are printed and signed with ink (tanda tangan basah)."""

    def prepare(self, officer: SigningOfficer) -> SignFunction | None:
        """Return None, since no file is signed electronically."""
        return None
