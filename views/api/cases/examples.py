"""Examples of a case for the API documentation: an invented complaint. A test validates each against its schema."""

from typing import Any

_RECEIVED = "2027-03-01T08:00:00+08:00"
_DUE = "2027-03-01T09:00:00+08:00"
_STEP: dict[str, Any] = {
    "step": "register",
    "agency": None,
    "actor": "complaint_admin",
    "opened_at": _RECEIVED,
    "due_at": _DUE,
    "state": "safe",
}
REPORT: dict[str, Any] = {
    "title": "Lampu jalan padam",
    "body": "Lampu jalan di depan pasar contoh padam sejak tiga hari.",
    "channel": "walk_in",
    "category": "lampu_jalan",
    "confidentiality": "open",
    "location": {"text": "Depan pasar contoh", "district": "Paringin"},
    "occurred_on": "2027-02-26",
    "reporter": {"name": "Contoh Pelapor", "phone": "0800-0000-0000", "address": "Jl. Contoh No. 1"},
}
COMPLAINT: dict[str, Any] = {
    "id": 7,
    "number": "LB-2027-000001",
    "sp4n_tracking_id": None,
    "title": REPORT["title"],
    "body": REPORT["body"],
    "classification": "complaint",
    "category": "lampu_jalan",
    "confidentiality": "open",
    "channel": "walk_in",
    "fields": {},
    "location": {"text": "Depan pasar contoh", "district": "Paringin", "village": None, "lat": None, "lon": None},
    "occurred_on": "2027-02-26",
    "status": "registering",
    "cycle": 1,
    "route": None,
    "paused": False,
    "field_visit": False,
    "version": 1,
    "sop_version": "1",
    "received_at": _RECEIVED,
    "submitted_at": None,
    "open_steps": [_STEP],
    "agencies": [],
}
NEW = {**COMPLAINT, "tracking_code": "CONTOH-CONTOH"}
EVENT: dict[str, Any] = {
    "seq": 1,
    "kind": "received",
    "step": None,
    "agency": None,
    "actor": "complaint_admin",
    "officer": "Contoh Petugas",
    "on_behalf_of": None,
    "delegation": None,
    "at": _RECEIVED,
    "data": {},
    "hash": "0" * 64,
}
ACTION: dict[str, Any] = {"action": "note", "params": {"text": "Pelapor sudah ditelepon."}, "expected_version": 1}
ACTED = {"result": {**COMPLAINT, "version": 2, "events": [{**EVENT, "seq": 2, "kind": "note"}]}}
OFFERED: dict[str, Any] = {"action": "register", "step": "register", "agency": None, "params": {"type": "object"}}
WORK: dict[str, Any] = {
    **_STEP,
    "complaint": {key: COMPLAINT[key] for key in ("id", "number", "title", "status", "version")},
}
DEADLINES_EXAMPLE: dict[str, Any] = {
    "result": [
        {
            **_STEP,
            "closed_at": None,
            "clock_from": _RECEIVED,
            "allowance": {"value": 60, "unit": "working_minutes"},
            "warn_at": "2027-03-01T08:48:00+08:00",
            "pauses": [],
            "explanation": [],
        }
    ],
    "whole_sop": {"begins_at": _RECEIVED, "due_at": None, "done_at": None},
    "national": [],
    "time_used": [],
    "ledger": [],
}
REPORTED = {
    **COMPLAINT,
    "sp4n_tracking_id": "9165816",
    "tracking_id": "9165816",
    "revision": 1,
    "state_hash": "0" * 64,
    "stage": "received",
    "answer": None,
}
