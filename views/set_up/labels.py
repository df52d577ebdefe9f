"""Texts of the set-up of a new office."""

from flask_babel import lazy_gettext as _

from app.vocabulary.words import Labels

FAULTS: Labels = {
    "code": _("Kode penyiapan tidak cocok. Kode itu dicetak di layar tempat program dijalankan."),
    "region_code": _("Pilih kabupaten atau kota."),
    "city": _("Tulis ibu kota, yang tampil sebagai tempat surat."),
    "username": _("Tulis nama pengguna dari 2 sampai 64 huruf, angka, titik, garis bawah, atau tanda hubung."),
    "name": _("Tulis nama lengkap Anda."),
    "logo": _("Pilih gambar PNG, JPEG, atau WebP paling besar 2 MB."),
    "profile": _("Profil tidak dapat dipakai."),
}
