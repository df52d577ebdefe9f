"""The parts of an SOP version as its sheet calls them."""

from flask_babel import lazy_gettext as _

from app.reference.labels import COLUMNS
from app.vocabulary.words import Labels

HEAD_OF_SHEET = (
    *("sheet_number", "created_on", "revised_on", "ratified_on"),
    *("approver_capacity", "approved_by", "approver_name", "approver_rank", "approver_nip"),
    *("legal_basis", "qualifications", "related", "equipment", "warnings", "records"),
    *("flow_heading", "office_heading", "agency_heading", "actor_headings", "legend"),
)
"""What the printed sheet shows beside the rules, in its order."""

STEP_PARTS: Labels = {
    "actor": _("Pelaksana"),
    "allowance": _("Waktu baku"),
    "procedure": _("Uraian prosedur"),
    "inputs": _("Kelengkapan"),
    "output": _("Keluaran"),
    "remark": _("Keterangan"),
}
VERSION_PARTS: Labels = {
    "title": _("Judul"),
    "extended_draft_days": _("Tanggapan dengan tinjauan lapangan atau lintas OPD"),
    "most_more_days": _("Perpanjangan langkah 7 paling banyak"),
    "silence_days": _("Ditutup tanpa tanggapan pelapor setelah"),
    "question_days": _("Menunggu keterangan pelapor paling lama"),
    "fast_track_actor": _("Jalur cepat oleh"),
    "fast_track_from": _("Jalur cepat dari langkah"),
    "nik_channels": _("Saluran yang wajib NIK"),
    **{name: COLUMNS[name] for name in HEAD_OF_SHEET},
}
