"""HTTP rules of all API routes: query parameters, entity tags, conditional requests, rate limit headers."""

import hashlib
from typing import Any

from flask import Flask, Response, current_app, request

from app.core.problem import Problem
from app.core.request_context import request_context
from app.vocabulary.refusals import API_FAULTS
from app.web.error_responses import is_api
from app.web.rate_limits import install_api_limit
from views.api.http.contract import contract_of
from views.api.http.query_values import read_value

LONGEST_ADDRESS = 8000


def install(app: Flask) -> None:
    """Register the hooks that check every API request and complete its response: rate limit, parameters, ETag."""
    install_api_limit(app)
    app.before_request(_refuse_unknown_parameters)
    app.after_request(_add_rate_headers)
    app.after_request(_answer_conditionally)


def _refuse_unknown_parameters() -> None:
    """Raise Problem(400) with every unknown, repeated or invalid query parameter of an API request.

    Also for a URL over 8,000 characters. If parameters were ignored, a misspelt filter would return every row.
    """
    if not is_api(request.path) or request.url_rule is None or request.method == "OPTIONS":
        return
    method = "GET" if request.method == "HEAD" else request.method
    view = current_app.view_functions[request.url_rule.endpoint]
    contract = contract_of(view, method, request.url_rule.rule)
    if contract is None:
        return
    queries = contract.parameters()
    known = {query.name for query in queries}
    faults = [(name, "unknown_parameter") for name in request.args if name not in known]
    faults += [(name, "repeated_parameter") for name in known if len(request.args.getlist(name)) > 1]
    for query in queries:
        given = request.args.get(query.name)
        if given is not None and read_value(query.schema, given) is None:
            faults.append((query.name, "bad_value"))
    if faults or len(request.full_path) > LONGEST_ADDRESS:
        raise Problem(400, errors=[parameter_fault(name, fault) for name, fault in faults])


def parameter_fault(name: str, fault: str) -> dict[str, str]:
    """Return the error entry (dict with `field` and `message`) of a faulty parameter or field; `fault` is its code."""
    return {"field": name.encode("utf-8", "replace").decode()[:100], "message": str(API_FAULTS[fault])}


def _add_rate_headers(response: Response) -> Response:
    context = request_context()
    headers, context.rate_headers = context.rate_headers, {}
    if is_api(request.path):
        response.headers.update(headers)
    return response


def _answer_conditionally(response: Response) -> Response:
    """Return the response, with an ETag if it is an API read; with status 304 and no body if `If-None-Match` names that
    ETag.
    """
    read = request.method in ("GET", "HEAD") and response.status_code == 200
    if not (read and is_api(request.path)) or response.direct_passthrough or response.is_streamed:
        return response
    if "ETag" not in response.headers:
        response.headers["ETag"] = f'"{digest(response.get_data())}"'
    wanted: Any = request.if_none_match
    if request.headers.get("If-None-Match", "").strip() == "*" or wanted.contains_weak(response.get_etag()[0]):
        response.status_code = 304
        response.set_data(b"")
        for name in ("Content-Length", "Content-Type"):
            response.headers.pop(name, None)
    return response


def digest(content: bytes) -> str:
    """Return the first 32 hex digits of the SHA-256 of a response body, used as its ETag."""
    return hashlib.sha256(content).hexdigest()[:32]
