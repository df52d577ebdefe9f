"""The parts of an SOP version as its sheet calls them."""

from flask_babel import lazy_gettext as _

from app.labels.words import Labels

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
    "approved_by": _("Disahkan oleh"),
    "extended_draft_days": _("Tanggapan dengan tinjauan lapangan atau lintas OPD"),
    "silence_days": _("Ditutup tanpa tanggapan pelapor setelah"),
    "question_days": _("Menunggu keterangan pelapor paling lama"),
    "fast_track_actor": _("Jalur cepat oleh"),
    "fast_track_from": _("Jalur cepat dari langkah"),
    "nik_channels": _("Saluran yang wajib NIK"),
}
