"""Texts of the account pages: password rules and faults, links, e-mails, permissions and single sign-on."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from app.accounts.password_rules import FEWEST_DIFFERENT, LONGEST, PasswordFault, PasswordRules
from app.vocabulary.words import Labels

PASSWORD_FAULTS: Labels = {
    "too_short": _("Tulis paling sedikit %(limit)s karakter"),
    "too_long": _("Tulis paling banyak %(limit)s karakter"),
    "unreadable": _("Pakai hanya huruf, angka, tanda baca, dan spasi biasa"),
    "not_mixed": _("Pakai huruf besar, huruf kecil, angka, dan tanda baca"),
    "same_characters": _("Pakai paling sedikit %(limit)s karakter yang berbeda"),
    "common": _("Kata sandi ini mudah ditebak: hanya kata umum dengan angka atau tanda di sekitarnya"),
    "own_word": _("Jangan pakai nama Anda, nama pengguna, atau nama layanan ini di dalam kata sandi"),
    "used_before": _("Kata sandi ini sudah pernah Anda pakai. Pilih yang lain"),
}

PASSWORD_RULES_TEXTS: Labels = {
    "bssn": _(
        "Paling sedikit 12 karakter: huruf besar, huruf kecil, angka, dan tanda baca. Bukan kata umum, nama Anda, atau "
        "lima kata sandi terakhir. Berlaku 90 hari."
    ),
    "nist": _("Paling sedikit 15 karakter, misalnya beberapa kata. Bukan kata umum atau nama Anda."),
}

HANDED_OVER: Labels = {
    "email": _("Kirim ke surel petugas"),
    "show": _("Tunjukkan di sini, untuk diserahkan langsung kepada petugas"),
}

LINK_FAULTS: Labels = {
    "way": _("Pilih cara menyerahkan tautan"),
    "inactive": _("Akun ini tidak aktif. Aktifkan dahulu, lalu buat tautannya"),
    "no_mail": _("Surel belum disetel pada sistem ini. Tunjukkan tautan lalu serahkan langsung"),
    "same_passwords": _("Kedua kata sandi harus sama"),
    "no_password": _("Tulis kata sandi baru"),
    "no_name": _("Tulis nama pengguna atau surel Anda"),
    "too_many": _("Terlalu banyak permintaan. Tunggu sebentar, lalu coba lagi."),
}

SIGN_ON_FAULTS: Labels = {
    "away": _("%(provider)s tidak dapat dihubungi. Coba lagi nanti, atau masuk dengan kata sandi."),
    "refused": _("%(provider)s tidak memberi izin masuk. Coba lagi, atau masuk dengan kata sandi."),
    "ended": _("Permintaan masuk ini sudah dipakai atau terlalu lama. Mulai lagi dari halaman ini."),
    "unknown": _("Akun %(provider)s itu tidak terhubung dengan petugas di sini. Hubungi administrator."),
    "only": _("Akun Anda masuk lewat %(provider)s, bukan dengan kata sandi."),
}

ACCOUNT_MAILS: dict[str, tuple[str, str]] = {
    "invitation": (
        _("Akun Anda di layanan aduan"),
        _("Akun untuk Anda sudah dibuat. Pilih kata sandi Anda sendiri lewat tautan ini:"),
    ),
    "reset": (
        _("Buat kata sandi baru"),
        _("Administrator meminta Anda membuat kata sandi baru lewat tautan ini:"),
    ),
    "forgotten": (
        _("Buat kata sandi baru"),
        _("Ada permintaan kata sandi baru untuk akun Anda. Buat lewat tautan ini:"),
    ),
    "password_changed": (
        _("Kata sandi Anda sudah diganti"),
        _("Kata sandi akun Anda di layanan aduan baru saja diganti, dan semua perangkat lain dikeluarkan."),
    ),
    "address_changed": (
        _("Alamat surel akun Anda diganti"),
        _(
            "Administrator mengganti alamat surel akun Anda di layanan aduan. Pesan berikutnya dikirim ke alamat yang"
            " baru."
        ),
    ),
    "sign_on_linked": (
        _("Akun Anda dihubungkan dengan masuk tunggal"),
        _("Akun Anda di layanan aduan sekarang dapat dibuka lewat penyedia masuk tunggal kantor."),
    ),
}

ACCOUNT_ACTS: dict[str, Labels] = {
    "password_changed": {
        "own": _("Akun “%(account)s”, oleh petugas itu sendiri"),
        "link": _("Akun “%(account)s”, lewat tautan sekali pakai"),
        "command": _("Akun “%(account)s”, lewat baris perintah"),
    },
    "password_link_made": {
        "invitation": _("Akun “%(account)s”, undangan akun baru"),
        "reset": _("Akun “%(account)s”, diminta administrator"),
        "forgotten": _("Akun “%(account)s”, diminta di halaman masuk"),
    },
    "sign_on_linked": {"": _("Akun “%(account)s”, penyedia %(issuer)s")},
}
"""Journal text of an account entry, by kind of entry and by the way it was done."""


def account_entry_text(kind: str, data: Mapping[str, Any]) -> str:
    """Return the sentence for a journal entry about a user account, made from the entry's `kind` and `data`; it names
    the account by the user name at the time of the entry. Raises KeyError for a kind without a sentence.
    """
    sentence = ACCOUNT_ACTS[kind][str(data.get("how") or data.get("kind") or "")]
    return str(sentence) % {"account": data["account"], "issuer": data.get("issuer", "")}


def rules_text(name: str) -> str:
    """Return the explanation of the password rules for officers; `name` is that of the rule set (`bssn` or `nist`)."""
    return str(PASSWORD_RULES_TEXTS[name])


def fault_text(fault: PasswordFault, rules: PasswordRules) -> str:
    """Return the message for an officer about a fault of a new password, with the limit of `rules` that was not met."""
    limit = {PasswordFault.TOO_SHORT: rules.shortest, PasswordFault.SAME_CHARACTERS: FEWEST_DIFFERENT}.get(
        fault, LONGEST
    )
    sentence = str(PASSWORD_FAULTS[fault.value])
    return sentence % {"limit": limit} if "%(limit)s" in sentence else sentence


RIGHT_GROUPS: Labels = {
    "cases": _("Aduan"),
    "reports": _("Laporan"),
    "identity": _("Identitas pelapor"),
    "office": _("Kantor"),
    "system": _("Sistem"),
}

OWN_ACCOUNT_TEXT = _("Akun dan pemberitahuan sendiri")
RIGHT_TEXTS: Labels = {
    "read_cases": _("Membaca aduan yang boleh dilihatnya, dengan kotak kerja dan daftar"),
    "late_cases": _("Daftar aduan yang lewat batas"),
    "act": _("Bertindak pada langkah yang dipegangnya"),
    "receive": _("Mencatat aduan"),
    "own_texts": _("Menyimpan teks standar sendiri"),
    "sync_read": _("Melihat hubungan dengan SP4N-LAPOR!"),
    "dashboard": _("Dasbor atas aduan yang boleh dilihatnya"),
    "export": _("Mengekspor aduan yang boleh dilihatnya"),
    "registers": _("Membuat dan membaca laporan register"),
    "bottlenecks": _("Melihat kemacetan per langkah"),
    "plan_reports": _("Mengatur laporan yang dikirim ke surel pengawas"),
    "open_identities": _("Membuka identitas pelapor, dengan alasan"),
    "search_identities": _("Mencari aduan dari identitas pelapor"),
    "watch_identities": _("Membaca catatan pembukaan identitas"),
    "call_reporters": _("Melihat nama dan telepon pelapor terbuka selama menyusun tanggapan"),
    "look_up": _("Membaca data induk"),
    "reference_menu": _("Melihat menu data induk"),
    "journal": _("Membaca jurnal"),
    "rehearse": _("Menguji aturan tanpa mengubah data"),
    "administer": _("Mengatur akun, peran, dan data induk"),
    "sync": _("Mengelola hubungan dengan SP4N-LAPOR!"),
    "watch_system": _("Melihat kesehatan sistem"),
    "manage_system": _("Mengulang pesan dan pekerjaan yang gagal"),
    "webhooks": _("Mengatur webhook"),
    "api_keys": _("Mengatur kunci API"),
}


CODE_FAULTS: Labels = {
    "missing": _("Tulis kode dari aplikasi, atau salah satu kode pemulihan"),
    "wrong": _("Kode itu salah, sudah dipakai, atau sudah lewat. Tulis kode yang sekarang tampil"),
    "wrong_at_set_up": _("Kode itu tidak cocok. Periksa jam telepon Anda, lalu tulis kode yang sekarang tampil"),
    "password": _("Kata sandi itu bukan kata sandi Anda sekarang"),
    "reason": _("Tulis alasannya, paling banyak 1000 karakter"),
}

SHEET_COLUMNS: Labels = {
    "name": _("Nama"),
    "nip": _("NIP"),
    "role": _("Peran"),
    "agency": _("OPD"),
    "position": _("Jabatan"),
    "rank": _("Pangkat/golongan"),
    "email": _("Surel"),
    "phone": _("Telepon"),
    "username": _("Nama pengguna"),
}

SHEET_FAULTS: Labels = {
    "columns_missing": _("Kolom ini tidak ditemukan: %(columns)s. Pakai judul kolom seperti pada templat."),
    "columns_twice": _("Kolom ini ada lebih dari satu: %(columns)s. Hapus yang tidak dipakai."),
    "formula": _("Sel ini berisi rumus. Salin, lalu tempel sebagai nilai"),
    "mangled_number": _("Angka ini rusak oleh aplikasi tabel. Format kolomnya sebagai Teks, lalu tulis lagi"),
    "lost_digits": _(
        "Tiga angka terakhir NIP ini hilang, karena tersimpan sebagai bilangan. Format kolomnya sebagai Teks, lalu"
        " tulis lagi"
    ),
    "too_many_cells": _(
        "Baris ini berisi sel di luar kolom berjudul. Pada CSV, beri tanda petik pada nama yang berisi koma"
    ),
    "no_role": _("Isi peran. Pilihannya ada pada lembar kedua templat"),
    "agency_needed": _("Isi OPD: peran ini bekerja pada satu OPD"),
    "not_in_list": _("“%(said)s” tidak ada di sini. Pilihannya ada pada lembar kedua templat"),
    "nearest": _("“%(said)s” tidak ada di sini. Maksudnya “%(nearest)s”?"),
    "ambiguous": _("Ada beberapa bernama “%(said)s”. Tulis kodenya: %(codes)s"),
    "repeated": _("Sama dengan baris %(rows)s. Hapus atau perbaiki salah satunya"),
    "known_otherwise": _(
        "Sudah dipakai akun %(who)s, yang berbeda pada: %(what)s. Samakan di sini, atau ubah akun itu"
    ),
}
