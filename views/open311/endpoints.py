"""/open311/v2: the GeoReport v2 API, by which existing civic clients can list and submit complaints.

It publishes only open cases and nothing about the reporter; see `app/open311/requests.py`.
"""

from typing import Any

from flask import Blueprint, Response, abort, current_app, request
from flask_appbuilder import BaseView, expose

from app.access.session_filter import only_public
from app.core.clock import utc_now
from app.core.extensions import csrf
from app.open311.intake import open311_key
from app.open311.requests import find_named, find_requests
from app.web.error_responses import answer_errors_as
from app.web.rate_limits import submission_limits
from views.open311 import representation
from views.open311.labels import NOTICE
from views.open311.parameters import MOST, Unreadable, fault, listed, wanted_requests
from views.open311.responses import FORMATS, respond, respond_error, respond_errors
from views.open311.submissions import submit
from workflow_rules.process.complaint_number import read_complaint_number

PATH = "/open311/v2"
CACHE_SECONDS = 60


class Open311View(BaseView):
    """The Open311 API: reading is public, submitting needs an API key with scope `open311`.

    All its URLs are 404 unless OPEN311 is set.
    """

    route_base = PATH
    default_view = "list_services"
    limits = submission_limits()
    limit_scope = "open311"

    def create_blueprint(self, *args: Any, **kwargs: Any) -> Blueprint:
        blueprint: Blueprint = super().create_blueprint(*args, **kwargs)
        csrf.exempt(blueprint)
        answer_errors_as(current_app._get_current_object(), f"{PATH}/", respond_error)  # type: ignore[attr-defined]
        blueprint.before_request(_only_where_open)
        blueprint.register_error_handler(Unreadable, lambda e: respond_errors(e.status, e.descriptions))
        blueprint.after_request(_for_everybody)
        return blueprint

    @expose("/discovery.<ending>", methods=["GET"])
    def discover(self, ending: str) -> Response:
        """Return a response with the GeoReport v2 discovery document (JSON or XML)."""
        return respond("discovery", representation.discovery())

    @expose("/services.<ending>", methods=["GET"])
    def list_services(self, ending: str) -> Response:
        """Return a response with the GeoReport v2 services (JSON or XML), which are the categories in use."""
        return respond("services", representation.services())

    @expose("/services/<service>.<ending>", methods=["GET"])
    def define_service(self, service: str, ending: str) -> Response:
        """Return a response with the additional attributes of a service; 404 for an unknown service."""
        if service not in {one["service_code"] for one in representation.services()}:
            return respond_error(404, fault("service", service))
        return respond("service_definition", representation.definition(service))

    @expose("/requests.<ending>", methods=["GET"])
    def list_requests(self, ending: str) -> Response:
        """Return a response with the public complaints received in a period of at most 90 days (by default the last
        90), at most 1,000 on a page.

        With `service_request_id` only those complaints are returned and all other filters are ignored. Raises
        Unreadable (400) for invalid parameters.
        """
        if numbers := listed("service_request_id"):
            return _named(numbers)
        wanted, page, size = wanted_requests(utc_now())
        with only_public():
            found = find_requests(wanted, utc_now(), page, size)
        return respond("service_requests", [representation.request_of(one) for one in found])

    @expose("/requests/<numbers>.<ending>", methods=["GET"])
    @expose("/request/<numbers>.<ending>", methods=["GET"])
    def show_requests(self, numbers: str, ending: str) -> Response:
        """Return a response with one complaint, or with several separated by commas; 404 if none of them is public.

        `/request/` is the URL of v2.1.
        """
        return _named([part.strip() for part in numbers.split(",") if part.strip()])

    @expose("/tokens/<token>.<ending>", methods=["GET"])
    def resolve_token(self, token: str, ending: str) -> Response:
        """Return a response with the case number for a token; 404 if unknown.

        Token and number are the same, since numbers are assigned immediately.
        """
        with only_public():
            found = find_named([_number(token)], utc_now())
        if not found:
            return respond_error(404, fault("token", token))
        return respond("service_requests", [{"service_request_id": found[0].number, "token": token}])

    @expose("/requests.<ending>", methods=["POST"])
    def hand_in(self, ending: str) -> Response:
        """Record a complaint that a program submits for a citizen; return a response with its number and a notice with
        the tracking code. A repeated submission gets the first response. 403 without a valid key, 415 for another media
        type; raises Unreadable for invalid fields.
        """
        key = open311_key((request.form.get("api_key") or request.args.get("api_key", "")).strip(), utc_now())
        if key is None:
            return respond_error(403, fault("key"))
        if request.mimetype not in ("application/x-www-form-urlencoded", "multipart/form-data"):
            return respond_error(415, fault("form"))
        taken = submit(key)
        address = f"{current_app.config['PUBLIC_BASE_URL']}/lacak"
        notice = str(NOTICE) % {"address": address, **taken}
        answer = {"service_request_id": taken["number"], "service_notice": notice, "account_id": ""}
        response = respond("service_requests", [answer])
        response.headers["Cache-Control"] = "no-store"
        return response


def _named(numbers: list[str]) -> Response:
    """Return a response with the public complaints among the case numbers.

    404 if there is none, whether hidden or unknown; 400 for more than 1,000 numbers.
    """
    if len(numbers) > MOST:
        return respond_error(400, fault("number", "service_request_id"))
    with only_public():
        found = find_named([_number(number) for number in numbers], utc_now())
    if not found:
        return respond_error(404, fault("request", ",".join(numbers)))
    return respond("service_requests", [representation.request_of(one) for one in found])


def _number(text: str) -> str:
    return read_complaint_number(text) or text.replace("\x00", "")


def _only_where_open() -> Response | None:
    if not current_app.config["OPEN311"]:
        abort(404)
    ending = (request.view_args or {}).get("ending")
    return respond_error(404, fault("format")) if ending not in FORMATS else None


def _for_everybody(response: Response) -> Response:
    """Return the same response, readable from any origin; a successful read may be cached for a minute and gets an
    ETag.
    """
    response.headers["Access-Control-Allow-Origin"] = "*"
    if request.method in ("GET", "HEAD") and response.status_code == 200:
        response.headers.setdefault("Cache-Control", f"public, max-age={CACHE_SECONDS}")
        response.add_etag()
        response.make_conditional(request)
    return response
