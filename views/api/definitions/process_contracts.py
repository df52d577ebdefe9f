"""Contracts of the endpoints that make, change, check and activate versions of the process."""

from typing import Any

from flask_babel import lazy_gettext as _

from app.reference.process_body import ProcessBody
from views.api.cases.schemas import TEXT, WHOLE, closed, enveloped, many, word
from views.api.definitions.activation import DECREE_BODY
from views.api.http.contract import Answer, Contract
from views.api.resources.contracts import schema_of
from views.api.resources.examples import example_of
from views.api.resources.read_only import PROCESS
from workflow_rules.process.sop_check import SopFaultReason

_TAG = "process"
_FAULT = closed({"path": TEXT, "reason": word(SopFaultReason), "message": TEXT})
_NOT_FOUND: dict[int, tuple[str, ...]] = {400: ("bad_request",), 404: ("not_found",)}
_EXAMPLE: dict[str, Any] = example_of(PROCESS, detail=True)
_FOUND = {
    "path": "steps[3].actor",
    "reason": "unknown_actor",
    "message": "Langkah 4. Memberi arahan, pelaksana: pilih pelaksana yang ada; sekretaris tidak dikenal",
}


def _inlined(schema: Any, parts: dict[str, Any]) -> Any:
    """Return a schema of pydantic without references and titles."""
    if isinstance(schema, list):
        return [_inlined(part, parts) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(parts[schema["$ref"].rpartition("/")[2]], parts)
    kept = {name: part for name, part in schema.items() if name not in ("title", "description", "$defs", "default")}
    if "properties" in schema:
        kept["properties"] = schema["properties"]
        return {
            name: {key: _inlined(part, parts) for key, part in value.items()}
            if name == "properties"
            else _inlined(value, parts)
            for name, value in kept.items()
        }
    return {name: _inlined(part, parts) for name, part in kept.items()}


_SCHEMA = ProcessBody.model_json_schema()
BODY = _inlined(_SCHEMA, _SCHEMA.get("$defs", {}))


def _version(says: Any) -> Answer:
    return Answer(says, enveloped(schema_of(PROCESS, detail=True), id=WHOLE), {"id": 2, "result": _EXAMPLE})


MAKE = Contract(
    summary=_("Buat konsep versi SOP"),
    says=_(
        "Salinan versi yang berlaku dengan yang disebut di sini. Konsep tidak mengubah apa pun, kecuali nama langkah:"
        " itu satu untuk semua versi."
    ),
    tag=_TAG,
    body=BODY,
    example={"title": "SOP dengan paraf Sekretaris Dinas"},
    answers={201: _version(_("Konsepnya"))},
    problems={400: ("bad_request",), 409: ("conflict",), 422: ("missing_input",)},
    operation="make_process",
)
CHANGE = Contract(
    summary=_("Ubah konsep versi SOP"),
    says=_("Yang tidak disebut tetap. Langkah disebut seluruhnya, menurut urutannya."),
    tag=_TAG,
    body=BODY,
    example={"warning_percent": 75},
    answers={200: _version(_("Konsepnya"))},
    problems={**_NOT_FOUND, 409: ("conflict", "cannot_change"), 422: ("missing_input",)},
    operation="change_process",
)
CHECK = Contract(
    summary=_("Periksa sebuah versi SOP"),
    says=_("Menyebut setiap kesalahan dengan tempatnya, dan banyaknya langkah terbuka yang akan berbeda."),
    tag=_TAG,
    answers={
        200: Answer(
            _("Hasil pemeriksaan"),
            enveloped(closed({"faults": many(_FAULT), "affects": WHOLE})),
            {"result": {"faults": [_FOUND], "affects": 0}},
        )
    },
    problems=_NOT_FOUND,
    operation="check_process",
)
ACTIVATE = Contract(
    summary=_("Berlakukan sebuah konsep SOP"),
    says=_("Aduan baru berjalan menurut versi ini; yang sudah berjalan tetap pada versinya."),
    tag=_TAG,
    body=DECREE_BODY,
    example={"reason": "Paraf sekretaris", "decree_number": "100.3/7/2026", "decree_date": "2026-11-24"},
    answers={200: _version(_("Versi yang berlaku"))},
    problems={**_NOT_FOUND, 409: ("conflict", "cannot_change"), 422: ("missing_input",)},
    operation="activate_process",
)
