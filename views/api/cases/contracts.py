"""Contracts of the case and worklist endpoints."""

from typing import Any

from flask_babel import lazy_gettext as _

from app.choices.lists import json_schema
from app.files.attachments import FILE_FIELDS
from app.models.document import FILE_STATES
from app.privacy.identity_access import EVERYTHING, REASON
from views.api.cases.examples import ACTED, ACTION, COMPLAINT, DEADLINES_EXAMPLE, EVENT, NEW, OFFERED, REPORT, WORK
from views.api.cases.filters import FILTERS, field_queries
from views.api.cases.schemas import FLAG, MOMENT, TEXT, WHOLE, closed, enveloped, many, or_null, ref
from views.api.http.contract import Answer, Contract
from views.api.http.paging import AFTER, PAGE, SIZE
from views.api.http.query_values import short_text
from workflow_rules.process.actions import Action
from workflow_rules.process.parameters import schema_of

Schema = dict[str, Any]
_TAG = "complaint"
_NOT_FOUND = {404: ("not_visible", "not_found")}
_COUNT = {"type": "integer", "minimum": 0}
_UNREADABLE = {400: ("bad_request",)}

LIST = Contract(
    summary=_("Daftar aduan yang boleh dilihat pemanggil, yang terbaru lebih dahulu"),
    says=_("Kunci program melihat semua aduan tanpa identitas pelapor; aduan rahasia dan anonim tanpa tulisannya."),
    tag=_TAG,
    query=(*FILTERS, SIZE, PAGE, AFTER),
    own_query=field_queries,
    answers={
        200: Answer(
            _("Satu halaman"),
            enveloped({"type": "array", "items": ref("Complaint"), "maxItems": 100}, count=_COUNT),
            {"result": [COMPLAINT], "count": 1},
            ("Link",),
        )
    },
    problems=_UNREADABLE,
    operation="list_complaint",
)
TAKE_IN = Contract(
    summary=_("Catat aduan; membuka langkah register"),
    says=_("Hanya Admin Layanan Aduan. Kode pelacakan pelapor hanya diberikan pada jawaban ini."),
    tag=_TAG,
    body=ref("Report"),
    example=REPORT,
    answers={201: Answer(_("Aduan baru"), enveloped(ref("NewComplaint"), id=WHOLE), {"id": 7, "result": NEW})},
    problems={**_UNREADABLE, 409: ("conflict",), 422: ("missing_input",)},
    operation="make_complaint",
)
READ = Contract(
    summary=_("Satu aduan"),
    says=_("ETag mengikuti version: keadaan langkah (state) mengikuti jam, dan dapat dihitung dari due_at."),
    tag=_TAG,
    answers={200: Answer(_("Aduannya"), enveloped(ref("Complaint"), id=WHOLE), {"id": 7, "result": COMPLAINT})},
    problems={**_UNREADABLE, **_NOT_FOUND},
    operation="get_complaint",
)
_FILE_FACTS = {"id": WHOLE, "sha256": TEXT, "media_type": TEXT, "size": WHOLE}
_FILE_STATE = closed(
    {
        "id": WHOLE,
        "sha256": TEXT,
        "media_type": TEXT,
        "size": WHOLE,
        "state": {"enum": list(FILE_STATES)},
        "reason": TEXT,
    }
)
TIMELINE = Contract(
    summary=_("Riwayat aduan, dengan rantai hash"),
    tag=_TAG,
    answers={
        200: Answer(
            _("Semua kejadian"),
            enveloped(many(ref("Event")), files=many(_FILE_STATE)),
            {"result": [EVENT], "files": []},
        )
    },
    problems={**_UNREADABLE, **_NOT_FOUND},
    operation="get_timeline",
)
_MAYBE = or_null(MOMENT)
_NATIONAL = closed(
    {
        "stage": TEXT,
        "working_days": WHOLE,
        "begins_at": _MAYBE,
        "due_at": _MAYBE,
        "done_at": _MAYBE,
        "state": TEXT,
        "source": TEXT,
        "valid_from": {"type": "string", "format": "date"},
    }
)
_LEDGER = closed({"kind": TEXT, "at": MOMENT, "step": TEXT, "agency": or_null(TEXT), "house": or_null(TEXT)})
_USED = closed({"house": or_null(TEXT), "minutes": {"type": "number"}})
DEADLINES = Contract(
    summary=_("Batas waktu setiap langkah dengan hitungannya, jam SOP dan jam nasional"),
    tag=_TAG,
    answers={
        200: Answer(
            _("Semua jam"),
            enveloped(
                many(ref("Deadline")),
                whole_sop=closed({"begins_at": _MAYBE, "due_at": _MAYBE, "done_at": _MAYBE}),
                national=many(_NATIONAL),
                time_used=many(_USED),
                ledger=many(_LEDGER),
            ),
            DEADLINES_EXAMPLE,
        )
    },
    problems={**_UNREADABLE, **_NOT_FOUND},
    operation="get_deadlines",
)
ALLOWED = Contract(
    summary=_("Tindakan yang sekarang boleh dilakukan pemanggil, dengan skema isinya"),
    tag=_TAG,
    answers={200: Answer(_("Tindakan"), enveloped(many(ref("AllowedAction"))), {"result": [OFFERED]})},
    problems={**_UNREADABLE, **_NOT_FOUND},
    operation="get_actions",
)


