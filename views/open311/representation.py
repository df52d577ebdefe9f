"""Services and requests as GeoReport v2 values."""

from datetime import datetime
from typing import Any

from flask import current_app

from app.core.clock import office_time
from app.core.office import current_office
from app.fields.definitions import DefinedField, known_fields
from app.fields.types import text_of
from app.open311.attributes import DATATYPES, service_fields
from app.open311.requests import OpenRequest
from app.reference.agencies import head_office_name
from app.reference.choices import categories_in_use, villages_by_district
from app.vocabulary.words import CONFIDENTIALITIES
from views.open311.labels import ATTRIBUTE_HINTS, ATTRIBUTES, CONDITION, SERVICE, STATES, WITHOUT_CATEGORY

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
CHANGESET = "2026-12-02T00:00:00+08:00"
"""When the format of this API last changed."""


def discovery() -> dict[str, Any]:
    """Return the discovery document as a dict, with the endpoint and its formats."""
    base = current_app.config["PUBLIC_BASE_URL"]
    kind = "production" if current_app.config["LAPOR_PRODUCTION"] else "test"
    endpoint = {"specification": SPECIFICATION, "url": f"{base}/open311/v2", "changeset": CHANGESET, "type": kind}
    return {
        "changeset": CHANGESET,
        "contact": head_office_name(),
        "key_service": head_office_name(),
        "endpoints": [{**endpoint, "formats": ["application/json", "text/xml"]}],
    }


def services() -> list[dict[str, Any]]:
    """Return a list with a GeoReport v2 service (dict) for every category in use.

    Top-level categories are included, since citizens may not know which subcategory fits.
    """
    return [
        {
            "service_code": code,
            "service_name": name,
            "description": str(SERVICE) % {"name": name, "office": current_office().name},
            "metadata": True,
            "type": "realtime",
            "keywords": "",
            "group": group,
        }
        for top, group, below in categories_in_use()
        for code, name in ((top, group), *below.items())
    ]


def definition(code: str) -> dict[str, Any]:
    """Return a dict, the GeoReport v2 definition of a service: three optional attributes that every service has, then
    the office's fields that the service asks for.
    """
    villages = [
        {"key": key, "name": f"{name}, {district}"}
        for district, names in villages_by_district().items()
        for key, name in names.items()
    ]
    secrecy = [{"key": key, "name": str(name)} for key, name in CONFIDENTIALITIES.items()]
    return {
        "service_code": code,
        "attributes": [
            _attribute(1, "confidentiality", "singlevaluelist", secrecy),
            _attribute(2, "occurred_on", "datetime", []),
            _attribute(3, "village", "singlevaluelist", villages),
            *(_own_attribute(place, one) for place, one in enumerate(service_fields(code), 4)),
        ],
    }


def _attribute(
    order: int,
    code: str,
    datatype: str,
    values: list[dict[str, str]],
    texts: tuple[str, str] | None = None,
    required: bool = False,
) -> dict[str, Any]:
    """Return an attribute as a dict; `texts` are (description, description of the datatype), if it is none of ours."""
    description, hint = texts or (str(ATTRIBUTES[code]), str(ATTRIBUTE_HINTS[code]))
    return {
        "variable": True,
        "code": code,
        "datatype": datatype,
        "required": required,
        "datatype_description": hint,
        "order": order,
        "description": description,
        "values": values,
    }


def _own_attribute(order: int, one: DefinedField) -> dict[str, Any]:
    """Return one of the office's fields as an attribute. One with a condition is not required, since the standard knows
    no conditions; its description says when it is filled in.
    """
    values = [{"key": code, "name": one.option(code)} for code in one.options]
    if one.type == "boolean":
        values = [{"key": key, "name": text_of(one, key == "true")} for key in ("true", "false")]
    hints = [one.hint]
    if one.only_if is not None and (other := known_fields().get(one.only_if[0])) is not None:
        hints.append(str(CONDITION) % {"field": other.label, "value": text_of(other, one.only_if[1])})
    texts = one.label, " ".join(filter(None, hints))
    return _attribute(order, one.code, DATATYPES[one.type], values, texts, one.required and one.only_if is None)


def request_of(found: OpenRequest) -> dict[str, Any]:
    """Return a complaint as a GeoReport v2 request (dict); an unknown expected time and position are left out. The
    office's fields are in `extended_attributes`, as other servers add what the standard does not name.
    """
    code, name = found.category or ("", str(WITHOUT_CATEGORY))
    shape: dict[str, Any] = {
        "service_request_id": found.number,
        "status": "closed" if found.done else "open",
        "status_notes": str(STATES[found.status.value]),
        "service_name": name,
        "service_code": code,
        "description": found.title or name,
        "agency_responsible": ", ".join(found.agencies) or head_office_name(),
        "service_notice": "",
        "requested_datetime": _instant(found.received_at),
        "updated_datetime": _instant(found.changed_at),
    }
    if found.expected_at is not None:
        shape["expected_datetime"] = _instant(found.expected_at)
    shape |= {
        "address": ", ".join((*found.place, current_office().name)),
        "address_id": found.place_code,
        "zipcode": "",
    }
    if found.position is not None:
        shape |= {"lat": float(found.position[0]), "long": float(found.position[1])}
    if found.fields:
        shape["extended_attributes"] = found.fields
    return shape


def _instant(at: datetime) -> str:
    """Return a datetime as W3C date and time text in the office zone, without fractions of a second."""
    return office_time(at).replace(microsecond=0).isoformat()
