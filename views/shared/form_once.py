"""One-time form tokens: a form that is sent twice acts once, and both sendings land on the same page.

A token is worth something to its own sender only: an officer, or for citizens the browser that was given the form.
"""

import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass

from flask import request, session
from sqlalchemy import select, text

from app.core.clock import utc_now
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.models import IdempotencyKey
from workflow_rules.process.actors import Person
from workflow_rules.process.refusals import ActionRefused, RefusalReason

PIECE = 65536
_BROWSER = "browser"


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
    caller = _sender(by)
    with one_transaction():
        lock = {"lock": f"{caller}:{token}"}
        db.session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:lock, 12))"), lock)
        kept = _remembered(caller, token)
        if kept is None:
            landing = act()
            db.session.add(_memory(caller, token, digest, landing))
            return landing
        if kept.request_hash != digest:
            raise ActionRefused(RefusalReason.STALE_VERSION)
        return Landing(**json.loads(kept.body))


def landed_before(by: Person, token: str, digest: str) -> Landing | None:
    """Where this very form led when it was sent before: by its act the sender may have lost sight of the case."""
    kept = _remembered(_sender(by), token)
    return Landing(**json.loads(kept.body)) if kept is not None and kept.request_hash == digest else None


def _remembered(caller: str, token: str) -> IdempotencyKey | None:
    wanted = (IdempotencyKey.caller == caller, IdempotencyKey.key == token)
    return db.session.scalars(select(IdempotencyKey).where(*wanted)).first()


def once_each(by: Person, token: str, digest: str, act: Callable[[], Landing]) -> Landing:
    """Like `once` for a form that makes something new: with other content the same token makes another one."""
    return once(by, hashlib.sha256(f"{token}:{digest}".encode()).hexdigest(), digest, act)


def know_browser() -> str:
    """The name of this browser in its signed cookie; to be called where a form is shown, so that a repeat whose first
    answer was lost is known again.
    """
    if not isinstance(session.get(_BROWSER), str):
        session[_BROWSER] = secrets.token_urlsafe(16)
    return str(session[_BROWSER])


def digest_of_form() -> str:
    """What makes two submissions the same: every field and every file, in any order. The form's own token is one of the
    fields, so nobody can guess back from the digest to what was typed.
    """
    fields = sorted((name, text) for name, text in request.form.items(multi=True) if name != "csrf_token")
    digest = hashlib.sha256(repr(fields).encode("utf-8", "surrogatepass"))
    for name, file in sorted(request.files.items(multi=True), key=lambda pair: (pair[0], pair[1].filename or "")):
        digest.update(repr((name, file.filename)).encode("utf-8", "surrogatepass"))
        content = hashlib.sha256()
        while piece := file.stream.read(PIECE):
            content.update(piece)
        file.stream.seek(0)
        digest.update(content.digest())
    return digest.hexdigest()


def _sender(by: Person) -> str:
    return f"form:{by.id}" if by.id is not None else f"browser:{know_browser()}"


def _memory(caller: str, token: str, digest: str, landing: Landing) -> IdempotencyKey:
    return IdempotencyKey(
        caller=caller,
        key=token,
        request_hash=digest,
        status=303,
        body=json.dumps(asdict(landing)),
        created_at=utc_now(),
    )
