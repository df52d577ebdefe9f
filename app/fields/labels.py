"""Texts of the screens of fields, and the messages of their faults."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from app.fields.check import Fault
from app.vocabulary.words import Labels

TYPES: Labels = {
    "text": _("Teks satu baris"),
    "long_text": _("Teks panjang"),
    "integer": _("Bilangan bulat"),
    "decimal": _("Bilangan desimal"),
    "date": _("Tanggal"),
    "boolean": _("Ya atau tidak"),
    "choice": _("Satu pilihan"),
    "choices": _("Beberapa pilihan"),
    "phone": _("Nomor telepon"),
    "file": _("Berkas"),
}

MOMENTS: Labels = {
    "public_intake": _("Pelapor mengirim aduan sendiri"),
    "intake": _("Petugas mencatat aduan"),
    "register": _("Meregister aduan"),
    "check": _("Memeriksa aduan yang teregister"),
    "dispose": _("OPD mendisposisi ke bidang"),
    "draft": _("OPD menyusun tanggapan"),
    "reply": _("Menjawab pelapor"),
}

AUDIENCES: Labels = {
    "office": _("Dinas Kominfo"),
    "agency": _("OPD yang menangani"),
    "reporter": _("Pelapor di halaman lacak"),
    "public": _("Umum"),
}

STATES: Labels = {"draft": _("Konsep"), "active": _("Aktif"), "ended": _("Berakhir")}

CONTROLS: Labels = {
    "label.id": _("Nama"),
    "label.en": _("Nama dalam bahasa Inggris"),
    "hint.id": _("Petunjuk"),
    "hint.en": _("Petunjuk dalam bahasa Inggris"),
    "order": _("Urutan"),
    "code": _("Kode"),
    "type": _("Jenis"),
    "options": _("Pilihan"),
    "bounds.least": _("Nilai atau panjang terkecil"),
    "bounds.most": _("Nilai atau panjang terbesar"),
    "pattern": _("Pola teks"),
    "moments": _("Diminta saat"),
    "required": _("Wajib diisi pada saat itu"),
    "categories": _("Kategori"),
    "classifications": _("Klasifikasi"),
    "only_if.field": _("Hanya bila isian"),
    "only_if.is": _("bernilai"),
    "visible_to": _("Terlihat oleh"),
    "personal": _("Data pribadi"),
}
"""The controls of the form by the member of the body that each of them fills."""

NO_REASON = _("Tulis alasannya")
NOT_A_NUMBER = _("Tulis angka saja, misalnya 20")

FAULTS: Labels = {
    "required": _("Isi bagian ini"),
    "wrong_type": _("Isi dengan jenis nilai yang diminta"),
    "unknown_member": _("Hapus bagian yang tidak dikenal ini"),
    "unknown_word": _("Pilih salah satu: %(limit)s"),
    "bad_code": _("Pakai huruf kecil, angka, dan garis bawah, diawali huruf, paling panjang %(limit)s"),
    "reserved_code": _("Pakai kode lain; kode ini sudah dipakai layanan Open311"),
    "too_long": _("Persingkat sampai paling banyak %(limit)s huruf"),
    "blank": _("Isi bagian ini dengan tulisan, bukan spasi saja"),
    "control_characters": _("Hapus karakter kendali dari isian ini"),
    "out_of_range": _("Isi dalam rentang %(limit)s"),
    "duplicate": _("Hapus yang ganda"),
    "too_many": _("Paling banyak %(limit)s"),
    "not_for_type": _("Kosongkan: jenis isian ini tidak memakainya"),
    "not_a_pattern": _("Pola ini bukan ekspresi reguler yang benar"),
    "slow_pattern": _("Pola ini terlalu lama dicocokkan; sederhanakan pengulangan di dalam pengulangan"),
    "least_above_most": _("Batas bawah tidak boleh melebihi batas atas"),
    "not_personal": _("Data pribadi hanya dapat berupa teks atau nomor telepon"),
    "personal_is_shown": _("Data pribadi hanya untuk Dinas Kominfo dan pelapor sendiri"),
    "file_later": _("Berkas hanya dapat diminta saat aduan dikirim atau dicatat"),
    "unknown_category": _("Pilih kategori yang ada dalam daftar"),
    "unknown_field": _("Pilih isian lain yang aktif dan bukan data pribadi"),
    "not_a_value": _("Tulis nilai yang dapat dimiliki isian itu"),
    "has_values": _("Aduan sudah memiliki nilai isian ini; buat isian dengan kode lain"),
    "not_active": _("Konsep belum aktif, jadi tidak dapat diakhiri; hapus saja"),
    "already_active": _("Isian yang sudah aktif hanya dapat diganti nama, petunjuk, urutan, atau diakhiri"),
}


def fault_text(fault: Fault) -> str:
    """Return the message of a fault in the current locale."""
    if fault.reason == "wrong_type" and fault.path in ("order", "bounds.least", "bounds.most"):
        return str(NOT_A_NUMBER)
    sentence = str(FAULTS[fault.reason])
    return sentence % {"limit": fault.limit} if "%(limit)s" in sentence else sentence


def control_of(path: str) -> str:
    """Return the control at which a fault of the body is shown: lists have one for all their members."""
    first = path.partition(".")[0]
    return path if path in CONTROLS else {"bounds": "bounds.most", "only_if": "only_if.field"}.get(first, first)


def control_label(path: str) -> str:
    """Return the label of the control of a path in the current locale, with the place of an option in its list."""
    control = control_of(path)
    label = str(CONTROLS[control]) if control in CONTROLS else path
    place = path.split(".")[1] if control == "options" and "." in path else ""
    return f"{label} {int(place) + 1}" if place.isdigit() else label


_BOUNDS: dict[bool, Labels] = {
    True: {
        "least": _("paling sedikit %(least)s huruf"),
        "most": _("paling banyak %(most)s huruf"),
        "both": _("%(least)s sampai %(most)s huruf"),
    },
    False: {
        "least": _("paling kecil %(least)s"),
        "most": _("paling besar %(most)s"),
        "both": _("%(least)s sampai %(most)s"),
    },
}
"""Bounds of the length of a text (True) or of a number."""


def bounds_text(kind: str, bounds: Mapping[str, Any]) -> str:
    """Return the bounds of a field of a type as text in the current locale."""
    which = "both" if len(bounds) > 1 else next(iter(bounds))
    numbers = {name: str(value).replace(".", ",") for name, value in bounds.items()}
    return str(_BOUNDS[kind in ("text", "long_text")][which]) % numbers
