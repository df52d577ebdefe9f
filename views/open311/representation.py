"""Services and requests as GeoReport v2 values."""

from datetime import datetime
from typing import Any

from flask import current_app

from app.core.clock import office_time
from app.open311.requests import OpenRequest
from app.reference.choices import categories_in_use, villages_by_district
from app.vocabulary.words import CONFIDENTIALITIES
from views.open311.labels import ATTRIBUTE_HINTS, ATTRIBUTES, OFFICE, SERVICE, STATES, WITHOUT_CATEGORY

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
CHANGESET = "2026-11-25T00:00:00+08:00"
"""When the format of this API last changed."""

REGENCY = "Kabupaten Balangan"


def discovery() -> dict[str, Any]:
    """Return the discovery document as a dict, with the endpoint and its formats."""
    base = current_app.config["PUBLIC_BASE_URL"]
    kind = "production" if current_app.config["LAPOR_PRODUCTION"] else "test"
    endpoint = {"specification": SPECIFICATION, "url": f"{base}/open311/v2", "changeset": CHANGESET, "type": kind}
    return {
        "changeset": CHANGESET,
        "contact": str(OFFICE),
        "key_service": str(OFFICE),
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
            "description": str(SERVICE) % {"name": name},
            "metadata": True,
            "type": "realtime",
            "keywords": "",
            "group": group,
        }
        for top, group, below in categories_in_use()
        for code, name in ((top, group), *below.items())
    ]


def definition(code: str) -> dict[str, Any]:
    """Return a dict, the GeoReport v2 definition of a service: its optional attributes, the same for every service."""
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
        ],
    }


def _attribute(order: int, code: str, datatype: str, values: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "variable": True,
        "code": code,
        "datatype": datatype,
        "required": False,
        "datatype_description": str(ATTRIBUTE_HINTS[code]),
        "order": order,
        "description": str(ATTRIBUTES[code]),
        "values": values,
    }


def request_of(found: OpenRequest) -> dict[str, Any]:
    """Return a complaint as a GeoReport v2 request (dict); an unknown expected time and position are left out."""
    code, name = found.category or ("", str(WITHOUT_CATEGORY))
    shape: dict[str, Any] = {
        "service_request_id": found.number,
        "status": "closed" if found.done else "open",
        "status_notes": str(STATES[found.status.value]),
        "service_name": name,
        "service_code": code,
        "description": found.title or name,
        "agency_responsible": ", ".join(found.agencies) or str(OFFICE),
        "service_notice": "",
        "requested_datetime": _instant(found.received_at),
        "updated_datetime": _instant(found.changed_at),
    }
    if found.expected_at is not None:
        shape["expected_datetime"] = _instant(found.expected_at)
    shape |= {"address": ", ".join((*found.place, REGENCY)), "address_id": found.place_code, "zipcode": ""}
    if found.position is not None:
        shape |= {"lat": float(found.position[0]), "long": float(found.position[1])}
    return shape


def _instant(at: datetime) -> str:
    """Return a datetime as W3C date and time text in the office zone, without fractions of a second."""
    return office_time(at).replace(microsecond=0).isoformat()
