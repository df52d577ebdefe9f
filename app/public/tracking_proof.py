"""Number and code prove that somebody reported a case; the proof opens that one case for an hour, in this browser.

A wrong code, an unknown number and something that is no number at all cost the same work and get the same answer. Wrong
codes make whoever sends them wait, longer each time, by number and source together: nobody else can close a case to its
reporter. A code of twelve letters (60 bits) needs no more than that.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from flask import Response, request, session
from flask_appbuilder.utils.limit import Limit
from flask_limiter.util import get_remote_address

from app.access.session_filter import only_case
from app.accounts.attempt_counts import Counted, count_with_delay
from app.cases.receive_complaint import hash_code
from app.core.clock import utc_now
from app.core.identifiers import is_tracking_id
from app.public.tracked_case import TrackingKey, tracking_key_of
from app.sp4n.inbound.read_revision import read_tracking_id
from app.web.rate_limits import source
from workflow_rules.process.complaint_number import read_complaint_number, visible

PER_ADDRESS = "60 per hour"
ACTS_PER_CASE = "30 per hour"
LIFETIME = timedelta(hours=1)
LONGEST_TYPED = 80
REFUSED = 422
_MARK = "lacak"
# The key of nothing: it is compared when there is no case, so that no answer comes sooner.
_NO_CASE = TrackingKey(0, "LB-0000-000000", "0" * 64)


@dataclass(frozen=True)
class Proof:
    """Which case was proved in this browser."""

    complaint_id: int


def prove(number: str, code: str) -> Proof | None:
    """Check a pair as it was typed; the same statement, the same hash and the same comparison whatever is wrong."""
    key = tracking_key_of(read_number(number)) or _NO_CASE
    given = hash_code(key.number, read_code(code))
    right = hmac.compare_digest(given, key.code_hash or _NO_CASE.code_hash)
    return Proof(key.complaint_id) if right and key is not _NO_CASE else None


def read_number(typed: str) -> str:
    """Our own number, or SP4N's (digits, perhaps behind a #); empty for what is neither."""
    text = visible(typed)[:LONGEST_TYPED]
    digits = read_tracking_id(text)
    return read_complaint_number(text) or (digits if is_tracking_id(digits) else "")


def read_code(typed: str) -> str:
    """The code without what people put between its letters."""
    text = visible(typed)[:LONGEST_TYPED].upper()
    return "".join(c for c in text if c.isascii() and c.isalnum())


def remember(proof: Proof) -> None:
    """Keep the proof in the signed cookie: never in an address, which histories and logs keep."""
    until = utc_now() + LIFETIME
    session[_MARK] = {"case": proof.complaint_id, "until": until.timestamp()}


def forget() -> None:
    session.pop(_MARK, None)


def proved() -> Proof | None:
    """The proof of this browser while its hour lasts."""
    kept = session.get(_MARK)
    if not isinstance(kept, dict) or utc_now().timestamp() >= kept.get("until", 0):
        return None
    return Proof(int(kept["case"]))


def with_proof(refused: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Hand the proof to a door and let it see that one case; without a proof `refused` answers in its place."""

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
    """Count a try of a code for this number from this source, in whatever spelling; it counts as wrong until
    `forget_try`. What is no number counts as one.
    """
    return count_with_delay(f"tracking {read_number(number)} from {source()}", now)


def _case() -> str:
    proof = proved()
    return f"case:{proof.complaint_id}" if proof else f"address:{get_remote_address()}"


def _ends() -> bool:
    return (request.endpoint or "").endswith(".end")


def _failed(response: Response) -> bool:
    return response.status_code >= 400


def guessing_limits() -> list[Limit]:
    """Of failures only: a family behind one address may look as often as it likes."""
    return [Limit(PER_ADDRESS, key_func=source, methods=["POST"], deduct_when=_failed)]


def act_limits() -> list[Limit]:
    """Of everything sent for one case: no page of ours is a way to fill an officer's day."""
    return [Limit(ACTS_PER_CASE, key_func=_case, methods=["POST"], exempt_when=_ends)]
