"""Contracts of the SP4N endpoints (design 8.2, 8.3), by method and path.

They are separate from their views, so that the whole agreement with the integration can be read in one place.
"""

from typing import Any

from flask_babel import lazy_gettext as _

from app.sp4n.inbound.apply_message import MessageKind
from views.api.cases.contracts import LOGIN, LOGOUT, REFRESH
from views.api.cases.examples import REPORT, REPORTED
from views.api.cases.schemas import (
    FLAG,
    MOMENT,
    SP4N_OPTIONAL,
    SP4N_PARTS,
    TEXT,
    WHOLE,
    closed,
    enveloped,
    many,
    or_null,
    ref,
    word,
)
from views.api.http.contract import ELSEWHERE, Answer, Contract, Query

Schema = dict[str, Any]
_TAG = "sp4n"
_ID: Schema = {"type": "string", "pattern": "^[0-9]{6,15}$"}
_REPORT = closed(SP4N_PARTS, *SP4N_OPTIONAL)
_EXAMPLE = {**REPORT, "channel": "sp4n", "revision": 1, "submitted_at": "2027-03-01T08:00:00+08:00"}
_UNREADABLE = {400: ("bad_request",)}
_OUTCOME = {"result": REPORTED, "outcome": "created"}
_HELD = enveloped(ref("ReportedComplaint"), outcome=word(("created", "updated", "unchanged", "conflict")))
_FAULT = closed({"field": TEXT, "message": TEXT})
_WAITING = closed({"revision": or_null(WHOLE), "errors": many(_FAULT)})
_QUARANTINED = closed(
    {
        "tracking_id": _ID,
        "revision": or_null(WHOLE),
        "version": WHOLE,
        "status": word(("quarantined",)),
        "state_hash": TEXT,
        "received_at": MOMENT,
        "errors": many(_FAULT),
    }
)
_UNKNOWN = [{"field": "category", "message": "Pilih kategori yang dikenal"}]
_IN_QUARANTINE = {
    "tracking_id": "9165816",
    "revision": 1,
    "version": 0,
    "status": "quarantined",
    "state_hash": "0" * 64,
    "received_at": "2027-03-01T08:00:00+08:00",
    "errors": _UNKNOWN,
}
_KNOWN = {
    "anyOf": [
        enveloped(ref("ReportedComplaint"), "waiting", waiting=_WAITING),
        enveloped(_QUARANTINED, errors=many(_FAULT)),
    ]
}

_LINE = closed(
    {"tracking_id": TEXT, "status": WHOLE, "outcome": TEXT, "reason": TEXT, "errors": many(_FAULT)}, "reason", "errors"
)
_DONE = {
    "tracking_id": "9165816",
    "message_id": "m-1",
    "outcome": "done",
    "reason": None,
    "at": None,
    "status": "with_agencies",
    "version": 9,
}
_TAKEN = enveloped(
    closed(
        {
            "tracking_id": TEXT,
            "message_id": TEXT,
            "outcome": word(("done", "held")),
            "reason": or_null(TEXT),
            "at": or_null(MOMENT),
            "status": or_null(TEXT),
            "version": or_null(WHOLE),
        }
    ),
    outcome=word(("done", "held")),
)

