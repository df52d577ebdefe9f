"""Conversion of CSV rows to report bodies: column mapping and parsing of cells."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.core.clock import office_today, office_zone
from app.fields.definitions import DefinedField, active_fields
from app.fields.types import value_of

Row = tuple[str, ...]
Own = Mapping[str, DefinedField]
"""The office's fields that a column can hold, by their part of the report (`fields.<code>`)."""

FIELDS: dict[str, tuple[str, ...]] = {
    "tracking_id": ("nomor laporan", "tracking id", "id laporan", "no laporan", "tracking_id", "nomor", "id"),
    "revision": ("revisi", "revision"),
    "title": ("judul", "judul laporan", "title", "perihal"),
    "body": ("isi", "isi laporan", "uraian", "laporan", "body"),
    "classification": ("klasifikasi", "jenis laporan", "jenis", "classification"),
    "category": ("kategori", "topik", "category"),
    "confidentiality": ("kerahasiaan", "sifat", "privasi", "confidentiality"),
    "occurred_on": ("tanggal kejadian", "kejadian", "occurred_on"),
    "submitted_at": ("tanggal laporan", "dikirim", "waktu laporan", "submitted_at"),
    "location.text": ("lokasi", "lokasi kejadian", "tempat", "location"),
    "location.district": ("kecamatan", "district"),
    "location.village": ("desa", "kelurahan", "desa/kelurahan", "village"),
    "reporter.name": ("nama", "nama pelapor", "pelapor", "name"),
    "reporter.phone": ("telepon", "no hp", "nomor hp", "hp", "telp", "phone"),
    "reporter.email": ("email", "surel", "e-mail"),
    "reporter.address": ("alamat", "alamat pelapor", "address"),
    "reporter.nik": ("nik",),
}
"""Report fields a column can hold, each with the headings it is recognised by."""

NEEDED = ("tracking_id", "title", "body")
WORDS: dict[str, dict[str, str]] = {
    "confidentiality": {"terbuka": "open", "publik": "open", "anonim": "anonymous", "rahasia": "secret"},
    "classification": {
        "pengaduan": "complaint",
        "aduan": "complaint",
        "aspirasi": "aspiration",
        "permintaan informasi": "information_request",
    },
}
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T](\d{1,2})[:.](\d{2})(?:[:.]\d{2})?)?")
_MONTHS = ("jan", "feb", "mar", "apr", "mei", "jun", "jul", "agu", "sep", "okt", "nov", "des")
_NAMED_MONTH = re.compile(r"(\d{1,2}) ([a-z]{3})[a-z]*\.? (\d{4})")


def importable_fields() -> Own:
    """Return the fields of the officers' intake form, without those that take a file."""
    own = (one for one in active_fields() if "intake" in one.moments and one.type != "file")
    return {f"fields.{one.code}": one for one in own}


def guess(header: Row, own: Own) -> dict[str, str]:
    """Return a dict of report field to column name, guessed from the column headings; one of the office's fields is
    recognised by its labels and code. Unrecognised fields are left out.
    """
    plain = {name.casefold().replace("_", " ").strip(): name for name in header}
    found: dict[str, str] = {}
    labelled = {part: tuple(text.casefold() for text in (*one.labels, one.code) if text) for part, one in own.items()}
    for part, headings in {**FIELDS, **labelled}.items():
        column = next((plain[h.replace("_", " ")] for h in headings if h.replace("_", " ") in plain), None)
        if column is not None and column not in found.values():
            found[part] = column
    return found


def known_parts(mapping: Mapping[str, str], own: Own) -> dict[str, str]:
    """Return an earlier column mapping without the office's fields that are no longer asked for."""
    return {part: column for part, column in mapping.items() if part in FIELDS or part in own}


def faults_of(mapping: Mapping[str, str], header: Row, own: Own) -> dict[str, str]:
    """Return the faults of a column mapping as a dict of report field to `required`, `unknown`, `twice` or, for a
    field that is not asked for, `ended`. Empty means valid.
    """
    found = {part: "required" for part in NEEDED if not mapping.get(part)}
    chosen = list(mapping.values())
    for part, column in mapping.items():
        if part not in FIELDS and part not in own:
            found[part] = "ended"
        elif column not in header:
            found[part] = "unknown"
        elif chosen.count(column) > 1:
            found[part] = "twice"
    return found


def report_of(mapping: Mapping[str, str], header: Row, row: Row, own: Own) -> tuple[str, dict[str, Any]]:
    """Return (tracking id, JSON body of the report) for a CSV row, not validated. Empty cells are left out; a row
    without a revision gets revision 0.
    """
    cells = dict(zip(header, row, strict=False))
    payload: dict[str, Any] = {}
    for part, column in mapping.items():
        text = cells.get(column, "").strip()
        if text and part != "tracking_id":
            field = own.get(part)
            put_field(payload, part, value_of(field, text, thousands=True) if field else _value(part, text))
    payload.setdefault("revision", 0)
    return cells.get(mapping["tracking_id"], "").strip(), payload


def put_field(payload: dict[str, Any], part: str, value: Any) -> None:
    """Set a field of the report body `payload`, or a nested field such as `location.text`."""
    outer, _, inner = part.partition(".")
    if inner:
        payload.setdefault(outer, {})[inner] = value
    else:
        payload[outer] = value


def _value(part: str, text: str) -> Any:
    if part in WORDS:
        return WORDS[part].get(text.casefold(), text.casefold())
    if part == "revision":
        return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else text
    at = moment_of(text) if part in ("occurred_on", "submitted_at") else None
    if at is None:
        return text
    if part == "submitted_at":
        return at.isoformat()
    try:
        return office_today(at).isoformat()
    except OverflowError:  # a day at the end of all time in another zone
        return text


def moment_of(text: str) -> datetime | None:
    """Return the time in a cell as an aware datetime: from an RFC 3339 timestamp, or from a date written day first,
    with the number or the Indonesian name of the month; without an offset it is read in the office zone. None if the
    text is none of these.
    """
    named = _NAMED_MONTH.match(text.casefold())
    if named and named[2] in _MONTHS:
        rest = text[named.end() :]
        text = f"{named[1]}/{_MONTHS.index(named[2]) + 1}/{named[3]}{rest}"
    found = _DAY_FIRST.fullmatch(text)
    try:
        if found:
            day, month, year, hour, minute = (int(part or 0) for part in found.groups())
            return datetime(year, month, day, hour, minute, tzinfo=office_zone())
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=at.tzinfo or office_zone())
    except ValueError:
        return None
