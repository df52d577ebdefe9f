"""Endpoints of the API documentation: the OpenAPI document, and a readable page.

Public, because it contains only names, bounds and invented examples, and is read before a key is issued.
"""

from typing import Any
from urllib.parse import urlencode

from flask import Response, current_app, json, jsonify, render_template, request
from flask_appbuilder.api import BaseApi, expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from views.api.http.contract import Answer, Contract, Query, declared
from views.api.http.query_values import short_text
from views.api.openapi import document

_TAG = "docs"
OPENAPI = Contract(
    summary=_("Dokumen OpenAPI ini"),
    tag=_TAG,
    answers={200: Answer(_("Dokumen OpenAPI 3.1"), {"type": "object", "required": ["openapi", "paths"]})},
    public=True,
    operation="get_openapi",
)
PAGE = Contract(
    summary=_("Dokumentasi untuk dibaca"),
    tag=_TAG,
    query=(Query("q", short_text(200, 0), _("Kata yang dicari")),),
    answers={200: Answer(_("Halaman HTML"), {"type": "string"}, media_type="text/html")},
    public=True,
    operation="get_docs",
)


class DocsApi(BaseApi):
    """The two public documentation endpoints: the OpenAPI document and a page to read."""

    resource_name = "docs"
    route_base = "/api/v1"
    openapi_spec_tag = "docs"

    @expose("/_openapi", methods=["GET"])
    @declared(OPENAPI)
    def openapi(self) -> Response:
        """Return a JSON response with the OpenAPI document in the language of the request."""
        return jsonify(document())

    @expose("/docs", methods=["GET"])
    @declared(PAGE)
    def page(self) -> Response:
        """Return a response with the HTML page of all API operations, or of those that contain every word of the search
        `q`.
        """
        found = document()
        wanted = request.args.get("q", "").strip()
        groups: dict[str, list[dict[str, Any]]] = {}
        for path, methods in found["paths"].items():
            for method, operation in methods.items():
                shown = {**operation, "method": method.upper(), "path": path}
                if _matches(shown, wanted):
                    shown["curl"] = curl_of(method.upper(), path, operation)
                    groups.setdefault(operation["tags"][0], []).append(shown)
        page = render_template(
            "api/docs.html",
            title=gettext("Dokumentasi API"),
            about=found["info"]["description"],
            groups=groups,
            count=sum(map(len, groups.values())),
            wanted=wanted,
            base=current_app.config["PUBLIC_BASE_URL"],
        )
        return Response(page, mimetype="text/html")


def _matches(operation: dict[str, Any], wanted: str) -> bool:
    names = " ".join(parameter["name"] for parameter in operation["parameters"])
    text = (
        f"{operation['method']} {operation['path']} {operation['summary']} {operation.get('description', '')} {names}"
    )
    return all(part in text.casefold() for part in wanted.casefold().split())


def curl_of(method: str, path: str, operation: dict[str, Any]) -> str:
    """Return the text of a curl command for an operation, with the example body and invented path values."""
    base = current_app.config["PUBLIC_BASE_URL"]
    address = path.replace("{number}", "7").replace("{tracking_id}", "9165816")
    needed = {p["name"]: "…" for p in operation["parameters"] if p["in"] == "query" and p["required"]}
    lines = [f"curl -X {method} '{base}{address}{'?' + urlencode(needed) if needed else ''}'"]
    if operation["security"]:
        lines.append("-H 'Authorization: Bearer '\"$TOKEN\"")
    names = {parameter["name"] for parameter in operation["parameters"]}
    lines += ["-H 'Idempotency-Key: contoh-1'"] if "Idempotency-Key" in names else []
    lines += ["-H 'If-Match: \"…\"'"] if "If-Match" in names else []
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
    if body is not None:
        lines += ["-H 'Content-Type: application/json'", f"-d '{json.dumps(body, ensure_ascii=False)}'"]
    return " \\\n  ".join(lines)
