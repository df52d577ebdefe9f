"""Labels of the screens of texts: names of the kinds, states, faults and refusals."""

from flask_babel import lazy_gettext as _

from app.vocabulary.words import Labels

KIND_NAMES: Labels = {
    "reporter.received": _("Laporan diterima, dengan nomor dan kode"),
    "reporter.code_replaced": _("Kode lacak diganti"),
    "reporter.question": _("Ada pertanyaan kepada pelapor"),
    "reporter.answered": _("Aduan dijawab"),
    "reporter.ended": _("Aduan berakhir tanpa jawaban"),
    "reporter.news": _("Ada kabar, tanpa rincian (identitas dirahasiakan)"),
    "notice.step_opened": _("Langkah menunggu petugas"),
    "notice.step_near": _("Langkah mendekati batas waktu"),
    "notice.step_late": _("Langkah melewati batas waktu"),
    "notice.step_overdue": _("Langkah masih terlambat"),
    "notice.initial_asked": _("Konsep menunggu paraf"),
    "notice.information_added": _("Keterangan pelapor masuk"),
    "notice.question_expired": _("Pertanyaan tidak dijawab sampai batasnya"),
    "notice.delegation_made": _("Pelimpahan dicatat"),
    "notice.delegation_ended": _("Pelimpahan berakhir"),
    "notice.report_ready": _("Laporan siap diunduh"),
    "notice.report_failed": _("Laporan gagal dibuat"),
    "notice.two_step_removed": _("Verifikasi dua langkah dihapus"),
    "notice.paper_failed": _("Berkas surat atau kertas gagal dibuat"),
    "notice.grant_asked": _("Hak membaca identitas diminta"),
    "notice.grant_decided": _("Hak membaca identitas diputuskan"),
    "notice.password_link_made": _("Tautan kata sandi dibuat administrator"),
    "notice.file_held": _("Lampiran ditahan"),
    "notice.malware_found": _("Pemeriksa virus menahan lampiran"),
    "notice.release_asked": _("OPD meminta dilepas"),
    "notice.release_refused": _("Permohonan pelepasan ditolak"),
    "notice.answer_extended": _("Waktu menyusun tanggapan diperpanjang"),
    "notice.left_case": _("Aduan tidak lagi ditangani OPD"),
    "notice.unit_disposed": _("Aduan didisposisi ke bidang"),
    "notice.anonymity_wanted": _("Isi perlu dipastikan tidak mengungkap pelapor"),
    "notice.records_red": _("Catatan tidak benar"),
    "notice.records_green": _("Catatan benar kembali"),
    "account.invitation": _("Undangan akun baru"),
    "account.reset": _("Kata sandi baru, diminta administrator"),
    "account.forgotten": _("Kata sandi baru, diminta petugas"),
    "account.password_changed": _("Kata sandi diganti"),
    "account.address_changed": _("Alamat surel diganti"),
    "account.sign_on_linked": _("Akun dihubungkan dengan masuk tunggal"),
    "paper.letter_opening": _("Surat tanggapan: pembuka"),
    "paper.letter_closing": _("Surat tanggapan: penutup"),
    "paper.direction_asks": _("Disposisi: daftar permintaan"),
    "paper.reply_asks": _("Disposisi tanggapan: daftar permintaan"),
    "paper.receipt_guide": _("Tanda terima: petunjuk"),
    "paper.answer_closing": _("Jawaban kepada pelapor: penutup"),
}
_ASKS_HINT = _("Satu permintaan per baris. Baris yang diawali [x] dicetak dengan centang.")
KIND_HINTS: Labels = {
    "paper.direction_asks": _ASKS_HINT,
    "paper.reply_asks": _ASKS_HINT,
    "paper.receipt_guide": _("Baris kosong memulai paragraf baru, misalnya untuk jam layanan."),
}

STATES: Labels = {
    "draft": _("Konsep"),
    "active": _("Berlaku"),
    "retired": _("Tidak berlaku lagi"),
    "replaced": _("Diganti konsep lain"),
}

TEXT_FAULTS: Labels = {
    "unknown_placeholder": _("Isian %(found)s tidak dikenal"),
    "unknown_format": _("Bentuk pada %(found)s tidak dikenal"),
    "hidden_field": _("Isian %(found)s tidak boleh dilihat pembaca teks ini. Hapus, atau pakai isian lain"),
    "personal_field": _("Isian %(found)s data pribadi, yang tidak pernah ditulis dalam teks. Hapus isian itu"),
    "if_without_end": _("%(found)s belum ditutup"),
    "end_without_if": _("%(found)s tanpa {#if …} di depannya"),
    "stray_brace": _("Tanda %(found)s berdiri sendiri"),
    "too_deep": _("%(found)s terlalu dalam: paling banyak lima tingkat"),
    "too_long": _("Tulis paling banyak %(found)s karakter"),
    "control_character": _("Hapus karakter yang tidak terlihat (%(found)s)"),
    "line_break": _("Tulis dalam satu baris saja"),
    "empty": _("Tulis teksnya"),
    "not_used": _("Kosongkan bagian ini: teks ini tidak memakainya"),
}
SUGGESTION = _("Mungkin maksudnya %(suggestion)s")
AT_PLACE = _("Baris %(line)s, kolom %(column)s: %(fault)s")

PARTS: Labels = {
    "subject.id": _("Judul (Indonesia)"),
    "subject.en": _("Judul (Inggris)"),
    "body.id": _("Teks (Indonesia)"),
    "body.en": _("Teks (Inggris)"),
}

REFUSALS: Labels = {
    "changed_meanwhile": _(
        "Teks ini baru saja diubah %(by)s. Periksa riwayatnya di bawah, lalu simpan lagi bila tetap ingin menggantinya;"
        " yang Anda ketik masih ada."
    ),
    "not_a_draft": _("Versi ini bukan konsep yang terbaru lagi. Periksa riwayatnya, lalu ulangi."),
    "no_reason": _("Tulis alasannya"),
    "reason_too_long": _("Tulis alasan paling banyak 1.000 karakter"),
}

UNTOUCHED: Labels = {
    "id": _("Teks bahasa Inggris belum diubah. Sesuaikan juga, atau kosongkan agar teks Indonesia dipakai."),
    "en": _("Teks bahasa Indonesia belum diubah. Sesuaikan juga bila artinya kini lain."),
}
"""What is said to an author who has changed one language only, by that language."""

STANDARD_TITLES: Labels = {
    "all": _("Teks standar"),
    "own": _("Teks standar saya"),
    "one": _("Teks standar"),
    "new": _("Tambah teks standar"),
    "edit": _("Ubah teks standar"),
    "body": _("Isi"),
}
STANDARD_KINDS: Labels = {"answer": _("Jawaban kepada pelapor"), "letter": _("Surat tanggapan OPD")}
STANDARD_SCOPES: Labels = {"office": _("Semua petugas"), "agency": _("Petugas satu OPD")}
ALL_SCOPES: Labels = {**STANDARD_SCOPES, "own": _("Pemiliknya sendiri")}
CATEGORY_HINT = _("Kosong: ditawarkan pada setiap aduan.")
OTHER_KIND = _("Pilih jenis %(kind)s bila teks ini harus memuatnya")
BODY_HINT = _("Isian ini diisi dari aduan saat teks disisipkan:")
FIELD_HINTS: Labels = {
    "answer": _("Isian tambahan, dalam jawaban kepada pelapor:"),
    "letter": _("Isian tambahan, dalam surat tanggapan OPD:"),
}
