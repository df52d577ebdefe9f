"""`POST requests`: conversion of GeoReport v2 fields to a report."""

import base64
import hashlib
from typing import Any

from flask import request

from app.access.current_person import source_address
from app.access.session_filter import as_person
from app.accounts.api_keys import KnownKey
from app.cases.report_input import Report, clean_report
from app.files.attachments import LARGEST
from app.open311.intake import take_request, title_from
from app.reference.named_rows import find_category
from app.vocabulary.refusals import field_sentences
from views.open311.reading import Unreadable, degrees, fault
from views.shared.uploads import read_file_of
from workflow_rules.process.actors import REPORTER
from workflow_rules.process.identity import Channel, Confidentiality
from workflow_rules.process.refusals import ActionRefused

# Field names of a report: their names in GeoReport v2.
NAMES = {
    "title": "description",
    "body": "description",
    "category": "service_code",
    "location.text": "address_string",
    "location.village": "address_id",
    "location.lat": "lat",
    "location.lon": "long",
    "reporter.name": "first_name",
    "reporter.email": "email",
    "reporter.phone": "phone",
    "confidentiality": "attribute[confidentiality]",
    "occurred_on": "attribute[occurred_on]",
}
UNREAD = ("api_key", "jurisdiction_id")


def submit(key: KnownKey) -> dict[str, str]:
    """Record the submitted complaint and return its number and tracking code.

    Raises Unreadable with every fault, in GeoReport v2 field names; an unknown service gives 404.
    """
    files = [(file.filename or "", read_file_of(file, LARGEST)) for file in request.files.getlist("media")]
    report = _report(files)
    with as_person(REPORTER):
        return take_request(report, key, _sent(files), source_address())


def _report(files: list[tuple[str, bytes]]) -> Report:
    """Return the validated report. Raises Unreadable with every fault."""
    faults = _faults()
    try:
        report = clean_report(_payload(files))
    except ActionRefused as refused:
        told = (f"{_named(error['field'])}: {error['message']}" for error in field_sentences(refused.errors))
        raise Unreadable([*faults, *dict.fromkeys(told)]) from refused
    if faults:
        raise Unreadable(faults)
    return report


def _named(field: str) -> str:
    return "media" if field.startswith("attachments") else NAMES.get(field, field)


def _faults() -> list[str]:
    """Return [] if the submission names a location, else a list with that fault.

    Raises Unreadable with status 404 for an unknown service.
    """
    form = request.form
    code = form.get("service_code", "").strip()
    category = find_category(code) if code else None
    if code and (category is None or category.code != code):
        raise Unreadable([fault("service", code)], 404)
    placed = form.get("lat", "").strip() and form.get("long", "").strip()
    named = form.get("address_string", "").strip() or form.get("address_id", "").strip()
    return [] if placed or named else [fault("place")]


def _payload(files: list[tuple[str, bytes]]) -> dict[str, Any]:
    form = request.form
    description = form.get("description", "")
    payload: dict[str, Any] = {
        "channel": Channel.WEB.value,
        "title": title_from(description),
        "body": _with_link(description, form.get("media_url", "").strip()),
        "category": form.get("service_code", "").strip(),
        "confidentiality": _attribute("confidentiality") or Confidentiality.OPEN.value,
        "location": _location(),
        "reporter": _reporter(),
        "attachments": [
            {"filename": name, "content_base64": base64.b64encode(content).decode()} for name, content in files
        ],
    }
    occurred_on = _attribute("occurred_on").partition("T")[0]
    return payload | ({"occurred_on": occurred_on} if occurred_on else {})


def _attribute(code: str) -> str:
    return request.form.get(f"attribute[{code}]", "").strip()


def _with_link(description: str, link: str) -> str:
    """Append the media URL to the description; it is never fetched, since it could point into the internal network
    (SSRF).
    """
    return f"{description}\n\nmedia_url: {link}" if link else description


def _location() -> dict[str, Any]:
    form = request.form
    village = form.get("address_id", "").strip() or _attribute("village")
    parts = {"text": form.get("address_string", "").strip(), "village": village}
    found: dict[str, Any] = {name: text for name, text in parts.items() if text}
    lat, lon = degrees(form, "lat"), degrees(form, "long")
    return found | ({"lat": lat, "lon": lon} if lat is not None and lon is not None else {})


def _reporter() -> dict[str, str]:
    """Return name, e-mail and phone as far as given; device and account ids are not stored."""
    form = request.form
    name = " ".join(part for part in (form.get("first_name", "").strip(), form.get("last_name", "").strip()) if part)
    parts = {"name": name, "email": form.get("email", "").strip(), "phone": form.get("phone", "").strip()}
    return {part: text for part, text in parts.items() if text}


def _sent(files: list[tuple[str, bytes]]) -> dict[str, Any]:
    """Return the submitted fields and file digests, by which a repeated submission is recognised."""
    fields = sorted((name, text) for name, text in request.form.items(multi=True) if name not in UNREAD)
    return {"fields": fields, "media": [[name, hashlib.sha256(content).hexdigest()] for name, content in files]}
