"""The way back after a sign-in that had ended: to the page on which a form stood, whose draft the browser has kept."""

from urllib.parse import parse_qs, urlsplit

from flask import Flask, Response, current_app, flash, redirect, request
from flask_appbuilder.const import FLAMSG_ERR_SEC_ACCESS_DENIED
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as Answer

from app.web.error_responses import http_answer, is_api

BY_LINK = "/sandi-baru/"
"""Whose form, like those of the login itself, is done with and not come back to."""


def install(app: Flask) -> None:
    """Lead from every door through the login back to a page; harmless when done again."""
    app.after_request(_back_to_the_form)
    app.register_error_handler(CSRFError, _without_a_cookie)
    app.jinja_env.globals["page_here"] = page_here


def page_here() -> str:
    """The address of the page on screen, or of the one whose form was sent: one that can be opened."""
    if request.method == "GET":
        return _readable(request.full_path.rstrip("?"))
    asked_from = urlsplit(request.referrer or "")
    if asked_from.netloc != request.host:
        return _readable(request.path)
    return _readable(asked_from._replace(scheme="", netloc="", fragment="").geturl())


def _readable(address: str) -> str:
    """An address that only takes forms (`/aduan/5/tindakan`) answers on the page above it."""
    asked = path = address.partition("?")[0]
    adapter = current_app.create_url_adapter(request)
    while adapter and not adapter.test(path, method="GET") and path.strip("/"):
        path = path.rstrip("/").rpartition("/")[0] or "/"
    return address if path == asked else path


def _login() -> str:
    return str(current_app.appbuilder.get_url_for_login)  # type: ignore[attr-defined]


def _to_login() -> Answer:
    back = _beyond_the_login(page_here())
    return redirect(current_app.appbuilder.get_url_for_login_with(back))  # type: ignore[attr-defined]


def _beyond_the_login(address: str) -> str:
    """Whoever was on a page of the login was on the way to another one."""
    parts = urlsplit(address)
    return parse_qs(parts.query).get("next", ["/"])[0] if parts.path.startswith(_login()) else address


def _back_to_the_form(response: Response) -> Response:
    """Who is sent from a form to the login does not come back to an address that only takes forms."""
    if request.method != "POST" or response.status_code not in (302, 303):
        return response
    done = request.path.startswith((_login(), BY_LINK))
    if urlsplit(response.headers.get("Location", "")).path == _login() and not done:
        response.headers["Location"] = _to_login().headers["Location"]
    return response


def _without_a_cookie(error: CSRFError) -> Answer:
    """A form of somebody whose cookie has ended with the day has lost its token with it: to the login, not an error."""
    if current_user.is_authenticated or is_api(request.path) or request.path == _login():
        answer: Answer = http_answer(error)
        return answer
    flash(FLAMSG_ERR_SEC_ACCESS_DENIED, "danger")
    return _to_login()
