"""Bodies of fields for tests, and the way from a body to an active field."""

from typing import Any

from flask.testing import FlaskClient

API = "/api/v1/field_definition/"
POLE: dict[str, Any] = {
    "code": "nomor_tiang",
    "label": {"id": "Nomor tiang listrik", "en": "Number of the pole"},
    "hint": {"id": "Tertulis di tiangnya.", "en": None},
    "type": "text",
    "pattern": "[A-Z]{2}[0-9]{3,6}",
    "moments": ["intake", "register"],
    "visible_to": ["office", "agency"],
}
WITNESS: dict[str, Any] = {
    "code": "nik_kedua",
    "label": {"id": "Nomor KTP pelapor kedua"},
    "type": "text",
    "moments": ["intake"],
    "visible_to": ["office", "reporter"],
    "personal": True,
}


def activate(client: FlaskClient, admin: dict[str, str], body: dict[str, Any], **more: Any) -> int:
    """Make a draft and activate it; return its id."""
    made = client.post(API, json={**body, **more}, headers=admin)
    assert made.status_code == 201, made.text
    key: int = made.get_json()["id"]
    done = client.post(f"{API}{key}/activate", json={"reason": "Keputusan contoh"}, headers=admin)
    assert done.status_code == 200, done.text
    assert done.get_json()["result"]["active_from"] is not None
    return key
