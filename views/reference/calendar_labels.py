"""Labels of calendar changes and the journal."""

from flask_babel import lazy_gettext as _

from app.vocabulary.words import Labels

CALENDAR_MESSAGES: Labels = {
    "title": _("Yang akan bergeser"),
    "saved": _("Kalender diubah dan dicatat di jurnal."),
    "changed": _("Data ini baru saja diubah orang lain. Periksa lagi perubahan di bawah ini, lalu simpan."),
    "shown_to_another": _(
        "Halaman ini ditunjukkan kepada petugas lain. Periksa perubahan di bawah ini, lalu simpan atas nama Anda."
    ),
    "gone": _("Data ini baru saja dihapus orang lain, sehingga tidak ada yang diubah."),
    "already_there": _("Data yang sama sudah ada, sehingga tidak ada yang diubah."),
    "reason_missing": _("Tulis alasan perubahan ini"),
    "reason_too_long": _("Tulis alasan dengan paling banyak 1000 karakter"),
    "nothing_missing": _("Hari libur nasional dan cuti bersama tahun ini dan tahun depan sudah lengkap."),
    "nothing_new": _("Tidak ada hari libur yang baru atau berubah di berkas ini."),
}

CHANGED_FIELDS: Labels = {"new": _("Ditambahkan"), "changed": _("Diubah"), "gone": _("Dihapus")}

TABLE_WORDS: Labels = {"holiday": _("Hari libur"), "working_week": _("Jam kerja")}

JOURNAL_KINDS: Labels = {
    "bundle_made": _("Bundel bukti dibuat"),
    "calendar_changed": _("Kalender diubah"),
    "copy_released": _("Salinan dilepas untuk mengirim"),
    "copy_restored": _("Dipulihkan dari cadangan"),
    "delegation_ended": _("Delegasi berakhir"),
    "identity_keys_rotated": _("Kunci identitas diganti"),
    "identity_searched": _("Identitas pelapor dicari"),
    "subject_reported": _("Data satu orang dikeluarkan"),
    "key_made": _("Kunci API dibuat"),
    "key_revoked": _("Kunci API dicabut"),
    "key_rotated": _("Kunci API diganti"),
    "limit_changed": _("Batas nasional diubah"),
    "row_changed": _("Pengaturan diubah"),
    "grant_asked": _("Hak membaca identitas diminta"),
    "grant_decided": _("Hak membaca identitas diputuskan"),
    "profile_applied": _("Profil diterapkan"),
    "definition_activated": _("Isian, teks, atau proses diaktifkan"),
    "password_changed": _("Kata sandi diganti"),
    "password_link_made": _("Tautan kata sandi dibuat"),
    "sign_on_linked": _("Akun dihubungkan dengan masuk tunggal"),
    "sign_ins_ended": _("Semua masuk diakhiri"),
    "sop_activated": _("Versi SOP diberlakukan"),
    "two_step_removed": _("Verifikasi dua langkah dihapus"),
    "webhook_changed": _("Webhook"),
}

FILE_REFUSED: Labels = {
    "missing": _("Pilih berkas iCal (.ics)"),
    "too_large": _("Pilih berkas yang tidak lebih besar dari 256 KB"),
    "unreadable": _("Berkas ini bukan kalender iCal yang dapat dibaca. Simpan ulang kalendernya sebagai .ics"),
    "no_days": _("Berkas ini tidak memuat acara sehari penuh. Hari libur harus berupa acara sehari penuh"),
    "too_many": _("Berkas ini memuat lebih dari 400 hari. Pecah menjadi beberapa berkas"),
}