PUT_REPORT = Contract(
    summary=_("Buat atau perbarui laporan menurut revisinya"),
    says=_(
        "Revisi yang sama tidak mengubah apa pun; bila isinya lain (outcome conflict), isi itu disimpan untuk "
        "diputuskan Admin. Yang lebih lama ditolak dengan stale_revision."
    ),
    tag=_TAG,
    body=_REPORT,
    example=_EXAMPLE,
    answers={
        200: Answer(_("Diperbarui, atau tidak berubah"), _HELD, {**_OUTCOME, "outcome": "updated"}),
        201: Answer(_("Aduan baru"), _HELD, _OUTCOME),
        202: Answer(
            _("Diterima, dan ditahan untuk diperiksa Admin"),
            enveloped(_QUARANTINED, outcome=word(("quarantined",)), errors=many(_FAULT)),
            {"result": _IN_QUARANTINE, "outcome": "quarantined", "errors": _UNKNOWN},
        ),
    },
    problems={**_UNREADABLE, 409: ("stale_revision", "conflict"), 422: ("missing_input",)},
    operation="put_report",
)
GET_REPORT = Contract(
    summary=_("Laporan seperti yang ada pada kami"),
    says=_(
        "Laporan yang masih ditahan untuk diperiksa Admin berstatus quarantined, dengan errors. Pada aduan yang sudah "
        "ada, waiting menyebut revisi yang ditahan."
    ),
    tag=_TAG,
    answers={200: Answer(_("Laporannya"), _KNOWN, {"result": REPORTED})},
    problems={**_UNREADABLE, 404: ("not_found",)},
    operation="get_report",
)
BATCH = Contract(
    summary=_("Sampai 1.000 laporan sekaligus; satu jawaban tiap laporan"),
    says=_(
        "Tiap laporan seperti isi PUT, ditambah tracking_id; kesalahannya ada pada jawabannya sendiri. Yang baik "
        "disimpan, juga bila yang lain ditolak."
    ),
    tag=_TAG,
    body=closed({"reports": {"type": "array", "items": {}, "maxItems": 1000}}),
    example={"reports": [{"tracking_id": "9165816", **_EXAMPLE}]},
    answers={
        200: Answer(
            _("Jawaban menurut urutan"),
            enveloped(many(_LINE)),
            {"result": [{"tracking_id": "9165816", "status": 201, "outcome": "created"}]},
        )
    },
    problems={**_UNREADABLE, 422: ("missing_input",)},
    operation="put_reports",
)
MESSAGE = Contract(
    summary=_("Pesan pelapor dari SP4N: jawaban, komentar, penilaian, pembukaan kembali, pencabutan"),
    tag=_TAG,
    says=_("Pesan dengan message_id yang sama dijawab seperti yang pertama."),
    body=closed(
        {
            "message_id": {"type": "string", "minLength": 1, "maxLength": 80},
            "kind": word(MessageKind),
            "text": {"type": "string", "maxLength": 20_000},
            "score": {"type": "integer"},
            "agency": {"type": "string", "maxLength": 80},
            "at": MOMENT,
        },
        *("text", "score", "agency", "at"),
    ),
    example={"message_id": "m-1", "kind": "answer", "text": "Lampunya ada di sebelah kiri pasar."},
    answers={
        200: Answer(_("Dicatat"), _TAKEN, {"result": _DONE, "outcome": "done"}),
        202: Answer(
            _("Diterima, dan ditahan untuk diperiksa Admin"),
            _TAKEN,
            {"result": {**_DONE, "outcome": "held", "reason": "out_of_order"}, "outcome": "held"},
        ),
    },
    problems={**_UNREADABLE, 404: ("not_found",), 409: ("conflict",), 422: ("missing_input",)},
    operation="post_message",
)
PDF = Contract(
    summary=_("Surat tanggapan yang ditandatangani"),
    tag=_TAG,
    answers={200: Answer(_("Berkas PDF"), {"type": "string", "format": "binary"}, media_type="application/pdf")},
    problems={**_UNREADABLE, 404: ("not_found",), 409: ("not_ready",)},
    operation="get_answer_file",
)
_CHANGE = closed(
    {
        "tracking_id": TEXT,
        "number": TEXT,
        "revision": or_null(WHOLE),
        "version": WHOLE,
        "kind": TEXT,
        "at": MOMENT,
        "status": TEXT,
        "origin": word(("office", "sp4n")),
        "tombstone": FLAG,
    }
)
_HELD_REPORT = closed(
    {"tracking_id": TEXT, "revision": or_null(WHOLE), "version": WHOLE, "status": TEXT, "state_hash": TEXT}
)
_SIZE: Schema = {"type": "integer", "minimum": 1, "maximum": 1000}
CHANGES = Contract(
    summary=_("Perubahan sesudah sebuah kursor, berurutan dan tanpa celah"),
    says=_("Kursor kosong mulai dari awal. 410: mulai lagi dengan /sp4n/reconciliation dan kursor kosong."),
    tag=_TAG,
    query=(
        Query("after", TEXT, _("Kursor dari jawaban sebelumnya (next)")),
        Query("limit", {**_SIZE, "default": 100}, _("Banyaknya perubahan")),
        Query("wait", {"type": "integer", "minimum": 0, "maximum": 30, "default": 0}, _("Detik menunggu perubahan")),
    ),
    answers={
        200: Answer(
            _("Perubahan"),
            enveloped(closed({"changes": many(_CHANGE), "next": TEXT, "more": FLAG})),
            {"result": {"changes": [], "next": "", "more": False}},
        )
    },
    problems={**_UNREADABLE, 410: ("cursor_expired",)},
    operation="get_changes",
)
RECONCILIATION = Contract(
    summary=_("Semua laporan yang ada pada kami, dengan revisi dan hash keadaannya"),
    says=_("Laporan yang ditahan dan belum menjadi aduan berstatus quarantined, dengan version 0."),
    tag=_TAG,
    query=(
        Query("after", TEXT, _("Nomor pelacakan terakhir halaman sebelumnya")),
        Query("limit", {**_SIZE, "default": 1000}, _("Banyaknya laporan")),
    ),
    answers={
        200: Answer(
            _("Laporan menurut nomor"),
            enveloped(many(_HELD_REPORT), more=FLAG),
            {"result": [], "more": False},
            ("Link",),
        )
    },
    problems=_UNREADABLE,
    operation="get_reconciliation",
)

_AT = "/api/v1/sp4n"
_BY_ADDRESS = {
    f"PUT {_AT}/reports/<tracking_id>": PUT_REPORT,
    f"GET {_AT}/reports/<tracking_id>": GET_REPORT,
    f"POST {_AT}/reports/batch": BATCH,
    f"POST {_AT}/reports/<tracking_id>/messages": MESSAGE,
    f"GET {_AT}/reports/<tracking_id>/answer.pdf": PDF,
    f"GET {_AT}/changes": CHANGES,
    f"GET {_AT}/reconciliation": RECONCILIATION,
    "POST /api/v1/security/login": LOGIN,
    "POST /api/v1/security/refresh": REFRESH,
    "POST /api/v1/security/logout": LOGOUT,
}


def install() -> None:
    """Register the contracts of the SP4N and login endpoints for the OpenAPI document and the parameter check."""
    ELSEWHERE.update(_BY_ADDRESS)