def _act(action: Action) -> Schema:
    """Return the JSON Schema of the body that performs an action; it allows null for optional parameters."""
    params = schema_of(FILE_FIELDS) if action is Action.ATTACH else json_schema(action, again=True)
    nullable = {name: or_null(part) for name, part in params["properties"].items() if name not in params["required"]}
    parts: dict[str, Schema] = {
        "action": {"type": "string", "const": action.value},
        "agency": {"type": ["string", "null"]},
        "params": {**params, "properties": {**params["properties"], **nullable}},
        "expected_version": {"type": ["integer", "null"]},
    }
    optional = ["agency", "expected_version", *([] if params["required"] else ["params"])]
    return closed(parts, *optional)


ACT = Contract(
    summary=_("Lakukan satu tindakan"),
    says=_("Sertakan If-Match atau expected_version: tindakan atas keadaan yang belum dilihat ditolak."),
    tag=_TAG,
    body=lambda: {"oneOf": [_act(action) for action in Action if action is not Action.EXPIRE_QUESTION]},
    example=ACTION,
    answers={200: Answer(_("Aduan sesudahnya, dengan kejadian yang ditulis"), enveloped(ref("ActedComplaint")), ACTED)},
    problems={
        **_UNREADABLE,
        **_NOT_FOUND,
        403: ("forbidden", "not_your_step", "wrong_agency"),
        409: ("out_of_order", "stale_version", "paused", "case_ended", "initials_missing", "draft_changed", "conflict"),
        412: ("stale_version",),
        422: ("missing_input", "identity_incomplete", "delivery_unproven", "signing_refused"),
        503: ("signing_unavailable", "unavailable"),
    },
    if_match="either",
    operation="act_on_complaint",
)
OPEN_IDENTITY = Contract(
    summary=_("Buka identitas pelapor, dengan alasan"),
    says=_(
        "Setiap panggilan adalah satu pembukaan dan satu kejadian pada aduan; Idempotency-Key tidak dipakai, supaya"
        " identitas tidak tersimpan sebagai jawaban."
    ),
    tag=_TAG,
    body=schema_of(REASON),
    example={"reason": "Menelepon pelapor untuk menanyakan lokasi"},
    answers={
        200: Answer(
            _("Bagian identitas yang boleh dibuka pemanggil"),
            enveloped(closed(dict.fromkeys(EVERYTHING, TEXT), *EVERYTHING)),
            {"result": {"name": "Contoh Pelapor", "phone": "0800-0000-0000"}},
        )
    },
    problems={
        **_UNREADABLE,
        **_NOT_FOUND,
        403: ("forbidden", "not_your_step"),
        409: ("no_identity", "conflict"),
        422: ("missing_input",),
        503: ("identity_key_missing", "unavailable"),
    },
    operation="open_identity",
)
_COUNTS = closed(dict.fromkeys(("all", "late", "near", "safe", "paused"), _COUNT))
WORKLIST = Contract(
    summary=_("Langkah terbuka milik pemanggil, menurut batasnya"),
    tag="worklist",
    query=(SIZE, PAGE),
    answers={
        200: Answer(
            _("Satu halaman"),
            enveloped(many(ref("WorklistItem")), count=_COUNT, counts=_COUNTS),
            {"result": [WORK], "count": 1, "counts": {"all": 1, "late": 0, "near": 0, "safe": 1, "paused": 0}},
            ("Link",),
        )
    },
    problems=_UNREADABLE,
    operation="get_worklist",
)
_BOTH = {"access_token": TEXT, "refresh_token": TEXT}
_TOKENS = closed(_BOTH, "refresh_token")
LOGIN = Contract(
    summary=_("Masuk: token petugas untuk 15 menit"),
    says=_("Akun dengan verifikasi dua langkah menyertakan kodenya dalam otp."),
    tag="security",
    body=closed(
        {
            "username": short_text(80),
            "password": short_text(500),
            "provider": {"type": "string", "enum": ["db"]},
            "refresh": FLAG,
            "otp": short_text(40),
        },
        "refresh",
        "otp",
    ),
    example={"username": "kasi", "password": "…", "provider": "db", "refresh": True},
    answers={200: Answer(_("Token"), _TOKENS, {"access_token": "eyJ…"})},
    problems={**_UNREADABLE, 401: ("unauthorized", "otp_required", "otp_refused"), 403: ("two_step_required",)},
    public=True,
    operation="login",
)
REFRESH = Contract(
    summary=_("Token baru dengan token penyegar"),
    says=_("Authorization memuat refresh_token, bukan token biasa."),
    tag="security",
    answers={
        200: Answer(
            _("Token; yang dipakai tidak berlaku lagi"),
            closed(_BOTH),
            {"access_token": "eyJ…", "refresh_token": "eyJ…"},
        )
    },
    problems={**_UNREADABLE, 401: ("unauthorized",)},
    operation="refresh",
)
LOGOUT = Contract(
    summary=_("Keluar: token ini dan token penyegarnya berakhir seketika"),
    tag="security",
    answers={200: Answer(_("Sudah keluar"), closed({"result": TEXT}), {"result": "signed_out"})},
    problems={**_UNREADABLE, 401: ("unauthorized",)},
    operation="logout",
)
