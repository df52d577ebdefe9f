"""Texts of the second step of a sign-in: what is wrong with a form."""

from flask_babel import lazy_gettext as _

from app.vocabulary.words import Labels

CODE_FAULTS: Labels = {
    "missing": _("Tulis kode dari aplikasi, atau salah satu kode pemulihan"),
    "wrong": _("Kode itu salah, sudah dipakai, atau sudah lewat. Tulis kode yang sekarang tampil"),
    "wrong_at_set_up": _("Kode itu tidak cocok. Periksa jam telepon Anda, lalu tulis kode yang sekarang tampil"),
    "password": _("Kata sandi itu bukan kata sandi Anda sekarang"),
    "reason": _("Tulis alasannya, paling banyak 1000 karakter"),
}
