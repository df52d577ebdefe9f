"""One line in the log for each request, and the number by which a visitor and the log mean the same one.

Neither the address nor the query nor the person's name is written: codes and names stand in them.
"""

import re
import secrets
import time
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, has_request_context, request
from sqlalchemy import inspect
from structlog.contextvars import bind_contextvars, clear_contextvars

log = structlog.get_logger()

HEADER = "X-Request-ID"
SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
PROBES = ("healthz", "readyz", "metrics")
NO_ROUTE = "unmatched"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_ID, _BEGAN = "lapor.request_id", "lapor.began"


def install(app: Flask) -> None:
    """Goes before every other part, so that its line is begun first and written last."""
    app.before_request(_begin)
    app.after_request(_end)


def request_id() -> str:
    """The number of this request: the proxy's own where one is trusted and it is a plain one, else a new one."""
    if not has_request_context():
        return ""
    if _ID not in request.environ:
        request.environ[_ID] = _given_id() or secrets.token_hex(8)
    return str(request.environ[_ID])


def _given_id() -> str | None:
    given = request.headers.get(HEADER, "")
    return given if current_app.config.get("TRUSTED_PROXIES") and SANE.fullmatch(given) else None


def route() -> str:
    """The rule of the address, in which the names of its parts stand for what was asked."""
    return request.url_rule.rule if request.url_rule else NO_ROUTE


def method() -> str:
    """The method, of the known ones: anybody may send another word."""
    return request.method if request.method in METHODS else "other"


def seconds_so_far() -> float:
    """How long this request has taken until now."""
    return time.perf_counter() - float(request.environ.get(_BEGAN, time.perf_counter()))


def _begin() -> None:
    request.environ[_BEGAN] = time.perf_counter()
    clear_contextvars()
    bind_contextvars(request_id=request_id(), method=method(), route=route())


def _end(response: Response) -> Response:
    response.headers[HEADER] = request_id()
    if request.endpoint not in PROBES:
        milliseconds = round(seconds_so_far() * 1000, 1)
        log.info("request", status=response.status_code, ms=milliseconds, **_who(), **_which_case())
    return response


def _who() -> dict[str, Any]:
    """The number of the account or of the program's key, if it was made out; nothing is asked for it."""
    if key := g.get("api_key"):
        return {"key": key.id}
    for name in ("_login_user", "user"):
        known = inspect(g.get(name), raiseerr=False) if g.get(name) is not None else None
        if identity := getattr(known, "identity", None):
            return {"user": identity[0]}
    return {}


def _which_case() -> dict[str, int]:
    parts = request.view_args or {}
    of_case = "complaint_id" in parts or route().startswith("/api/v1/complaint/")
    number = parts.get("complaint_id", parts.get("number"))
    return {"case": number} if of_case and isinstance(number, int) else {}
