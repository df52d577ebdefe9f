"""Error responses: maps exceptions to status and message, as problem documents (RFC 9457) for the API and pages for
people.
"""

import math
import time
from collections.abc import Callable
from typing import Any
from wsgiref.types import WSGIEnvironment

import structlog
from flask import Flask, Response, current_app, json, jsonify, make_response, request
from flask_limiter.errors import RateLimitExceeded
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException, SecurityError

from app.core.connections import LockBusy, is_lock_busy
from app.core.encrypted_columns import KeyMissing
from app.core.extensions import db
from app.core.problem import _NAME_OF, Problem
from app.core.request_context import request_context
from app.vocabulary.refusals import HTTP, REFUSALS, field_sentences, refusal_sentence
from app.web.skin import error_page
from workflow_rules.process.refusals import ActionRefused, PassingReason, RefusalReason

log = structlog.get_logger()

STATUS_OF: dict[RefusalReason | PassingReason, int] = {
    RefusalReason.NOT_VISIBLE: 404,
    RefusalReason.NOT_YOUR_STEP: 403,
    RefusalReason.WRONG_AGENCY: 403,
    RefusalReason.OUT_OF_ORDER: 409,
    RefusalReason.STALE_VERSION: 409,
    RefusalReason.PAUSED: 409,
    RefusalReason.CASE_ENDED: 409,
    RefusalReason.IDENTITY_INCOMPLETE: 422,
    RefusalReason.MISSING_INPUT: 422,
    RefusalReason.DELIVERY_UNPROVEN: 422,
    RefusalReason.INITIALS_MISSING: 409,
    RefusalReason.DRAFT_CHANGED: 409,
    RefusalReason.SIGNING_REFUSED: 422,
    RefusalReason.SIGNING_UNAVAILABLE: 503,
    RefusalReason.NO_IDENTITY: 409,
    RefusalReason.ANONYMITY_UNCONFIRMED: 409,
    RefusalReason.LETTER_NOT_READY: 409,
    PassingReason.BUSY: 503,
}
TRY_AGAIN = {"Retry-After": "3"}

_ENCODED = "application/x-www-form-urlencoded"


def install(app: Flask) -> None:
    """Register the error handlers, and the conversion of FAB's API errors into problem documents."""
    app.register_error_handler(ActionRefused, _refused)
    app.register_error_handler(Problem, _problem)
    app.register_error_handler(HTTPException, http_answer)
    app.register_error_handler(OperationalError, _unavailable)
    app.register_error_handler(LockBusy, _lock_busy)
    app.register_error_handler(KeyMissing, _key_missing)
    for kind in (DataError, IntegrityError, Exception):
        app.register_error_handler(kind, _failed)
    app.after_request(_as_problem)


def answer_errors_as(app: Flask, prefix: str, shape: Callable[[int, str], Response]) -> None:
    """Register the format of error responses below a path prefix: `shape` is called with status and message and returns
    the response. Used outside the API only.
    """
    app.extensions.setdefault("error_shapes", {})[prefix] = shape


def is_api(path: str) -> bool:
    return path.startswith("/api/")


def problem(status: int, name: str, detail: str, headers: dict[str, str] | None = None, **more: Any) -> Response:
    """Return an error response with this status as problem document (RFC 9457, JSON); `name` is the stable end of its
    type URI, `detail` the message, `more` are further members.
    """
    response = jsonify({"type": _type_of(name), "title": name, "status": status, "detail": detail, **more})
    response.status_code = status
    response.mimetype = "application/problem+json"
    response.headers.update(headers or {})
    return response


def _type_of(name: str) -> str:
    """Return the type URI (text) of a problem document; built from PUBLIC_BASE_URL, never from the request's Host
    header, which is untrusted.
    """
    return f"{current_app.config['PUBLIC_BASE_URL']}/problems/{name}"


def _answer(status: int, name: str, detail: str, headers: dict[str, str] | None = None, **more: Any) -> Response:
    if is_api(request.path):
        return problem(status, name, detail, headers, **more)
    shapes: dict[str, Callable[[int, str], Response]] = current_app.extensions.get("error_shapes", {})
    if shape := next((shape for prefix, shape in shapes.items() if request.path.startswith(prefix)), None):
        response = shape(status, detail)
        response.headers.update(headers or {})
        return response
    try:
        # The page has its own text for HTTP errors.
        page = error_page(status, "" if name in HTTP else detail)
    except OperationalError as error:  # pages for errors below 500 load the user
        return _unavailable(error)
    response = Response(page, status=status)
    response.headers.update(headers or {})
    return response


def refused_page(page: str | Response, refused: ActionRefused) -> Response:
    """Return the page that shows a refused form again as a response with the status of the refusal, and with
    Retry-After (seconds) when it is busy.
    """
    response = make_response(page)
    response.status_code = STATUS_OF[refused.reason]
    response.headers.update(_retry_later(refused))
    return response


def _retry_later(refused: ActionRefused) -> dict[str, str]:
    return TRY_AGAIN if refused.reason is PassingReason.BUSY else {}


