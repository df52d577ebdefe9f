"""`Idempotency-Key` of the API: a repeat gets the first response; 409 while the first request is still running.

The response is stored in the transaction of the request, and deleted after seven days by `jobs/tasks.py`.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Response, request

from app.access.current_person import current_person
from app.core.hashing import keyed_digest
from app.core.problem import Problem
from app.core.request_context import request_context
from app.core.transaction import one_transaction
from app.web.idempotency import KeyInProgress, KeyReused, store_answer, stored_answer

P = ParamSpec("P")
View = Callable[P, Response]
LONGEST_KEY = 255


def idempotent(function: View[P]) -> View[P]:
    """Return the view wrapped so that a repeated `Idempotency-Key` gets the stored first response.

    A request that raises stores nothing. The view raises Problem: 409 while the first request runs, 422 if the key was
    used for another request, 400 if the key is longer than 255 characters.
    """

    @wraps(function)
    def once(*args: P.args, **kwargs: P.kwargs) -> Response:
        key = request.headers.get("Idempotency-Key", "").strip()
        if not key:
            return function(*args, **kwargs)
        if len(key) > LONGEST_KEY:
            raise Problem(400)
        with one_transaction():
            key_id, address = request_context().api_key_id, request.full_path if request.args else request.path
            caller = f"key:{key_id}" if key_id is not None else f"user:{current_person().id}"
            parts = request.method.encode(), address.encode("utf-8", "surrogatepass"), request.get_data()
            digest = keyed_digest(b"\n".join(parts))
            if (repeated := _stored_response(caller, key, digest)) is not None:
                return repeated
            answer = function(*args, **kwargs)
            etag, location = answer.headers.get("ETag"), answer.headers.get("Location")
            store_answer(caller, key, digest, answer.status_code, answer.get_data(as_text=True), etag, location)
            return answer

    once._idempotent = True  # type: ignore[attr-defined]
    return once


def _stored_response(caller: str, key: str, digest: str) -> Response | None:
    try:
        stored = stored_answer(caller, key, digest, wait=False)
    except KeyInProgress:
        raise Problem(409, "request_in_progress", {"Retry-After": "1"}) from None
    except KeyReused:
        raise Problem(422, "idempotency_conflict") from None
    if stored is None:
        return None
    kind = "application/problem+json" if stored.status >= 400 else "application/json"
    response = Response(stored.body, status=stored.status, mimetype=kind)
    for name, value in (("ETag", stored.etag), ("Location", stored.location)):
        if value:
            response.headers[name] = value
    return response
