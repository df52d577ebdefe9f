"""Return after a login to the page where the user was, for instance to a form whose draft the browser has stored."""

from urllib.parse import parse_qs, urlsplit

from flask import Flask, Response, current_app, flash, redirect, request
from flask_appbuilder.const import FLAMSG_ERR_SEC_ACCESS_DENIED
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as Answer

from app.web.error_responses import http_answer, is_api

BY_LINK = "/sandi-baru/"
"""Prefix of the password link pages; like the login's own forms they are not returned to."""


def install(app: Flask) -> None:
    """Register the handler that returns officers to their page after a login, the handler of CSRF errors, and the
    template global `page_here`.
    """
    app.after_request(_back_to_the_form)
    app.register_error_handler(CSRFError, _without_a_cookie)
    app.jinja_env.globals["page_here"] = page_here


def page_here() -> str:
    """Return the path and query of the page on screen, or of the page whose form was posted; always an address that
    answers GET.
    """
    if request.method == "GET":
        return _readable(request.full_path.rstrip("?"))
    asked_from = urlsplit(request.referrer or "")
    if asked_from.netloc != request.host:
        return _readable(request.path)
    return _readable(asked_from._replace(scheme="", netloc="", fragment="").geturl())


def _readable(address: str) -> str:
    """Return the given path and query, or without the query the nearest parent path that answers GET (`/aduan/5` for
    `/aduan/5/tindakan`).
    """
    asked = path = address.partition("?")[0]
    adapter = current_app.create_url_adapter(request)
    while adapter and not adapter.test(path, method="GET") and path.strip("/"):
        path = path.rstrip("/").rpartition("/")[0] or "/"
    return address if path == asked else path


def _login() -> str:
    return str(current_app.appbuilder.get_url_for_login)  # type: ignore[attr-defined]


def _to_login() -> Answer:
    back = page_here()
    parts = urlsplit(back)
    if parts.path.startswith(_login()):
        back = parse_qs(parts.query).get("next", ["/"])[0]
    return redirect(current_app.appbuilder.get_url_for_login_with(back))  # type: ignore[attr-defined]


def _back_to_the_form(response: Response) -> Response:
    """Return the response; in a redirect from a posted form to the login, `next` is replaced by a page that answers
    GET.
    """
    if request.method != "POST" or response.status_code not in (302, 303):
        return response
    done = request.path.startswith((_login(), BY_LINK))
    if urlsplit(response.headers.get("Location", "")).path == _login() and not done:
        response.headers["Location"] = _to_login().headers["Location"]
    return response


def _without_a_cookie(error: CSRFError) -> Answer:
    """Called for a CSRF error: return a redirect to the login for a user whose session has expired; otherwise (signed
    in, on the API or on the login form) the response of the error (400).
    """
    if current_user.is_authenticated or is_api(request.path) or request.path == _login():
        answer: Answer = http_answer(error)
        return answer
    flash(FLAMSG_ERR_SEC_ACCESS_DENIED, "danger")
    return _to_login()
