"""Who may call, and how a call is read: bearer tokens, keys with scopes, JSON bodies, repeats with the first answer."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec

from flask import Response, g, jsonify, request
from flask_jwt_extended import current_user as token_user
from flask_jwt_extended import verify_jwt_in_request
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt.exceptions import PyJWTError
from sqlalchemy import select, text

from app.clock import utc_now
from app.errors import Problem
from app.extensions import db
from app.models import ApiKey, IdempotencyKey
from app.security.api_keys import hash_key
from app.security.current_person import act_as, current_person, may
from app.transaction import one_transaction
from workflow_rules.actors import SYSTEM
from workflow_rules.refusals import ActionRefused, FieldError, FieldFault, RefusalReason

P = ParamSpec("P")
View = Callable[P, Response]
LARGEST_ID = 2**63 - 1


def needs(permission: str, view: str = "Complaint") -> Callable[[View[P]], View[P]]:
    """Let in officers whose bearer token is good and whose role has the permission; a cookie alone opens nothing."""

    def decorate(function: View[P]) -> View[P]:
        @wraps(function)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
            _sign_in_by_token()
            if not may(permission, view):
                raise Problem(403)
            return function(*args, **kwargs)

        # FAB finds a view's permissions by this mark; without it no role could be given this one.
        guarded._permission_name = permission.removeprefix("can_")  # type: ignore[attr-defined]
        return guarded

    return decorate


def _sign_in_by_token() -> None:
    try:
        verify_jwt_in_request()
    except (JWTExtendedException, PyJWTError) as error:
        raise Problem(401, headers={"WWW-Authenticate": "Bearer"}) from error
    user = token_user
    if not user or not user.is_active:
        raise Problem(401, headers={"WWW-Authenticate": "Bearer"})
    g.user = user
    g.pop("person", None)
    current_person()


def needs_scope(scope: str) -> Callable[[View[P]], View[P]]:
    """Let in a program whose key holds the scope; a good key without it is 403, anything else 401."""

    def decorate(function: View[P]) -> View[P]:
        @wraps(function)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
            key = _key_of_request()
            if key is None:
                raise Problem(401, headers={"WWW-Authenticate": "Bearer"})
            if scope not in key.scopes:
                raise Problem(403)
            g.api_key = key
            act_as(SYSTEM)
            return function(*args, **kwargs)

        return guarded

    return decorate


def _key_of_request() -> ApiKey | None:
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not given.strip():
        return None
    statement = select(ApiKey).where(ApiKey.key_hash == hash_key(given.strip()), ApiKey.active.is_(True))
    key = db.session.scalars(statement).first()
    return key if key is not None and _unexpired(key.expires_at) else None


def _unexpired(expires_at: datetime | None) -> bool:
    return expires_at is None or expires_at > utc_now()


def id_in_range(number: int) -> int:
    """A row id from a path; what no row can have is not found."""
    if number > LARGEST_ID:
        raise Problem(404)
    return number


def expected_version(body: dict[str, Any]) -> int:
    """What the caller saw: If-Match or `expected_version`; 428 without either, 422 for what is no version."""
    tag = request.headers.get("If-Match", "").strip()
    if tag:
        digits = tag.removeprefix("W/").strip('"').removeprefix("v")
        return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 12 else -1
    if body.get("expected_version") is None:
        raise Problem(428)
    version = body["expected_version"]
    if isinstance(version, bool) or not isinstance(version, int):
        wrong = FieldError("expected_version", FieldFault.WRONG_TYPE)
        raise ActionRefused(RefusalReason.MISSING_INPUT, errors=(wrong,))
    return version


def idempotent(function: View[P]) -> View[P]:
    """Answer a repeated `Idempotency-Key` as the first time; the answer is kept in the act's own transaction."""

    @wraps(function)
    def once(*args: P.args, **kwargs: P.kwargs) -> Response:
        key = request.headers.get("Idempotency-Key", "").strip()
        if not key:
            return function(*args, **kwargs)
        if len(key) > 255:
            raise Problem(400)
        with one_transaction():
            return _first_answer(key) or _keep_answer(key, function(*args, **kwargs))

    return once


def _caller() -> str:
    api_key: ApiKey | None = g.get("api_key")
    return f"key:{api_key.id}" if api_key is not None else f"user:{current_person().id}"


def _request_hash() -> str:
    seen = b"\n".join([request.method.encode(), request.path.encode(), request.get_data()])
    return hashlib.sha256(seen).hexdigest()


def _first_answer(key: str) -> Response | None:
    lock = f"{_caller()}:{key}"
    db.session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:lock, 11))"), {"lock": lock})
    statement = select(IdempotencyKey).where(IdempotencyKey.caller == _caller(), IdempotencyKey.key == key)
    kept = db.session.scalars(statement).first()
    if kept is None:
        return None
    if kept.request_hash != _request_hash():
        raise Problem(422, "idempotency_conflict")
    return _json_response(kept.body, kept.status, kept.etag)


def _keep_answer(key: str, response: Response) -> Response:
    db.session.add(
        IdempotencyKey(
            caller=_caller(),
            key=key,
            request_hash=_request_hash(),
            status=response.status_code,
            body=response.get_data(as_text=True),
            etag=response.headers.get("ETag"),
            created_at=utc_now(),
        )
    )
    return response


def _json_response(body: str, status: int, etag: str | None) -> Response:
    response = Response(body, status=status, mimetype="application/json")
    if etag:
        response.headers["ETag"] = etag
    return response


def answer(result: Any, status: int = 200, version: int | None = None, **more: Any) -> Response:
    """A representation under `result`, as the framework's own stand."""
    response = jsonify({"result": result, **more})
    response.status_code = status
    if version is not None:
        response.headers["ETag"] = f'"v{version}"'
    return response
