"""Answers of GeoReport v2 as JSON and as XML: one tree of plain values, told in both ways of the standard."""

from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from flask import Response, json, request

FORMATS = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
# In XML every list has a name for its members.
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
    """The format that the address ends in; JSON for any other, so that an error can be told at all."""
    ending = request.path.rpartition(".")[2]
    return ending if ending in FORMATS else "json"


def told(root: str, value: Any, status: int = 200) -> Response:
    """A value in the format of the address: in JSON the value itself, in XML under its root."""
    kind = wanted_format()
    text = json.dumps(value) if kind == "json" else _xml(root, value)
    return Response(text, status=status, content_type=FORMATS[kind])


def told_error(status: int, description: str) -> Response:
    """An error as the standard wants it: a list, so that several can be told at once."""
    return told_errors(status, [description])


def told_errors(status: int, descriptions: Sequence[str]) -> Response:
    """Every fault at once, each with the status of the whole."""
    response = told("errors", [{"code": status, "description": text} for text in descriptions], status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _xml(root: str, value: Any) -> str:
    element = Element(root)
    _fill(element, value)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(element, encoding="unicode")


def _fill(element: Element, value: Any) -> None:
    if isinstance(value, Mapping):
        for name, part in value.items():
            _fill(SubElement(element, name), part)
    elif isinstance(value, list | tuple):
        for member in value:
            _fill(SubElement(element, MEMBERS[element.tag]), member)
    else:
        element.text = _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else _readable(str(value))


def _readable(text: str) -> str:
    """XML 1.0 has no place for control characters, nor for the two that are no characters at all."""
    return "".join(c for c in text if c in "\n\r\t" or (c >= " " and c not in "\ufffe\uffff"))
