"""Texts for webhook endpoints, their messages and form errors."""

from flask_babel import lazy_gettext as _

from app.vocabulary.actions import SENTENCES
from app.vocabulary.words import Labels

MESSAGE_STATES: Labels = {"queued": _("Menunggu"), "delivered": _("Diterima"), "parked": _("Gagal, dihentikan")}

DISABLED_FOR: Labels = {
    "by_hand": _("Dinonaktifkan oleh administrator."),
    "gone": _(
        "Penerima menjawab 410: penerima menolak kiriman berikutnya. Hubungi pengelolanya sebelum mengaktifkan kembali."
    ),
    "failing": _("Lima hari tidak ada satu kiriman pun yang diterima. Periksa alamatnya, lalu aktifkan kembali."),
}

TRY_FAULTS: Labels = {
    "redirected": _("Penerima mengalihkan ke alamat lain; pengalihan tidak diikuti"),
    "gone": _("Penerima tidak mau dikirimi lagi (410)"),
    "slow_down": _("Penerima sedang sibuk dan minta diperlambat"),
    "server_error": _("Galat pada server penerima"),
    "refused": _("Penerima menolak kiriman ini"),
    "too_slow": _("Tidak ada jawaban lengkap dalam 15 detik"),
    "tls": _("Sertifikat TLS penerima tidak dapat dipercaya"),
    "unreachable": _("Tidak dapat terhubung ke penerima"),
    "broken": _("Jawaban penerima terputus atau tidak terbaca"),
    "set_aside": _("Tidak dikirim saat salinan yang dipulihkan dilepas: sudah terlalu lama"),
    "target_unreadable": _("Alamat tidak terbaca"),
    "target_scheme": _("Alamat tidak memakai https"),
    "target_credentials": _("Alamat memuat nama pengguna atau sandi"),
    "target_host": _("Nama server pada alamat tidak sah"),
    "target_port": _("Port pada alamat tidak diizinkan"),
    "target_private": _("Alamat menuju jaringan dalam"),
    "target_unknown_name": _("Nama server tidak ditemukan"),
}

URL_FAULTS: Labels = {
    "unreadable": _("Tulis alamat lengkap seperti https://penerima.example/webhook, tanpa spasi dan tanda #"),
    "scheme": _("Alamat harus diawali https://"),
    "credentials": _("Hapus nama pengguna dan sandi dari alamat; tanda tangan pada kiriman menggantikannya"),
    "host": _("Tulis nama server lengkap atau alamat IP biasa; huruf bukan ASCII ditulis sebagai xn--"),
    "port": _("Gunakan port 443, 4443, 8443, atau 9443"),
    "private": _("Alamat ini menuju mesin atau jaringan dalam; webhook hanya dikirim ke internet"),
    "unknown_name": _("Nama server ini tidak ditemukan. Periksa ejaannya"),
}

FORM_FAULTS: Labels = {
    "name": _("Isi nama, paling panjang 100 huruf"),
    "name_taken": _("Nama ini sudah dipakai penerima lain"),
    "types": _("Pilih sedikitnya satu jenis peristiwa, atau semua"),
}

EVENT_KINDS: Labels = {
    **SENTENCES,
    "linked": _("Aduan ditautkan ke nomor SP4N"),
    "removed": _("Tautan ke nomor SP4N dilepas"),
}

JOURNAL_ACTS: Labels = {
    "added": _("Penerima webhook “%(name)s” ditambahkan"),
    "changed": _("Penerima webhook “%(name)s” diubah"),
    "rotated": _("Rahasia webhook “%(name)s” diganti"),
    "enabled": _("Penerima webhook “%(name)s” diaktifkan kembali"),
    "disabled_by_hand": _("Penerima webhook “%(name)s” dinonaktifkan"),
    "disabled_gone": _("Penerima webhook “%(name)s” dinonaktifkan: ia menjawab 410"),
    "disabled_failing": _("Penerima webhook “%(name)s” dinonaktifkan: lima hari selalu gagal"),
}
