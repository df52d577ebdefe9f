"""One-time form tokens: a form that is sent twice acts once, and both sendings land on the same page."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass

from sqlalchemy import select, text

from app.clock import utc_now
from app.extensions import db
from app.models import IdempotencyKey
from app.transaction import one_transaction
from workflow_rules.actors import Person
from workflow_rules.refusals import ActionRefused, RefusalReason


@dataclass(frozen=True)
class Landing:
    """Where a form that did its work leads, the one notice that stands there, and what was left undone."""

    location: str
    notice: str
    skipped: tuple[str, ...] = ()

    def told(self) -> list[tuple[str, str]]:
        """Category and sentence of everything that is to stand there."""
        done = [("success", self.notice)] if self.notice else []
        return [*done, *(("warning", sentence) for sentence in self.skipped)]


def once(by: Person, token: str, digest: str, act: Callable[[], Landing]) -> Landing:
    """Do the act unless this token already did it; the memory is written in the transaction of the act itself.

    Raises what the act raises, and then remembers nothing; ActionRefused(stale_version) for a used token with other
    content, which is a page that was gone back to.
    """
    caller = f"form:{by.id}"
    with one_transaction():
        lock = {"lock": f"{caller}:{token}"}
        db.session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:lock, 12))"), lock)
        wanted = (IdempotencyKey.caller == caller, IdempotencyKey.key == token)
        kept = db.session.scalars(select(IdempotencyKey).where(*wanted)).first()
        if kept is None:
            landing = act()
            db.session.add(_memory(caller, token, digest, landing))
            return landing
        if kept.request_hash != digest:
            raise ActionRefused(RefusalReason.STALE_VERSION)
        return Landing(**json.loads(kept.body))


def _memory(caller: str, token: str, digest: str, landing: Landing) -> IdempotencyKey:
    return IdempotencyKey(
        caller=caller,
        key=token,
        request_hash=digest,
        status=303,
        body=json.dumps(asdict(landing)),
        created_at=utc_now(),
    )
