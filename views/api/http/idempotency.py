"""`Idempotency-Key` of the API: a repeat gets the first response; 409 while the first request is still running.

The response is stored in the transaction of the request, and deleted after seven days (`KEPT`) by `jobs/tasks.py`.
"""

import hashlib
import hmac
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Response, current_app, request
from sqlalchemy import select, text

from app.access.current_person import current_person
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.problem import Problem
from app.core.request_context import request_context
from app.core.transaction import one_transaction
from app.models import IdempotencyKey

P = ParamSpec("P")
View = Callable[P, Response]
LONGEST_KEY = 255


def idempotent(function: View[P]) -> View[P]:
    """Return the stored response for a repeated `Idempotency-Key`; a rejected request stores nothing.

    The view raises Problem(409) while the first request runs, Problem(422) if the key was used for another request.
    """

    @wraps(function)
    def once(*args: P.args, **kwargs: P.kwargs) -> Response:
        key = request.headers.get("Idempotency-Key", "").strip()
        if not key:
            return function(*args, **kwargs)
        if len(key) > LONGEST_KEY:
            raise Problem(400)
        with one_transaction():
            return _first_answer(key) or _keep_answer(key, function(*args, **kwargs))

    once._idempotent = True  # type: ignore[attr-defined]
    return once


def _caller() -> str:
    key_id = request_context().api_key_id
    return f"key:{key_id}" if key_id is not None else f"user:{current_person().id}"


def _request_hash() -> str:
    """Return an HMAC of the request; keyed, because a short passphrase could be guessed from a plain hash."""
    address = request.full_path if request.args else request.path
    seen = b"\n".join([request.method.encode(), address.encode("utf-8", "surrogatepass"), request.get_data()])
    return hmac.new(str(current_app.config["SECRET_KEY"]).encode(), seen, hashlib.sha256).hexdigest()


def _first_answer(key: str) -> Response | None:
    lock = f"{_caller()}:{key}"
    taken = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:lock, 11))")
    if not db.session.execute(taken, {"lock": lock}).scalar_one():
        raise Problem(409, "request_in_progress", {"Retry-After": "1"})
    statement = select(IdempotencyKey).where(IdempotencyKey.caller == _caller(), IdempotencyKey.key == key)
    kept = db.session.scalars(statement).first()
    if kept is None:
        return None
    if kept.request_hash != _request_hash():
        raise Problem(422, "idempotency_conflict")
    return _kept_response(kept)


def _keep_answer(key: str, response: Response) -> Response:
    db.session.add(
        IdempotencyKey(
            caller=_caller(),
            key=key,
            request_hash=_request_hash(),
            status=response.status_code,
            body=response.get_data(as_text=True),
            etag=response.headers.get("ETag"),
            location=response.headers.get("Location"),
            created_at=utc_now(),
        )
    )
    return response


def _kept_response(kept: IdempotencyKey) -> Response:
    kind = "application/problem+json" if kept.status >= 400 else "application/json"
    response = Response(kept.body, status=kept.status, mimetype=kind)
    for name, value in (("ETag", kept.etag), ("Location", kept.location)):
        if value:
            response.headers[name] = value
    return response
