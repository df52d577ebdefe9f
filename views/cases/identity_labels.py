"""Labels of the identity pages."""

from flask_babel import lazy_gettext as _

from app.vocabulary.words import Labels

IDENTITY_PARTS: Labels = {
    "name": _("Nama"),
    "phone": _("Telepon"),
    "email": _("Surel"),
    "address": _("Alamat"),
    "nik": _("NIK"),
}

TRACES: Labels = {
    "nik": _("NIK"),
    "email": _("Alamat surel"),
    "phone": _("Nomor telepon"),
    "plate": _("Nomor kendaraan"),
    "name": _("Nama"),
}

PLACES: Labels = {
    "title": _("Judul"),
    "body": _("Isi aduan"),
    "files": _("Nama lampiran"),
    "messages": _("Pesan pelapor"),
}

ACCESS_KINDS: Labels = {
    "identity_opened": _("Identitas dibuka"),
    "identity_searched": _("Identitas dicari"),
    "subject_reported": _("Data satu orang dikeluarkan"),
}

ACCESS_COLUMNS: Labels = {
    "at": _("Waktu"),
    "officer": _("Petugas"),
    "kind": _("Perbuatan"),
    "case": _("Aduan"),
    "parts": _("Bagian"),
    "reason": _("Alasan"),
}
