"""Request log: one line per request with its request id, the final status and the duration.

Written outside the Flask application, so that failures after the response was made are included. Path, query and names
of persons are not logged, since they contain codes and names.
"""

import re
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import structlog
from flask import Flask, Response, current_app, g, has_request_context, request
from sqlalchemy import inspect
from structlog.contextvars import bind_contextvars, clear_contextvars

from app.core.request_context import request_context

log = structlog.get_logger()

HEADER = "X-Request-ID"
SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
PROBES = ("healthz", "readyz", "metrics")
NO_ROUTE = "unmatched"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_ID, _ANSWER = "lapor.request_id", "lapor.answer"
LastAnswer = Callable[[WSGIEnvironment], tuple[str, bytes]]
"""Function that returns content type and body of a 500 from the WSGI environ alone."""


@dataclass
class Answer:
    """A value object: the log data of one request. `began` is a `perf_counter` value in seconds; `status` the final
    HTTP status (0 until known).
    """

    began: float = field(default_factory=time.perf_counter)
    status: int = 0
    method: str = "other"
    route: str = NO_ROUTE
    is_probe: bool = False
    parts: dict[str, Any] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """Seconds (float) since the request began."""
        return time.perf_counter() - self.began


Listener = Callable[[Answer], None]


def install(app: Flask, last_answer: LastAnswer) -> None:
    """Install the request log; call after everything else that wraps `wsgi_app`, and before every other
    `after_request`.
    """
    app.before_request(_begin)
    app.after_request(_describe)
    app.extensions["answer_listeners"] = []
    app.wsgi_app = _AnswersSeen(app, app.wsgi_app, last_answer)  # type: ignore[method-assign]


def on_answer(app: Flask, listener: Listener) -> None:
    """Register a listener that is called once per request with its final `Answer` (status, route, duration); its return
    value is ignored.
    """
    app.extensions["answer_listeners"].append(listener)


@dataclass(eq=False)
class _AnswersSeen:
    """The outermost WSGI layer: it delays the response's head until the application has finished, records the status,
    and sends a 500 if the application raises. In testing mode the exception is raised again.
    """

    app: Flask
    inner: WSGIApplication
    last_answer: LastAnswer

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = environ[_ANSWER] = Answer()
        held: list[Any] = []

        def hold(*start: Any) -> Any:
            held[:] = start

        try:
            body = self.inner(environ, hold)
        except Exception:
            if self.app.testing:
                raise
            log.exception("failed_after_answer")
            kind, last = self.last_answer(environ)
            held[:], body = ["500 Internal Server Error", [("Content-Type", kind)]], [last]
        answer.status = int(held[0][:3])
        if not answer.is_probe:
            log.info("request", status=answer.status, ms=round(answer.seconds * 1000, 1), **answer.parts)
        for listener in self.app.extensions["answer_listeners"]:
            listener(answer)
        start_response(*held)
        return body


def answered(environ: WSGIEnvironment) -> tuple[Answer, str]:
    """Return the log data of a request that has been answered, and its id; "" where it did not come as far as Flask."""
    return environ.get(_ANSWER, Answer()), environ.get(_ID, "")


def request_id() -> str:
    """Return the id of the current request as text: the proxy's if proxies are trusted and its id is well-formed, else
    a random one; "" outside a request.
    """
    if not has_request_context():
        return ""
    if _ID not in request.environ:
        given = request.headers.get(HEADER, "")
        is_usable = current_app.config.get("TRUSTED_PROXIES") and SANE.fullmatch(given)
        request.environ[_ID] = given if is_usable else secrets.token_hex(8)
    return str(request.environ[_ID])


def route() -> str:
    """Return the URL rule of the request, with placeholders in place of values; `unmatched` if there is none."""
    return request.url_rule.rule if request.url_rule else NO_ROUTE


def method() -> str:
    """Return the HTTP method of the request if it is a known one, else `other`, since clients may send any word."""
    return request.method if request.method in METHODS else "other"


def _begin() -> None:
    clear_contextvars()
    bind_contextvars(request_id=request_id(), method=method(), route=route())


def _describe(response: Response) -> Response:
    """Called by Flask after each request: record route, user and case for the log line, set the X-Request-ID header,
    and return the response.
    """
    response.headers[HEADER] = request_id()
    answer: Answer = request.environ.setdefault(_ANSWER, Answer())
    answer.method, answer.route, answer.is_probe = method(), route(), request.endpoint in PROBES
    answer.parts = _who()
    parts = request.view_args or {}
    number = parts.get("complaint_id", parts.get("number"))
    of_case = "complaint_id" in parts or route().startswith("/api/v1/complaint/")
    if of_case and isinstance(number, int):
        answer.parts["case"] = number
    return response


def _who() -> dict[str, Any]:
    """Return {"key": id of the API key} or {"user": id of the user account} of the request if that is already loaded,
    else {}; never queries the database.
    """
    if key_id := request_context().api_key_id:
        return {"key": key_id}
    for name in ("_login_user", "user"):
        known = inspect(g.get(name), raiseerr=False) if g.get(name) is not None else None
        if identity := getattr(known, "identity", None):
            return {"user": identity[0]}
    return {}