def _refused(refused: ActionRefused) -> Response:
    more: dict[str, Any] = {}
    if refused.errors:
        more["errors"] = field_sentences(refused.errors)
    if current_step := request_context().current_step:
        more["current_step"] = current_step
    status = STATUS_OF[refused.reason]
    if refused.reason is RefusalReason.STALE_VERSION and request.headers.get("If-Match"):
        status = 412
    return _answer(status, refused.reason.value, refusal_sentence(refused), _retry_later(refused), **more)


def _problem(error: Problem) -> Response:
    more: dict[str, Any] = {"errors": error.errors} if error.errors else {}
    said = HTTP.get(error.name) or REFUSALS[error.name]
    return _answer(error.status, error.name, error.detail or str(said), error.headers, **more)


def http_answer(error: HTTPException) -> Any:
    """Return the response for an HTTPException: a problem document for the API, a page otherwise; a redirect is
    returned unchanged, as the exception itself.
    """
    status = error.code or 500
    if status < 400:
        return error
    if isinstance(error, SecurityError) and not is_api(request.path):
        # An unknown Host header; without a valid host no URL of a page can be built.
        return Response(str(HTTP["bad_request"]), status=400, mimetype="text/plain")
    name = _NAME_OF.get(status, "bad_request" if status < 500 else "internal_error")
    passed_on = {k: v for k, v in error.get_headers() if k in ("Allow", "Retry-After", "WWW-Authenticate")}
    if isinstance(error, RateLimitExceeded):
        passed_on = retry_after()
    return _answer(status, name, str(HTTP[name]), passed_on)


def retry_after() -> dict[str, str]:
    """Return a dict with the Retry-After header: the seconds until the exceeded rate limit resets (60 if unknown)."""
    limit = current_app.appbuilder.sm.limiter.current_limit  # type: ignore[attr-defined]
    wait = max(1, math.ceil(limit.reset_at - time.time())) if limit else 60
    return {"Retry-After": str(wait)}


def refuse_large_form() -> None:
    """Parse a posted form early, so that one above the size limits raises RequestEntityTooLarge (413) and is not read
    as empty; other requests are left unread. Call before the CSRF check, which reads the form without the limit.
    """
    if request.method != "POST" or request.mimetype not in (_ENCODED, "multipart/form-data"):
        return
    if request.mimetype == _ENCODED:  # Werkzeug's limit of form memory does not cover these
        request.max_content_length = current_app.config["MAX_FORM_MEMORY_SIZE"]
    request.form  # noqa: B018 (reading is what raises)


def _unavailable(error: OperationalError) -> Response:
    db.session.rollback()
    if is_lock_busy(error):
        return _lock_busy(error)
    log.error("database_unavailable", error=type(error.orig).__name__)
    return _answer(503, "unavailable", str(HTTP["unavailable"]), {"Retry-After": "5"})


def _lock_busy(_error: Exception) -> Response:
    db.session.rollback()
    return _refused(ActionRefused(PassingReason.BUSY))


def _key_missing(error: KeyMissing) -> Response:
    """Called by Flask for a KeyMissing: roll back, log the key id and return a 503 response. An identity key was
    removed while data encrypted with that key still exists.
    """
    db.session.rollback()
    log.error("identity_key_missing", key_id=error.key_id, path=request.path)
    return _answer(503, "identity_key_missing", str(REFUSALS["identity_key_missing"]))


def _failed(error: Exception) -> Response:
    """Called by Flask for an unhandled exception: roll back and return the response. 422 for a value that the database
    cannot store (NUL, an integer beyond 64 bits), 409 for a broken constraint, without showing SQL; 500 for any other
    error, which is logged.
    """
    db.session.rollback()
    if isinstance(error, DataError):
        log.info("unreadable_value", error=type(error.orig).__name__)
        return _answer(422, "missing_input", str(REFUSALS["missing_input"]))
    if isinstance(error, IntegrityError):
        log.warning("integrity_conflict", error=type(error.orig).__name__)
        return _answer(409, "conflict", str(HTTP["conflict"]))
    log.exception("unexpected_failure", error=type(error).__name__)
    return _answer(500, "internal_error", str(HTTP["internal_error"]))


def last_answer(app: Flask, environ: WSGIEnvironment) -> tuple[str, bytes]:
    """Return (content type, body as bytes) of the 500 response to a request that failed after its response was made.

    Needs no app context, since its teardown may be what failed.
    """
    detail, name = str(HTTP["internal_error"]), "internal_error"
    if not is_api(str(environ.get("PATH_INFO", ""))):
        return "text/plain; charset=utf-8", detail.encode()
    address = f"{app.config['PUBLIC_BASE_URL']}/problems/{name}"
    body = {"type": address, "title": name, "status": 500, "detail": detail}
    return "application/problem+json", json.dumps(body).encode()


def _as_problem(response: Response) -> Response:
    """Called by Flask after each request: return the response; an error response of FAB's API is first converted into a
    problem document.
    """
    if response.status_code < 400 or not is_api(request.path) or response.mimetype == "application/problem+json":
        return response
    name = _NAME_OF.get(response.status_code, "bad_request" if response.status_code < 500 else "internal_error")
    detail = str(HTTP[name])
    body = {"type": _type_of(name), "title": name, "status": response.status_code}
    response.set_data(json.dumps({**body, "detail": detail}))
    response.mimetype = "application/problem+json"
    return response
