"""Generation of the OpenAPI 3.1 document from the contracts of the routes; a test fails for a route without one."""

import re
from typing import Any

from flask import Flask, current_app
from flask_babel import get_locale
from flask_babel import gettext as _

from app.core.definitions import per_version
from app.core.identifiers import LARGEST_ID
from app.core.office import current_office
from app.vocabulary.refusals import HTTP, REFUSALS
from views.api.cases.schemas import COMPONENTS
from views.api.http.contract import Answer, Contract, Route, Schema, routes_of
from views.api.http.query_values import with_lists

_PROBLEM: Schema = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                "required": ["field", "message"],
                "additionalProperties": False,
            },
        },
        "current_step": {"type": "string"},
    },
    "required": ["type", "title", "status", "detail"],
    "additionalProperties": False,
}
_PARTS = re.compile(r"<(?:(\w+):)?(\w+)>")
_SHARED = {405: ("method_not_allowed",), 503: ("unavailable",)}
_TEXT = {"type": "string"}
_HEADERS = {
    "ETag": _TEXT,
    "Link": _TEXT,
    "RateLimit": _TEXT,
    "RateLimit-Policy": _TEXT,
    "Retry-After": _TEXT,
}


def document() -> dict[str, Any]:
    """Return the OpenAPI document (dict) in the language of the request, with the lists as they are now."""
    return _document(str(get_locale() or "id"))


@per_version
def _document(_locale: str) -> dict[str, Any]:
    found: dict[str, Any] = with_lists(_build(current_app))
    return found


def _build(app: Any) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for route in routes_of(app):
        if route.contract is not None:
            paths.setdefault(address_of(route.rule), {})[route.method.lower()] = _operation(route, route.contract)
    about = (
        _("Aduan masyarakat untuk program lain."),
        _("Semua galat adalah application/problem+json (RFC 9457); type berakhir dengan nama galatnya."),
        _("Idempotency-Key: jawaban pertama disimpan 7 hari; 409 selama yang pertama masih dikerjakan."),
        _("Parameter yang tidak dikenal ditolak dengan 400."),
    )
    return {
        "openapi": "3.1.0",
        "info": {"title": current_office().product, "version": "1", "description": " ".join(about)},
        "servers": [{"url": app.config["PUBLIC_BASE_URL"]}],
        "paths": paths,
        "components": {
            "schemas": {**COMPONENTS, "Problem": _PROBLEM},
            "securitySchemes": {
                "officer": {"type": "http", "scheme": "bearer", "description": _("Token petugas dari /security/login")},
                "key": {"type": "http", "scheme": "bearer", "description": _("Kunci API dengan cakupan (lb_…)")},
            },
        },
    }


def address_of(rule: str) -> str:
    """Return the path of a Flask URL rule in OpenAPI syntax: `<int:number>` becomes `{number}`."""
    return _PARTS.sub(r"{\2}", rule)


def _operation(route: Route, contract: Contract) -> dict[str, Any]:
    responses = {str(status): _good(answer) for status, answer in sorted(contract.answers.items())}
    if route.method == "GET":
        responses["304"] = {"description": _("Tidak berubah sejak ETag itu")}
    responses |= {str(status): _bad(status, names) for status, names in problems_of(route, contract).items()}
    made: dict[str, Any] = {
        "operationId": contract.operation,
        "tags": [contract.tag],
        "summary": str(contract.summary),
        "parameters": _parameters(route, contract),
        "responses": responses,
        "security": _security(route, contract),
    }
    if contract.says:
        made["description"] = str(contract.says)
    schema = contract.body_schema()
    if schema is not None:
        content = {"schema": schema, **({"example": contract.example} if contract.example is not None else {})}
        made["requestBody"] = {"required": True, "content": {"application/json": content}}
    return made


def _parameters(route: Route, contract: Contract) -> list[dict[str, Any]]:
    """Return a list of the OpenAPI objects (dicts) of a route's parameters in path, query and headers."""
    whole = {"type": "integer", "minimum": 0, "maximum": LARGEST_ID}
    found = [
        {"name": name, "in": "path", "required": True, "schema": whole if kind == "int" else {**_TEXT, "minLength": 1}}
        for kind, name in _PARTS.findall(route.rule)
    ]
    found += [
        {"name": q.name, "in": "query", "required": False, "schema": q.schema, "description": str(q.says) or q.name}
        for q in contract.parameters()
    ]
    if route.idempotent:
        key = {"type": "string", "maxLength": 255}
        found.append({"name": "Idempotency-Key", "in": "header", "required": False, "schema": key})
    if contract.if_match:
        needed = contract.if_match == "required"
        found.append({"name": "If-Match", "in": "header", "required": needed, "schema": _TEXT})
    if route.method == "GET" and not contract.public:
        found.append({"name": "If-None-Match", "in": "header", "required": False, "schema": _TEXT})
    return found


def _security(route: Route, contract: Contract) -> list[dict[str, list[str]]]:
    if contract.public:
        return []
    if route.access is None:
        return [{"officer": []}]
    found: list[dict[str, list[str]]] = [{"officer": []}] if route.access.officers else []
    return [*found, {"key": [route.access.scope]}] if route.access.scope else found


def problems_of(route: Route, contract: Contract) -> dict[int, tuple[str, ...]]:
    """Return a dict of HTTP status to the names of all problem types that a route may answer, its own and the shared
    ones.
    """
    found: dict[int, tuple[str, ...]] = {**_SHARED, 400: ("bad_request",)}
    if not contract.public:
        found |= {401: ("unauthorized",), 403: ("forbidden",)}
    found |= {429: ("too_many_requests",)}
    if contract.body is not None:
        found |= {413: ("payload_too_large",), 415: ("unsupported_media_type",)}
    if contract.if_match:
        found |= {428: ("precondition_required",)}
    found |= dict(contract.problems)
    if route.idempotent:
        found[409] = (*found.get(409, ()), "request_in_progress")
        found[422] = (*found.get(422, ()), "idempotency_conflict")
    return dict(sorted(found.items()))


def _good(answer: Answer) -> dict[str, Any]:
    made: dict[str, Any] = {"description": str(answer.says)}
    if answer.schema is not None:
        example = {"example": answer.example} if answer.example is not None else {}
        made["content"] = {answer.media_type: {"schema": answer.schema, **example}}
    names = ("ETag", "RateLimit", "RateLimit-Policy", *answer.headers)
    made["headers"] = {name: {"schema": _HEADERS[name], "required": False} for name in names}
    return made


def _bad(status: int, names: tuple[str, ...]) -> dict[str, Any]:
    """Return the OpenAPI object (dict) of one error status, with the message of each problem type as an example."""
    base = current_app.config["PUBLIC_BASE_URL"]
    sentences = {name: sentence_of(name) for name in names}
    examples = {
        name: {"value": {"type": f"{base}/problems/{name}", "title": name, "status": status, "detail": sentence}}
        for name, sentence in sentences.items()
    }
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples}}
    description = "; ".join(f"{name}: {sentence.rstrip('.')}" for name, sentence in sentences.items())
    return {"description": description, "content": content}


def sentence_of(name: str) -> str:
    """Return the message of a problem type as the response contains it; an unknown name is returned unchanged."""
    return str(HTTP.get(name) or REFUSALS.get(name) or name)


def undeclared(app: Flask) -> list[str]:
    """Return a list of the API routes without a contract, as "METHOD rule"; [] if every route has one."""
    return [f"{route.method} {route.rule}" for route in routes_of(app) if route.contract is None]
