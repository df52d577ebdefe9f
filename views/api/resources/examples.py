"""Invented examples of the data API's rows; a test validates each against its schema."""

from typing import Any

from views.api.resources.resource import Resource

_OFFICER = "contoh.petugas"
_KNOWN: dict[str, dict[str, Any]] = {
    "agency": {
        "code": "dishub",
        "name": "Dinas Perhubungan",
        "short_name": "Dishub",
        "kind": "opd",
        "city": "Paringin",
        "classification_code": "500.12",
        "letterhead_over": "Pemerintah Kabupaten",
        "number_pattern": "{kode}/{nomor}/{akhiran}/{tahun}",
        "paper": "F4",
    },
    "office": {
        "name": "Kabupaten Contoh",
        "short_name": "Contoh",
        "kind": "kabupaten",
        "region_code": "99.01",
        "zone": "Asia/Makassar",
        "head_office": "diskominfo",
    },
    "category": {"code": "jalan_berlubang", "name": "Jalan berlubang", "parent": "infrastruktur"},
    "choice": {
        "list": "channel",
        "code": "radio",
        "label": {"id": "Radio", "en": None},
        "order": 100,
        "flags": [],
        "active": True,
    },
    "actor": {
        "code": "sekretaris_dinas",
        "label": {"id": "Sekretaris Dinas", "en": None},
        "organisation": "office",
        "superior": "office_head",
        "order": 35,
        "rights_as": "division_head",
        "seeded": False,
    },
    "role": {
        "code": "staf_kepala_seksi",
        "label": {"id": "Staf Kepala Seksi", "en": None},
        "description": {"id": "Menyiapkan pemeriksaan aduan", "en": None},
        "copy_of": "section_head",
        "actor": "section_head",
        "acts": False,
        "standing": None,
        "rights": ["late_cases", "read_cases"],
        "seeded": False,
    },
    "district": {"code": "63.11.01", "name": "Contoh"},
    "village": {"code": "63.11.01.2001", "name": "Contoh", "district": "63.11.01"},
    "holiday": {"day": "2027-03-01", "name": "Libur contoh", "kind": "local"},
    "working_hours": {"name": "Jam kerja biasa", "mon": "07:30-12:00 13:00-16:00", "fri": "07:30-11:30"},
    "national_limit": {"stage": "verify", "days": 3, "source": "Peraturan contoh", "valid_from": "2027-01-01"},
    "standard_text": {
        "code": "sudah_ditindaklanjuti",
        "title": "Sudah ditindaklanjuti",
        "kind": "answer",
        "scope": "office",
        "body": "Aduan {complaint.number} sudah ditindaklanjuti {agency.name}.",
        "order": 10,
        "active": True,
    },
    "delegation": {
        "kind": "plh",
        "giver": _OFFICER,
        "holder": "contoh.pelaksana",
        "decree_number": "800/1/CONTOH/2027",
        "starts_on": "2027-03-01",
        "ends_on": "2027-03-05",
    },
    "officer": {"username": _OFFICER, "full_name": "Contoh Petugas", "roles": ["agency_admin"], "agency": "dishub"},
    "step_task": {"number": "LB-2027-000001", "step": "agency_receive", "agency": "dishub", "actor": "agency_admin"},
    "letter": {"case_number": "LB-2027-000001", "number": "500.12/1/DISHUB/2027", "agency": "dishub"},
    "journal": {"kind": "calendar_changed", "reason": "Keputusan contoh", "officer": _OFFICER},
}
_OF_NEW_ROWS = {
    "choice": ("list", "agency", "seeded"),
    "actor": ("organisation", "seeded"),
    "role": ("actor", "acts", "standing", "rights", "seeded"),
}
_SHOWN = ("parent", "seeded", "actor", "standing", "rights")
_PATTERNED = {"number_pattern": "{kode}/{nomor}/{akhiran}/{tahun}", "allowance_unit": "working_minutes"}
_OF_TYPE: dict[str, Any] = {"boolean": True, "integer": 1, "array": [], "object": {}, "string": "Contoh"}
_OF_FORMAT = {"date": "2027-03-01", "date-time": "2027-03-01T08:00:00+08:00"}


def example_of(resource: Resource, detail: bool = False) -> dict[str, Any]:
    """Return an example row (dict) of a resource as the API shows it; `detail` adds columns that lists leave out."""
    columns = (*resource.columns, *resource.detail) if detail else resource.columns
    known, row = _KNOWN.get(resource.name, {}), {}
    for name, schema in ((column.name, column.schema) for column in columns):
        if name in known:
            row[name] = known[name]
        elif isinstance(schema["type"], list):
            row[name] = None
        elif "enum" in schema:
            row[name] = schema["enum"][0]
        else:
            row[name] = _PATTERNED.get(name) or _OF_FORMAT.get(schema.get("format", "")) or _OF_TYPE[schema["type"]]
    return row


def example_body(resource: Resource, new: bool = True) -> dict[str, Any]:
    """Return an example request body (dict) that creates a row, or that changes one if `new` is false.

    Of a new row, optional fields without an example are left out.
    """
    known = _KNOWN[resource.name]
    reason = {"reason": "Keputusan contoh"} if resource.asks_reason else {}
    if new:
        needed = {"national_class": "no_oversight"} if resource.name == "category" else {}
        own = {name: value for name, value in known.items() if name not in _SHOWN}
        return {**needed, **own, **reason}
    fixed = {"id", "created_at", *(("code",) if "code" in known else ()), *_OF_NEW_ROWS.get(resource.name, ())}
    return {**{k: v for k, v in example_of(resource).items() if k not in fixed}, **reason}
