"""Proof that somebody reported a case, by number and tracking code; it opens that case for an hour in this browser.

Any wrong input takes the same work and gets the same response, so that nothing reveals which numbers exist. Wrong codes
cause growing delays per number and source, so that nobody can lock out the reporter. A code has twelve characters (60
bits).
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from flask import Response, request, session

from app.access.session_filter import only_case
from app.accounts.attempt_counts import Counted, count_with_delay
from app.cases.receive_complaint import hash_code
from app.core.clock import utc_now
from app.core.identifiers import is_tracking_id
from app.public.tracked_case import TrackingKey, tracking_key_of
from app.sp4n.inbound.read_revision import read_tracking_id
from app.web.rate_limits import Limit, source
from workflow_rules.process.complaint_number import read_complaint_number, visible

PER_ADDRESS = "60 per hour"
ACTS_PER_CASE = "30 per hour"
LIFETIME = timedelta(hours=1)
LONGEST_TYPED = 80
REFUSED = 422
_SESSION_KEY = "lacak"
# Compared when there is no such case, so that timing reveals nothing.
_NO_CASE = TrackingKey(0, "LB-0000-000000", "0" * 64)


@dataclass(frozen=True)
class Proof:
    """A value object: proof that this browser's user gave the right number and tracking code of a case; holds the id of
    the case.
    """

    complaint_id: int


def prove(number: str, code: str) -> Proof | None:
    """Return the Proof for a case number and tracking code as typed, or None if they do not match; takes constant work.

    Of the code only letters and digits count, in any case.
    """
    key = tracking_key_of(read_number(number)) or _NO_CASE
    letters = "".join(c for c in visible(code)[:LONGEST_TYPED].upper() if c.isascii() and c.isalnum())
    given = hash_code(key.number, letters)
    right = hmac.compare_digest(given, key.code_hash or _NO_CASE.code_hash)
    return Proof(key.complaint_id) if right and key is not _NO_CASE else None


def read_number(typed: str) -> str:
    """Return the typed case number (ours, or SP4N's digits, perhaps after #) in normal form; empty if it is neither."""
    text = visible(typed)[:LONGEST_TYPED]
    digits = read_tracking_id(text)
    return read_complaint_number(text) or (digits if is_tracking_id(digits) else "")


def remember(proof: Proof) -> None:
    """Store the proof for a case in the signed session cookie for one hour; never in a URL, which histories and logs
    record.
    """
    until = utc_now() + LIFETIME
    session[_SESSION_KEY] = {"case": proof.complaint_id, "until": until.timestamp()}


def forget() -> None:
    """Remove the proof for a case from this browser's session."""
    session.pop(_SESSION_KEY, None)


def proved() -> Proof | None:
    """Return the Proof stored in this browser's session; None if there is none or the hour since it was stored
    is over.
    """
    stored = session.get(_SESSION_KEY)
    if not isinstance(stored, dict) or utc_now().timestamp() >= stored.get("until", 0):
        return None
    return Proof(int(stored["case"]))


def with_proof(refused: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator for view methods. The view is called with the Proof as first argument and reads only that
    case; without a valid proof `refused()` is called and its result returned instead.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def guarded(view: Any, *args: Any, **kwargs: Any) -> Any:
            proof = proved()
            if proof is None:
                return refused()
            with only_case(proof.complaint_id):
                return function(view, proof, *args, **kwargs)

        return guarded

    return decorate


def admit(number: str, now: datetime) -> Counted:
    """Count an attempt to prove this case number from this source and return the result (Counted): `seconds_left` is 0
    if the attempt is allowed. The caller undoes the count with `forget_try` after a right code.

    All spellings of a number share a count, and so do all invalid numbers.
    """
    return count_with_delay(f"tracking {read_number(number)} from {source()}", now)


def _case() -> str:
    """Return the rate limiter's key (text) of the proved case; without a proof that of the source address, a /64
    network for IPv6.
    """
    proof = proved()
    return f"case:{proof.complaint_id}" if proof else f"address:{source()}"


def _ends() -> bool:
    return (request.endpoint or "").endswith(".end")


def _failed(response: Response) -> bool:
    return response.status_code >= 400


def guessing_limits() -> list[Limit]:
    """Return a list with the rate limit on attempts to prove a case: 60 failed ones per hour and source; successful
    ones do not count.
    """
    return [Limit(PER_ADDRESS, key_func=source, methods=["POST"], deduct_when=_failed)]


def act_limits() -> list[Limit]:
    """Return a list with the rate limit on forms sent for one case: 30 per hour; ending the session is exempt."""
    return [Limit(ACTS_PER_CASE, key_func=_case, methods=["POST"], exempt_when=_ends)]
