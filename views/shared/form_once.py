"""One-time form tokens: a form that is submitted twice acts once, and both submissions redirect to the same page.

A token is bound to its sender: an officer, or for citizens the browser that was given the form.
"""

import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass

from flask import request, session

from app.core.transaction import one_transaction
from app.web.idempotency import KeyReused, find_answer, store_answer, stored_answer
from workflow_rules.process.actors import Person
from workflow_rules.process.refusals import ActionRefused, RefusalReason

PIECE = 65536
_BROWSER = "browser"


@dataclass(frozen=True)
class Landing:
    """A value object: the result of a submitted form, with redirect target, success message ("": none), and warnings
    about what was skipped.
    """

    location: str
    notice: str
    skipped: tuple[str, ...] = ()

    def messages(self) -> list[tuple[str, str]]:
        """Return a list of the flash messages as (category, sentence).

        The success message comes first, if any, then a warning for each skipped item.
        """
        done = [("success", self.notice)] if self.notice else []
        return [*done, *(("warning", sentence) for sentence in self.skipped)]


def once(by: Person, token: str, digest: str, act: Callable[[], Landing]) -> Landing:
    """Run `act` unless this sender already used `token`; return its `Landing`, or the stored one of the first run.

    The result is stored in the transaction of `act`, which is committed; whatever `act` raises is passed on and nothing
    is stored. Raises ActionRefused: stale_version when the token was used with a different digest, as after the Back
    button; busy after a lock timeout.
    """
    caller = _sender(by)
    with one_transaction():
        try:
            stored = stored_answer(caller, token, digest)
        except KeyReused:
            raise ActionRefused(RefusalReason.STALE_VERSION) from None
        if stored is not None:
            return Landing(**json.loads(stored.body))
        landing = act()
        store_answer(caller, token, digest, 303, json.dumps(asdict(landing)))
        return landing


def landed_before(by: Person, token: str, digest: str) -> Landing | None:
    """Return the stored `Landing` of an earlier submission with the same token and digest; None without one.

    Called before access checks, since the first submission may have removed the sender's access to the case.
    """
    stored = find_answer(_sender(by), token)
    return Landing(**json.loads(stored.body)) if stored is not None and stored.request_hash == digest else None


def once_each(by: Person, token: str, digest: str, act: Callable[[], Landing]) -> Landing:
    """Run `act` once for each pair of token and digest; return its `Landing`, or the stored one of the first run.

    For forms that create something: changed content under the same token creates another one and is not an error.
    Raises what `act` raises, and ActionRefused(busy) after a lock timeout.
    """
    return once(by, hashlib.sha256(f"{token}:{digest}".encode()).hexdigest(), digest, act)


def know_browser() -> str:
    """Return the random id of this browser, stored in the signed session cookie; creates it if missing.

    Call it when a form is shown, so that a repeat is recognised even if the first response never arrived.
    """
    if not isinstance(session.get(_BROWSER), str):
        session[_BROWSER] = secrets.token_urlsafe(16)
    return str(session[_BROWSER])


def digest_of_form() -> str:
    """Return the SHA-256 hex digest of all fields and files of the current request, except the CSRF token.

    Their order does not matter. It covers the form's random token, so typed values cannot be guessed from the digest.
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
