"""Contracts of the endpoints of texts."""

from typing import Any

from flask_babel import lazy_gettext as _

from app.models.text import TEXT_STATES
from app.texts.kinds import GROUPS, KINDS, LANGUAGES
from app.texts.placeholders import LONGEST, TextFault, ValueType
from views.api.cases.schemas import FLAG, MOMENT, TEXT, WHOLE, closed, enveloped, many, or_null, word
from views.api.definitions.activation import REASON_BODY
from views.api.http.contract import Answer, Contract, Schema

_TAG = "text"
_WORDS = closed({"id": TEXT, "en": TEXT})
_TEXT = closed(
    {
        "id": WHOLE,
        "kind": word(KINDS),
        "number": WHOLE,
        "state": word(TEXT_STATES),
        "subject": _WORDS,
        "body": _WORDS,
        "made_by": or_null(TEXT),
        "made_at": MOMENT,
        "activated_by": or_null(TEXT),
        "activated_at": or_null(MOMENT),
        "reason": TEXT,
    }
)
_PLACEHOLDER = closed({"name": TEXT, "type": word(ValueType), "written": many(TEXT), "says": TEXT})
_KIND = closed(
    {
        "kind": word(KINDS),
        "group": word(GROUPS),
        "label": TEXT,
        "languages": many(word(LANGUAGES)),
        "placeholders": many(_PLACEHOLDER),
        "changed": FLAG,
        "original": closed({"subject": _WORDS, "body": _WORDS}),
        "active": {"anyOf": [_TEXT, {"type": "null"}]},
        "draft": {"anyOf": [_TEXT, {"type": "null"}]},
    }
)
_FAULT = closed({"path": TEXT, "reason": word(TextFault), "message": TEXT})
_SENT: Schema = {"type": "string", "maxLength": LONGEST}
_SENT_WORDS = closed({"id": _SENT, "en": _SENT}, "id", "en")
_SUBJECT, _BODY = (
    {"id": "Laporan Anda kami terima", "en": "We have received your report"},
    {"id": "Aduan {complaint.number} kami terima.", "en": "We have received report {complaint.number}."},
)
_EXAMPLE: dict[str, Any] = {
    "id": 3,
    "kind": "reporter.received",
    "number": 1,
    "state": "draft",
    "subject": _SUBJECT,
    "body": _BODY,
    "made_by": "administrator",
    "made_at": "2026-11-24T10:00:00+08:00",
    "activated_by": None,
    "activated_at": None,
    "reason": "",
}
_IN_FORCE = _EXAMPLE | {
    "state": "active",
    "activated_by": "administrator",
    "activated_at": "2026-11-24T10:05:00+08:00",
    "reason": "Lebih ringkas",
}
_NUMBER = {
    "name": "complaint.number",
    "type": "text",
    "written": ["{complaint.number}"],
    "says": "Nomor aduan; kosong bila tidak boleh disebut dalam pesan itu",
}
_OF_KIND = {
    "kind": "reporter.received",
    "group": "reporter",
    "label": "Laporan diterima, dengan nomor dan kode",
    "languages": ["id", "en"],
    "placeholders": [_NUMBER],
    "changed": False,
    "original": {"subject": _SUBJECT, "body": _BODY},
    "active": None,
    "draft": _EXAMPLE,
}
_FOUND = {
    "path": "body.id",
    "reason": "unknown_placeholder",
    "message": "Baris 1, kolom 7: Isian {complaint.numbr} tidak dikenal. Mungkin maksudnya {complaint.number}",
}
_NOT_FOUND: dict[int, tuple[str, ...]] = {400: ("bad_request",), 404: ("not_found",)}


def _version(says: Any, example: dict[str, Any]) -> Answer:
    return Answer(says, enveloped(_TEXT, id=WHOLE), {"id": example["id"], "result": example})


LIST = Contract(
    summary=_("Daftar teks yang dapat diubah kantor"),
    says=_("Setiap jenis dengan teks asli, versi yang berlaku, dan konsepnya. Tanpa versi berlaku teks asli dipakai."),
    tag=_TAG,
    answers={200: Answer(_("Semua jenis"), enveloped(many(_KIND)), {"result": [_OF_KIND]})},
    operation="list_text",
)
READ = Contract(
    summary=_("Satu versi sebuah teks"),
    tag=_TAG,
    answers={200: _version(_("Versinya"), _EXAMPLE)},
    problems=_NOT_FOUND,
    operation="get_text",
)
VERSIONS = Contract(
    summary=_("Riwayat sebuah teks"),
    says=_("Kuncinya kode jenis, atau id salah satu versinya."),
    tag=_TAG,
    answers={200: Answer(_("Semua versi, yang terbaru lebih dahulu"), enveloped(many(_TEXT)), {"result": [_EXAMPLE]})},
    problems=_NOT_FOUND,
    operation="list_text_versions",
)
MAKE = Contract(
    summary=_("Simpan konsep sebuah teks"),
    says=_("Konsep tidak mengubah apa pun. Konsep sebelumnya dari jenis itu diganti."),
    tag=_TAG,
    body=closed({"kind": word(KINDS), "subject": _SENT_WORDS, "body": _SENT_WORDS}, "subject"),
    example={"kind": "reporter.received", "subject": _SUBJECT, "body": _BODY},
    answers={201: _version(_("Konsepnya"), _EXAMPLE)},
    problems={400: ("bad_request",), 409: ("conflict",), 422: ("missing_input",)},
    operation="make_text",
)
CHECK = Contract(
    summary=_("Periksa sebuah versi"),
    says=_("Menyebut setiap kesalahan dengan tempatnya. Teks tidak mengubah pelaksana atau batas waktu: affects 0."),
    tag=_TAG,
    answers={
        200: Answer(
            _("Hasil pemeriksaan"),
            enveloped(closed({"faults": many(_FAULT), "affects": WHOLE})),
            {"result": {"faults": [_FOUND], "affects": 0}},
        )
    },
    problems=_NOT_FOUND,
    operation="check_text",
)
ACTIVATE = Contract(
    summary=_("Berlakukan sebuah konsep"),
    says=_("Pesan berikutnya memakai teks ini; yang sudah dikirim tidak berubah. Alasannya ditulis di jurnal."),
    tag=_TAG,
    body=REASON_BODY,
    example={"reason": "Lebih ringkas"},
    answers={200: _version(_("Versi yang berlaku"), _IN_FORCE)},
    problems={**_NOT_FOUND, 409: ("conflict", "cannot_change"), 422: ("missing_input",)},
    operation="activate_text",
)
