"""Responses of GeoReport v2 as JSON or XML, built from the same plain values."""

from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from flask import Response, json, request

FORMATS = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
# XML element name of the members of each list; "value" in any other.
MEMBERS = {
    "services": "service",
    "service_requests": "request",
    "attributes": "attribute",
    "values": "value",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
}


def wanted_format() -> str:
    """Return the format that the request's URL ends with, "json" or "xml"; "json" for any other, so that the error has
    one.
    """
    ending = request.path.rpartition(".")[2]
    return ending if ending in FORMATS else "json"


def respond(root: str, value: Any, status: int = 200) -> Response:
    """Return a response with `value` as JSON or XML, as the URL asks; XML puts it under the element `root`."""
    kind = wanted_format()
    if kind == "json":
        text = json.dumps(value)
    else:
        element = Element(root)
        _fill(element, value)
        text = '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(element, encoding="unicode")
    return Response(text, status=status, content_type=FORMATS[kind])


def respond_error(status: int, description: str) -> Response:
    """Return a GeoReport v2 error response with one description."""
    return respond_errors(status, [description])


def respond_errors(status: int, descriptions: Sequence[str]) -> Response:
    """Return a GeoReport v2 error response with several descriptions; the code of each is the status."""
    response = respond("errors", [{"code": status, "description": text} for text in descriptions], status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _fill(element: Element, value: Any) -> None:
    if isinstance(value, Mapping):
        for name, part in value.items():
            _fill(SubElement(element, name), part)
    elif isinstance(value, list | tuple):
        for member in value:
            _fill(SubElement(element, MEMBERS.get(element.tag, "value")), member)
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    else:  # without the characters that XML 1.0 does not allow
        text = "" if value is None else str(value)
        element.text = "".join(c for c in text if c in "\n\r\t" or (c >= " " and c not in "\ufffe\uffff"))
