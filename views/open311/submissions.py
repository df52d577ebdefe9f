"""`POST requests`: conversion of GeoReport v2 fields to a report."""

import base64
import hashlib
import re
from typing import Any

from flask import request

from app.access.current_person import source_address
from app.access.session_filter import as_person
from app.accounts.api_keys import KnownKey
from app.cases.report_input import Report, clean_report
from app.fields.check import RESERVED
from app.files.attachments import LARGEST
from app.open311.attributes import values_sent
from app.open311.intake import take_request, title_from
from app.reference.named_rows import find_category
from app.vocabulary.refusals import field_sentences
from app.web.error_responses import STATUS_OF
from views.open311.parameters import Unreadable, degrees, fault
from views.shared.uploads import read_file_of
from workflow_rules.process.actors import REPORTER
from workflow_rules.process.identity import Channel, Confidentiality
from workflow_rules.process.refusals import ActionRefused, RefusalReason

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
_ATTRIBUTE = re.compile(r"attribute\[(.*?)\](?:\[\])?")


def submit(key: KnownKey) -> dict[str, str]:
    """Record the submitted complaint, commit, and return a dict with its `number` and tracking `code`.

    Raises Unreadable with every fault, in GeoReport v2 field names; its status is 404 for an unknown service, 422 if
    the files do not fit the store, else 400.
    """
    files = [(file.filename or "", read_file_of(file, LARGEST)) for file in request.files.getlist("media")]
    report = _report(files)
    fields = sorted((name, text) for name, text in request.form.items(multi=True) if name not in UNREAD)
    # By these a repeated submission is recognised.
    sent = {"fields": fields, "media": [[name, hashlib.sha256(content).hexdigest()] for name, content in files]}
    try:
        with as_person(REPORTER):
            return take_request(report, key, sent, source_address())
    except ActionRefused as refused:
        if refused.reason is not RefusalReason.MISSING_INPUT:
            raise
        raise Unreadable(_descriptions(refused), STATUS_OF[refused.reason]) from refused


def _report(files: list[tuple[str, bytes]]) -> Report:
    """Return the submitted, valid `Report`. Raises Unreadable with all faults: 404 for an unknown service, else 400."""
    form = request.form
    code = form.get("service_code", "").strip()
    category = find_category(code) if code else None
    if code and (category is None or category.code != code):
        raise Unreadable([fault("service", code)], 404)
    at_point = form.get("lat", "").strip() and form.get("long", "").strip()
    named = form.get("address_string", "").strip() or form.get("address_id", "").strip()
    faults = [] if at_point or named else [fault("place")]
    try:
        report = clean_report(_payload(files), moment="public_intake", file_fields=False)
    except ActionRefused as refused:
        raise Unreadable(faults + _descriptions(refused)) from refused
    if faults:
        raise Unreadable(faults)
    return report


def _descriptions(refused: ActionRefused) -> list[str]:
    """Return a list of the messages of a refused report, each once, with the field names of GeoReport v2."""
    found = []
    for error in field_sentences(refused.errors):
        field = error["field"]
        name = "media" if field.startswith("attachments") else NAMES.get(field, field)
        if field.startswith("fields."):
            name = f"attribute[{field.removeprefix('fields.')}]"
        found.append(f"{name}: {error['message']}")
    return list(dict.fromkeys(found))


def _payload(files: list[tuple[str, bytes]]) -> dict[str, Any]:
    """Return the submission as a dict, the report body of the API.

    A media URL is appended to the text and never fetched, since it could point into the internal network (SSRF). Device
    and account ids are not stored.
    """
    form = request.form
    description, link = form.get("description", ""), form.get("media_url", "").strip()
    name = " ".join(part for part in (form.get("first_name", "").strip(), form.get("last_name", "").strip()) if part)
    reporter = {"name": name, "email": form.get("email", "").strip(), "phone": form.get("phone", "").strip()}
    payload: dict[str, Any] = {
        "channel": Channel.WEB.value,
        "title": title_from(description),
        "body": f"{description}\n\nmedia_url: {link}" if link else description,
        "category": form.get("service_code", "").strip(),
        "confidentiality": _attribute("confidentiality") or Confidentiality.OPEN.value,
        "location": _location(),
        "reporter": {part: text for part, text in reporter.items() if text},
        "attachments": [
            {"filename": name, "content_base64": base64.b64encode(content).decode()} for name, content in files
        ],
    }
    occurred_on = _attribute("occurred_on").partition("T")[0]
    own = values_sent(_own_attributes())
    return payload | ({"occurred_on": occurred_on} if occurred_on else {}) | ({"fields": own} if own else {})


def _own_attributes() -> dict[str, list[str]]:
    """Return the texts of every attribute that is sent, except ours, by its code. A list is sent as `attribute[code]`
    or `attribute[code][]` for each of its values.
    """
    found: dict[str, list[str]] = {}
    for name, texts in request.form.lists():
        named = _ATTRIBUTE.fullmatch(name)
        if named and named[1] not in RESERVED:
            found.setdefault(named[1], []).extend(texts)
    return found


def _attribute(code: str) -> str:
    return request.form.get(f"attribute[{code}]", "").strip()


def _location() -> dict[str, Any]:
    form = request.form
    village = form.get("address_id", "").strip() or _attribute("village")
    parts = {"text": form.get("address_string", "").strip(), "village": village}
    found: dict[str, Any] = {name: text for name, text in parts.items() if text}
    lat, lon = degrees(form, "lat"), degrees(form, "long")
    return found | ({"lat": lat, "lon": lon} if lat is not None and lon is not None else {})
