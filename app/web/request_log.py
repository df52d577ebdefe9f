"""One line in the log for each request, and the number by which a visitor and the log mean the same one.

The line is written, and the answer counted, outside the Flask application: with the status that the client got, also
where something failed after the answer was made.

Neither the address nor the query nor the person's name is written: codes and names stand in them.
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

log = structlog.get_logger()

HEADER = "X-Request-ID"
SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
PROBES = ("healthz", "readyz", "metrics")
NO_ROUTE = "unmatched"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_ID, _ANSWER = "lapor.request_id", "lapor.answer"
LastAnswer = Callable[[WSGIEnvironment], tuple[str, bytes]]
"""The type and body of a 500, made without a request."""


@dataclass
class Answer:
    """What is known of one request while it is answered; `status` is what the client got."""

    began: float = field(default_factory=time.perf_counter)
    status: int = 0
    method: str = "other"
    route: str = NO_ROUTE
    is_probe: bool = False
    parts: dict[str, Any] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """How long it has taken until now."""
        return time.perf_counter() - self.began


Listener = Callable[[Answer], None]


def install(app: Flask, last_answer: LastAnswer) -> None:
    """Call after everything else that wraps `wsgi_app`, and before every other `after_request`."""
    app.before_request(_begin)
    app.after_request(_describe)
    app.extensions["answer_listeners"] = [_write_line]
    app.wsgi_app = _AnswersSeen(app, app.wsgi_app, last_answer)  # type: ignore[method-assign]


def on_answer(app: Flask, listener: Listener) -> None:
    """Call this with each answer, once its status is final."""
    app.extensions["answer_listeners"].append(listener)


class _AnswersSeen:
    """The outermost layer: holds the head of an answer until the application is done with the request, notes its
    status, and answers itself where the application raises. The test of an application wants to see what is raised.
    """

    def __init__(self, app: Flask, inner: WSGIApplication, last_answer: LastAnswer) -> None:
        self.app, self.inner, self.last_answer = app, inner, last_answer

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
        for listener in self.app.extensions["answer_listeners"]:
            listener(answer)
        start_response(*held)
        return body


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


def _begin() -> None:
    clear_contextvars()
    bind_contextvars(request_id=request_id(), method=method(), route=route())


def _describe(response: Response) -> Response:
    """Note what only the request knows, for the line that is written after it."""
    response.headers[HEADER] = request_id()
    answer: Answer = request.environ.setdefault(_ANSWER, Answer())
    answer.method, answer.route, answer.is_probe = method(), route(), request.endpoint in PROBES
    answer.parts = {**_who(), **_which_case()}
    return response


def _write_line(answer: Answer) -> None:
    if not answer.is_probe:
        log.info("request", status=answer.status, ms=round(answer.seconds * 1000, 1), **answer.parts)


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
