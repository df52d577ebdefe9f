"""Prepared error responses that the web server sends without a worker: timeout, invalid request, no worker
available.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from http import HTTPStatus

from flask import Flask, Response

from app.vocabulary.refusals import HTTP
from app.web.error_responses import is_api, problem
from app.web.security_headers import add_headers
from app.web.skin import error_page

NAMES = {400: "bad_request", 408: "request_timeout", 431: "headers_too_large", 503: "unavailable"}


def install(app: Flask) -> None:
    """Store in `app.extensions["proxy_answers"]` a function without parameters that returns the result of
    `prepared_answers`, for the web server.
    """
    app.extensions["proxy_answers"] = partial(prepared_answers, app)


def prepared_answers(app: Flask) -> Callable[[int, bytes], bytes]:
    """Return a function from status (400, 408, 431 or 503) and request line to the bytes of a complete HTTP error
    response; all are rendered now, none at run time.
    """
    prepared = {(status, api): _drawn(app, status, api) for status in NAMES for api in (False, True)}

    def answer(status: int, request_line: bytes) -> bytes:
        target = request_line.split(b" ")[1:2]
        return prepared[status, bool(target) and is_api(target[0].decode("latin-1"))]

    return answer


def _drawn(app: Flask, status: int, api: bool) -> bytes:
    with app.test_request_context("/api/" if api else "/", base_url=app.config["PUBLIC_BASE_URL"]):
        sentence = str(HTTP[NAMES[status]])
        if api:
            answer = problem(status, NAMES[status], sentence)
        elif status in (408, 503):
            answer = Response(error_page(status, numbered=False))
        else:
            # No person sees the answer to a malformed request.
            answer = Response(sentence, mimetype="text/plain")
        if status == 503:
            answer.headers["Retry-After"] = "5"
        add_headers(answer)
        body = answer.get_data()
        answer.headers.update({"Content-Length": str(len(body)), "Connection": "close"})
        lines = "".join(f"{name}: {value}\r\n" for name, value in answer.headers)
        return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{lines}\r\n".encode("latin-1") + body
