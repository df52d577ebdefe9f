"""Texts of the keys of programs: what each scope opens, how a key stands, and what is wrong with a form."""

from flask_babel import lazy_gettext as _

from app.vocabulary.words import Labels

SCOPES: Labels = {
    "sp4n": _("Integrasi SP4N: mengirim laporan, membaca perubahan dan jawaban"),
    "read": _("Membaca API data: semua aduan tanpa identitas pelapor, dan data induk"),
    "open311": _("Open311: mengirim laporan dari aplikasi warga"),
}

STATES: Labels = {
    "living": _("Berlaku"),
    "ended": _("Sudah lewat"),
    "revoked": _("Dicabut"),
}

KEY_FAULTS: Labels = {
    "name": _("Tulis nama program, paling banyak 100 karakter"),
    "taken": _("Sudah ada kunci berlaku dengan nama ini. Ganti kunci itu, atau tulis nama lain"),
    "scopes": _("Pilih paling sedikit satu cakupan"),
    "expires": _("Pilih hari sesudah hari ini, paling lama lima tahun lagi, atau kosongkan"),
    "reason": _("Tulis alasan pencabutan, paling banyak 1000 karakter"),
    "overlap": _("Pilih lama tumpang tindih dari daftar"),
    "changed": _("Kunci ini sudah diganti atau berakhir sejak halaman ini dibuka. Periksa keadaannya."),
}

OVERLAPS: Labels = {
    "0": _("Langsung, kunci lama tidak berlaku lagi"),
    "1": _("Satu hari"),
    "7": _("Tujuh hari"),
    "30": _("Tiga puluh hari"),
}
