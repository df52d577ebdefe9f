"""/open311/v2: GeoReport v2 (Open311), so that civic clients that exist already can list and hand in complaints here.

Only open cases are told of, and nothing of who reported; `app/open311/requests.py` says what and why.
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
from views.open311 import shapes
from views.open311.answers import FORMATS, told, told_error, told_errors
from views.open311.labels import NOTICE
from views.open311.reading import MOST, Unreadable, fault, listed, wanted_requests
from views.open311.submissions import submit
from workflow_rules.process.complaint_number import read_complaint_number

PATH = "/open311/v2"
KEPT_SECONDS = 60


class Open311View(BaseView):
    """Reading is for everybody; handing in takes a key with scope `open311`. Not there where it is not opened."""

    route_base = PATH
    default_view = "list_services"
    limits = submission_limits()

    def create_blueprint(self, *args: Any, **kwargs: Any) -> Blueprint:
        blueprint: Blueprint = super().create_blueprint(*args, **kwargs)
        csrf.exempt(blueprint)
        answer_errors_as(current_app._get_current_object(), f"{PATH}/", _in_indonesian)  # type: ignore[attr-defined]
        blueprint.before_request(_only_where_open)
        blueprint.register_error_handler(Unreadable, lambda e: told_errors(e.status, e.descriptions))
        blueprint.after_request(_for_everybody)
        return blueprint

    @expose("/discovery.<ending>", methods=["GET"])
    def discover(self, ending: str) -> Response:
        """Where everything is."""
        return told("discovery", shapes.discovery())

    @expose("/services.<ending>", methods=["GET"])
    def list_services(self, ending: str) -> Response:
        """What may be complained about."""
        return told("services", shapes.services())

    @expose("/services/<service>.<ending>", methods=["GET"])
    def define_service(self, service: str, ending: str) -> Response:
        """What may be said of one kind of complaint beyond the usual."""
        if service not in {one["service_code"] for one in shapes.services()}:
            return told_error(404, fault("service", service))
        return told("service_definition", shapes.definition(service))

    @expose("/requests.<ending>", methods=["GET"])
    def list_requests(self, ending: str) -> Response:
        """Complaints of at most 90 days, at most 1,000 on a page; named ones override everything else."""
        if numbers := listed("service_request_id"):
            return _named(numbers)
        wanted, page, size = wanted_requests(utc_now())
        with only_public():
            found = find_requests(wanted, utc_now(), page, size)
        return told("service_requests", [shapes.request_of(one) for one in found])

    @expose("/requests/<numbers>.<ending>", methods=["GET"])
    @expose("/request/<numbers>.<ending>", methods=["GET"])
    def show_requests(self, numbers: str, ending: str) -> Response:
        """One complaint, or several with commas between; the singular address is that of v2.1's description."""
        return _named([part.strip() for part in numbers.split(",") if part.strip()])

    @expose("/tokens/<token>.<ending>", methods=["GET"])
    def resolve_token(self, token: str, ending: str) -> Response:
        """Numbers are given at once, so a number is its own token."""
        with only_public():
            found = find_named([_number(token)], utc_now())
        if not found:
            return told_error(404, fault("token", token))
        return told("service_requests", [{"service_request_id": found[0].number, "token": token}])

    @expose("/requests.<ending>", methods=["POST"])
    def hand_in(self, ending: str) -> Response:
        """Take a complaint in for a citizen; the same one again gets the first answer."""
        key = open311_key((request.form.get("api_key") or request.args.get("api_key", "")).strip(), utc_now())
        if key is None:
            return told_error(403, fault("key"))
        if request.mimetype not in ("application/x-www-form-urlencoded", "multipart/form-data"):
            return told_error(415, fault("form"))
        taken = submit(key)
        address = f"{current_app.config['PUBLIC_BASE_URL']}/lacak"
        notice = str(NOTICE) % {"address": address, **taken}
        answer = {"service_request_id": taken["number"], "service_notice": notice, "account_id": ""}
        response = told("service_requests", [answer])
        response.headers["Cache-Control"] = "no-store"
        return response


def _named(numbers: list[str]) -> Response:
    """All that are there; 404 where none is, so that a hidden one and none at all are the same."""
    if len(numbers) > MOST:
        return told_error(400, fault("number", "service_request_id"))
    with only_public():
        found = find_named([_number(number) for number in numbers], utc_now())
    if not found:
        return told_error(404, fault("request", ",".join(numbers)))
    return told("service_requests", [shapes.request_of(one) for one in found])


def _number(text: str) -> str:
    return read_complaint_number(text) or text.replace("\x00", "")


def _only_where_open() -> Response | None:
    if not current_app.config["OPEN311"]:
        abort(404)
    ending = (request.view_args or {}).get("ending")
    return told_error(404, fault("format")) if ending not in FORMATS else None


def _in_indonesian(status: int, sentence: str) -> Response:
    return told_error(status, sentence)


def _for_everybody(response: Response) -> Response:
    """Clients in browsers of other sites may read; an answer may be kept a minute and is known again by its tag."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    if request.method in ("GET", "HEAD") and response.status_code == 200:
        response.headers.setdefault("Cache-Control", f"public, max-age={KEPT_SECONDS}")
        response.add_etag()
        response.make_conditional(request)
    return response
