"""Texts of notices: number, step and limit, never anything about the reporter."""

from flask_babel import lazy_gettext as _

from app.vocabulary.words import Labels

NOTICES: Labels = {
    "step_opened": _("Aduan %(number)s menunggu Anda pada langkah “%(step)s”"),
    "step_near": _("Aduan %(number)s mendekati batas waktu pada langkah “%(step)s”"),
    "step_late": _("Aduan %(number)s melewati batas waktu pada langkah “%(step)s”"),
    "step_overdue": _("Aduan %(number)s masih terlambat pada langkah “%(step)s”, hari kerja ke-%(day)s"),
    "initial_asked": _("Konsep tanggapan aduan %(number)s menunggu paraf Anda"),
    "information_added": _("Keterangan pelapor untuk aduan %(number)s sudah masuk"),
    "question_expired": _("Pertanyaan kepada pelapor aduan %(number)s tidak dijawab sampai batasnya"),
    "delegation_made": _("Pelimpahan %(decree)s dicatat. Bila tidak Anda kenal, hubungi administrator"),
    "delegation_ended": _("Pelimpahan %(decree)s sudah berakhir pada harinya"),
    "report_ready": _("Laporan yang Anda minta siap diunduh: %(report)s"),
    "report_failed": _("Laporan yang Anda minta gagal dibuat: %(report)s"),
    "two_step_removed": _("Verifikasi dua langkah akun Anda dihapus administrator. Pasang lagi di halaman Akun saya"),
    "paper_failed": _("Berkas surat atau kertas aduan %(number)s tidak dapat dibuat"),
    "grant_asked": _(
        "Seorang petugas akan mendapat hak membaca identitas pelapor. Putuskan di halaman Hak membaca identitas"
    ),
    "grant_decided": _("Permintaan hak membaca identitas sudah diputuskan pengawas"),
    "password_link_made": _(
        "Tautan kata sandi baru untuk akun Anda dibuat administrator. Bila bukan Anda yang meminta, hubungi pengawas"
    ),
    "file_held": _("Sebuah lampiran aduan %(number)s ditahan dan tidak dibagikan"),
    "malware_found": _("Pemeriksa virus menahan sebuah lampiran; rinciannya ada di “Kesehatan sistem”"),
    "release_asked": _("OPD meminta dilepas dari aduan %(number)s; putuskan permohonannya"),
    "release_refused": _("Permohonan pelepasan aduan %(number)s ditolak; OPD melanjutkan"),
    "answer_extended": _("Waktu menyusun tanggapan aduan %(number)s diperpanjang Kepala Dinas Kominfo"),
    "left_case": _("Satu aduan tidak lagi ditangani OPD Anda; lihat “Pernah di sini” pada daftar aduan"),
    "unit_disposed": _("Aduan %(number)s didisposisi ke bidang Anda"),
    "anonymity_wanted": _("Aduan %(number)s menunggu Anda memastikan bahwa isinya tidak mengungkap pelapor"),
    "records_red": _("Pemeriksaan malam menemukan catatan yang tidak benar; lihat Kesehatan sistem"),
    "records_green": _("Pemeriksaan malam: semua catatan benar kembali"),
}

REPORTER_MESSAGES: dict[str, tuple[object, object]] = {
    "received": (_("Nomor dan kode lacak Anda"), _("Laporan Anda sudah kami terima.")),
    "code_replaced": (_("Kode lacak Anda yang baru"), _("Kode lacak Anda diganti. Kode yang lama tidak berlaku lagi.")),
    "question": (_("Ada pertanyaan untuk Anda"), _("Ada pertanyaan yang menunggu jawaban Anda.")),
    "answered": (_("Aduan Anda sudah dijawab"), _("Jawaban atas aduan Anda sudah ada.")),
    "ended": (_("Kabar tentang aduan Anda"), _("Ada kabar terakhir tentang aduan Anda.")),
    "news": (_("Ada kabar untuk Anda"), _("Ada kabar untuk Anda di halaman lacak.")),
}
"""Subject and first sentence of a message to a reporter, by cause; `news` replaces every cause but the code if the
reporter asked for secrecy.
"""

DELIVERY_STATES: Labels = {
    "queued": _("Menunggu dikirim"),
    "sent": _("Terkirim"),
    "failed": _("Gagal"),
    "skipped": _("Saluran belum disiapkan"),
}

NOTICE_ICONS = {
    "step_opened": "inbox",
    "step_near": "hourglass",
    "step_late": "alert-triangle",
    "step_overdue": "alert-triangle",
    "initial_asked": "file-text",
    "information_added": "message",
    "question_expired": "clock",
    "delegation_made": "arrows-exchange",
    "delegation_ended": "arrows-exchange",
    "report_ready": "download",
    "report_failed": "alert-triangle",
    "two_step_removed": "shield",
    "grant_asked": "shield",
    "grant_decided": "shield",
    "password_link_made": "shield",
    "file_held": "alert-triangle",
    "paper_failed": "alert-triangle",
    "malware_found": "alert-triangle",
    "release_asked": "ban",
    "release_refused": "ban",
    "answer_extended": "hourglass",
    "left_case": "x",
    "unit_disposed": "inbox",
    "anonymity_wanted": "lock",
    "records_red": "alert-triangle",
    "records_green": "circle-check",
}

PREFERENCE_LABELS: Labels = {
    "by_email": _("Kirim lewat surel"),
    "gateway_to": _("Nomor atau nama untuk pesan singkat"),
    "quiet": _("Jangan kirim di luar jam kantor"),
    "only_digest": _("Kumpulkan semua dalam satu pesan pagi"),
    "limit_at_any_hour": _("Kirim peringatan batas waktu kapan saja"),
    "morning_digest": _("Kirim ringkasan pekerjaan setiap pagi"),
}

PREFERENCE_HINTS: Labels = {
    "quiet": _("Yang terjadi pada malam hari atau hari libur dikirim saat kantor buka lagi. Lonceng tetap terisi."),
    "only_digest": _("Sepanjang hari tidak ada pesan lain; semuanya datang sekaligus saat kantor buka."),
    "limit_at_any_hour": _(
        "Ketika batas waktu sebuah langkah terlewat, pesannya dikirim saat itu juga, walaupun malam atau hari libur"
        " dan walaupun pesan lain dikumpulkan."
    ),
    "morning_digest": _("Pada hari kerja, saat kantor buka, bila ada pekerjaan yang menunggu Anda."),
    "gateway_to": _(
        "Nomor seperti 0812 3456 7890 atau +62 812 3456 7890, atau nama akun seperti @nama. Kosongkan bila tidak ingin."
    ),
}

PREFERENCE_FAULTS: Labels = {
    "too_long": _("Tulis paling banyak 64 karakter"),
    "not_a_recipient": _("Tulis nomor dengan 6 sampai 20 angka, atau nama akun dengan huruf, angka, atau titik"),
}
