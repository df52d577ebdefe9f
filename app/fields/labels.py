"""Texts of the screens of fields, and the messages of their faults."""

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
    "register": _("Langkah 1: meregister"),
    "check": _("Langkah 2: memeriksa"),
    "dispose": _("Langkah 6: mendisposisi ke bidang"),
    "draft": _("Langkah 7: menyusun tanggapan"),
    "reply": _("Langkah 11: menjawab pelapor"),
}

AUDIENCES: Labels = {
    "office": _("Dinas Kominfo"),
    "agency": _("OPD yang menangani"),
    "reporter": _("Pelapor di halaman lacak"),
    "public": _("Umum"),
}

STATES: Labels = {"draft": _("Konsep"), "active": _("Aktif"), "ended": _("Berakhir")}

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
    sentence = str(FAULTS[fault.reason])
    return sentence % {"limit": fault.limit} if "%(limit)s" in sentence else sentence
