"""Contracts of the endpoints of definitions."""

from flask_babel import lazy_gettext as _

from app.fields.rows import STATES
from app.models.definition import AUDIENCES, FIELD_TYPES, MOMENTS
from views.api.cases.schemas import FLAG, MOMENT, TEXT, WHOLE, closed, enveloped, many, or_null, word
from views.api.definitions.activation import REASON_BODY
from views.api.http.contract import Answer, Contract, Query, Schema
from views.api.http.paging import AFTER, SIZE
from views.api.http.query_values import short_text
from workflow_rules.process.identity import Classification

_TAG = "field_definition"
_LABEL = closed({"id": TEXT, "en": or_null(TEXT)}, "en")
_NUMBER = or_null({"type": "number"})
_VALUE: Schema = {"anyOf": [TEXT, {"type": "number"}, FLAG]}
BODY: dict[str, Schema] = {
    "code": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$", "maxLength": 60},
    "label": _LABEL,
    "hint": or_null(_LABEL),
    "type": word(FIELD_TYPES),
    "options": or_null(many(closed({"code": TEXT, "label": {"anyOf": [TEXT, _LABEL]}}))),
    "bounds": or_null(closed({"least": _NUMBER, "most": _NUMBER}, "least", "most")),
    "pattern": or_null(TEXT),
    "categories": or_null(many(TEXT)),
    "classifications": or_null(many(word(Classification))),
    "moments": many(word(MOMENTS)),
    "required": FLAG,
    "only_if": or_null(closed({"field": TEXT, "is": _VALUE})),
    "visible_to": many(word(AUDIENCES)),
    "personal": FLAG,
    "order": WHOLE,
    "active_from": or_null(MOMENT),
    "active_until": or_null(MOMENT),
}
_NEEDED = ("code", "label", "type", "moments")
_GIVEN = closed(BODY, *(name for name in BODY if name not in _NEEDED))
_SHOWN = closed({"id": WHOLE, **BODY})
POLE = {
    "code": "nomor_tiang",
    "label": {"id": "Nomor tiang listrik", "en": "Number of the pole"},
    "type": "text",
    "categories": ["penerangan_jalan"],
    "moments": ["register"],
    "required": True,
    "visible_to": ["office", "agency"],
}
_EXAMPLE = {
    "id": 1,
    "hint": {"id": "", "en": ""},
    "options": [],
    "bounds": {},
    "pattern": "",
    "classifications": [],
    "only_if": None,
    "personal": False,
    "order": 100,
    "active_from": None,
    "active_until": None,
    **POLE,
}
_ONE = Answer(_("Isian itu"), enveloped(_SHOWN, id=WHOLE), {"id": 1, "result": _EXAMPLE})
_FAULTS = {400: ("bad_request",), 404: ("not_found",), 422: ("missing_input",)}

LIST = Contract(
    summary=_("Isian tambahan kantor, semua versinya"),
    tag=_TAG,
    query=(Query("code", short_text(80)), Query("state", word(STATES)), SIZE, AFTER),
    answers={
        200: Answer(
            _("Satu halaman"),
            enveloped({"type": "array", "items": _SHOWN, "maxItems": 100}),
            {"result": [_EXAMPLE]},
            ("Link",),
        )
    },
    problems={400: ("bad_request",)},
    operation="list_field_definition",
)
READ = Contract(
    summary=_("Satu isian tambahan"),
    tag=_TAG,
    answers={200: _ONE},
    problems={400: ("bad_request",), 404: ("not_found",)},
    operation="get_field_definition",
)
MAKE = Contract(
    summary=_("Buat konsep isian tambahan"),
    says=_("Konsep belum berlaku. Periksa dengan check, lalu aktifkan dengan activate."),
    tag=_TAG,
    body=_GIVEN,
    example=POLE,
    answers={201: Answer(_("Konsepnya"), _ONE.schema, _ONE.example)},
    problems={400: ("bad_request",), 409: ("conflict",), 422: ("missing_input",)},
    operation="make_field_definition",
)
CHANGE = Contract(
    summary=_("Ubah konsep, atau nama, petunjuk, urutan dan akhir isian yang aktif"),
    tag=_TAG,
    body=_GIVEN,
    example=POLE,
    answers={200: _ONE},
    problems={**_FAULTS, 412: ("precondition_failed",)},
    if_match="required",
    operation="change_field_definition",
)
REMOVE = Contract(
    summary=_("Hapus konsep"),
    tag=_TAG,
    answers={204: Answer(_("Dihapus"), None)},
    problems={
        400: ("bad_request",),
        404: ("not_found",),
        409: ("cannot_change",),
        412: ("precondition_failed",),
    },
    if_match="required",
    operation="remove_field_definition",
)
_CHECKED = closed(
    {"faults": many(closed({"path": TEXT, "reason": TEXT, "message": TEXT})), "affects": {"type": "integer"}}
)
CHECK = Contract(
    summary=_("Periksa konsep"),
    says=_("affects: banyaknya aduan berjalan yang akan memiliki isian ini."),
    tag=_TAG,
    answers={200: Answer(_("Hasilnya"), enveloped(_CHECKED), {"result": {"faults": [], "affects": 3}})},
    problems={400: ("bad_request",), 404: ("not_found",)},
    operation="check_field_definition",
)
ACTIVATE = Contract(
    summary=_("Aktifkan konsep; versi lama dengan kode yang sama berakhir"),
    tag=_TAG,
    body=REASON_BODY,
    example={"reason": "Keputusan contoh"},
    answers={200: _ONE},
    problems=_FAULTS,
    operation="activate_field_definition",
)
