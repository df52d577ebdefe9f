"""Error messages for officers, reporters and API clients: they say what to do."""

from flask_babel import lazy_gettext as _

from app.vocabulary.signing import signing_sentence
from app.vocabulary.words import Labels
from workflow_rules.process.refusals import ActionRefused, FieldError, RefusalReason

REFUSALS: Labels = {
    "not_visible": _("Aduan ini tidak ditemukan."),
    "not_your_step": _("Tindakan ini dilakukan oleh petugas lain."),
    "wrong_agency": _("Tindakan ini milik OPD lain."),
    "out_of_order": _("Tindakan ini belum atau tidak lagi menjadi giliran pada keadaan aduan sekarang."),
    "stale_version": _("Aduan ini baru saja diubah petugas lain. Periksa keadaan terbaru, lalu kirim lagi."),
    "paused": _("Aduan sedang menunggu keterangan pelapor. Tindakan dapat dilanjutkan setelah keterangan dicatat."),
    "case_ended": _("Aduan ini sudah berakhir dan tidak dapat diubah lagi."),
    "identity_incomplete": _("Identitas pelapor belum lengkap. Lengkapi, atau tulis alasan meregister tanpa itu."),
    "missing_input": _("Ada isian yang perlu diperbaiki."),
    "initials_missing": _("Konsep ini belum lengkap parafnya. Tanda tangan diberikan setelah semua paraf ada."),
    "delivery_unproven": _("Tulis bukti bahwa jawaban sudah disampaikan lewat saluran pelapor."),
    "draft_changed": _("Konsep surat ini sudah berubah sejak Anda membacanya. Baca lagi, lalu tanda tangani."),
    "identity_key_missing": _("Data terenkripsi ini tidak dapat dibuka: kuncinya tidak ada. Hubungi pengelola sistem."),
    "no_identity": _("Tidak ada identitas pelapor yang tersimpan pada aduan ini."),
    "anonymity_unconfirmed": _(
        "Pelapor aduan ini ingin dirahasiakan. Admin Layanan Aduan harus menyamarkan isinya, atau memastikan bahwa "
        "isinya tidak mengungkap pelapor, sebelum aduan diteruskan ke OPD."
    ),
    "letter_not_ready": _("Berkas PDF surat tanggapan sedang dibuat. Tunggu sebentar, lalu kirim lagi."),
    "busy": _("Data ini sedang dipakai orang lain, sehingga kiriman Anda belum disimpan. Coba lagi sebentar lagi."),
    "signing_refused": _("Surat belum ditandatangani."),
    "signing_unavailable": _("Surat belum ditandatangani, karena layanan tanda tangan sedang tidak dapat dipakai."),
}

FAULTS: Labels = {
    "required": _("Isi bagian ini"),
    "blank": _("Isi bagian ini dengan tulisan, bukan spasi saja"),
    "too_long": _("Persingkat sampai paling banyak %(limit)s huruf"),
    "too_short": _("Tulis paling sedikit %(limit)s huruf"),
    "wrong_type": _("Isi dengan jenis nilai yang diminta"),
    "not_allowed": _("Pilih salah satu: %(limit)s"),
    "not_in_pattern": _("Tulis menurut pola %(limit)s"),
    "control_characters": _("Hapus karakter kendali dari isian ini"),
    "out_of_range": _("Isi dalam rentang %(limit)s"),
    "unknown_field": _("Hapus isian yang tidak dikenal ini"),
    "unknown_agency": _("Pilih OPD yang aktif; %(limit)s tidak dikenal"),
    "agency_on_case": _("%(limit)s sudah menangani aduan ini; pilih OPD lain"),
    "less_secret": _("Kerahasiaan hanya dapat ditingkatkan, tidak diturunkan"),
    "nothing_to_change": _("Ubah paling sedikit satu isian"),
    "anonymous_reporter": _("Aduan anonim tidak menyimpan identitas; kosongkan bagian ini"),
    "no_scan": _("Unggah pindaian surat yang sudah ditandatangani, atau tulis alasan mengirim tanpa pindaian"),
    "not_in_days": _("Batas langkah ini dihitung dalam menit, jadi tidak dapat ditambah hari"),
    "duplicate": _("Hapus pilihan yang ganda"),
    "not_among_agencies": _("Pilih OPD utama di antara OPD yang menangani"),
    "unknown_complaint": _("Periksa nomor aduan; nomor itu tidak ditemukan"),
    "itself": _("Pilih aduan lain; aduan tidak dapat digabung ke dirinya sendiri"),
    "ended_complaint": _("Pilih aduan yang masih berlaku"),
    "contradiction": _("Samakan OPD pada permintaan dan isian"),
    "not_a_date": _("Tulis tanggal seperti 2026-11-24"),
    "in_future": _("Pilih tanggal yang sudah lewat atau hari ini"),
    "not_a_moment": _("Tulis waktu lengkap dengan selisih zonanya (RFC 3339), misalnya 2026-11-24T08:00:00+08:00"),
    "too_early": _("Tulis waktu sejak tahun %(limit)s"),
    "ahead_of_time": _("Tulis waktu yang sudah lewat; jam kami sekarang %(limit)s"),
    "not_a_phone": _("Tulis nomor telepon dengan angka, misalnya 0812 3456 7890"),
    "not_an_email": _("Tulis alamat surel seperti nama@contoh.id"),
    "not_a_nik": _("Tulis NIK dengan 16 angka"),
    "not_a_mark": _("Tulis nomor telepon, alamat surel, atau NIK yang lengkap"),
    "not_a_tracking_id": _("Tulis nomor SP4N-LAPOR! dengan 6 sampai 15 angka"),
    "not_base64": _("Kirim isi berkas dalam base64"),
    "unknown_category": _("Pilih kategori yang ada dalam daftar"),
    "unknown_classification": _("Pilih klasifikasi complaint, aspiration, atau information_request"),
    "unknown_place": _("Pilih tempat yang ada dalam daftar"),
    "file_not_allowed": _("Lampirkan PDF, JPEG, atau PNG paling besar 10 MB"),
    "file_broken": _("Berkas ini rusak atau terpotong; simpan ulang, lalu lampirkan lagi"),
    "file_locked": _("PDF ini terkunci kata sandi; buka kuncinya dahulu, lalu lampirkan lagi"),
    "file_moves": _("Gambar bergerak belum diterima; lampirkan satu gambar diam"),
    "file_is_office": _("Dokumen Word, Excel, dan sejenisnya belum diterima; simpan sebagai PDF, lalu lampirkan"),
    "file_is_film": _("Video dan suara belum diterima; lampirkan foto, atau tulis tautannya dalam uraian"),
    "too_many_pixels": _("Gambar ini terlalu besar untuk dibuka; perkecil ukurannya, lalu lampirkan lagi"),
    "case_full": _("Lampiran aduan ini sudah penuh (%(limit)s); hubungi Admin Layanan Aduan"),
    "store_full": _("Tempat penyimpanan berkas sedang penuh; coba lagi nanti tanpa berkas, atau hubungi kantor kami"),
}

# Faults of API requests: invalid query parameters or unknown rows.
API_FAULTS: Labels = {
    "unknown_parameter": _("Parameter ini tidak dikenal di alamat ini"),
    "repeated_parameter": _("Tulis parameter ini satu kali saja"),
    "unknown_row": _("Tulis kode yang ada dan masih dapat dipilih"),
    "bad_cursor": _("Pakai alamat berikutnya seperti yang diberikan, tanpa mengubah saringan atau urutan"),
    "bad_value": _("Tulis nilai yang diminta dokumentasi"),
}

# Messages for fields that are lists, whose limit counts entries, not characters.
TOO_MANY: Labels = {
    "agencies": _("Pilih paling banyak %(limit)s OPD"),
    "attachments": _("Kirim paling banyak %(limit)s berkas"),
}

LACKING: Labels = {
    "name": _("nama"),
    "address": _("alamat"),
    "phone_or_email": _("telepon atau surel"),
    "nik": _("NIK"),
}

HTTP: Labels = {
    "bad_request": _("Permintaan tidak dapat dibaca."),
    "unauthorized": _("Masuk dahulu untuk membuka bagian ini."),
    "otp_required": _("Kata sandi benar. Sertakan kode verifikasi dua langkah dalam otp."),
    "otp_refused": _("Kode verifikasi dua langkah salah, sudah dipakai, atau sudah lewat."),
    "two_step_required": _("Akun ini harus memasang verifikasi dua langkah dahulu, di halaman Akun saya."),
    "forbidden": _("Akun Anda tidak berhak atas bagian ini."),
    "not_found": _("Yang dicari tidak ditemukan."),
    "method_not_allowed": _("Cara ini tidak tersedia di alamat ini."),
    "conflict": _("Permintaan bertentangan dengan keadaan sekarang."),
    "precondition_failed": _("Data sudah berubah sejak Anda membacanya."),
    "payload_too_large": _("Kiriman terlalu besar."),
    "unsupported_media_type": _("Kirim sebagai application/json."),
    "precondition_required": _("Sertakan expected_version atau If-Match."),
    "too_many_requests": _("Terlalu banyak percobaan. Coba lagi sebentar lagi."),
    "internal_error": _("Terjadi kesalahan di sistem. Kejadian ini sudah dicatat."),
    "unavailable": _("Layanan sedang tidak tersedia."),
    "request_timeout": _("Permintaan terlalu lama sampai. Periksa sambungan, lalu kirim sekali lagi."),
    "headers_too_large": _("Kepala permintaan terlalu besar."),
    "gone": _("Yang diminta sudah tidak disimpan lagi."),
    "not_ready": _("PDF surat sedang dibuat. Coba lagi sebentar lagi."),
    "cursor_expired": _("Penanda ini sudah terlalu lama. Cocokkan seluruh laporan, lalu mulai dari awal."),
    "stale_revision": _("Revisi ini lebih lama daripada yang sudah diterima."),
    "request_in_progress": _("Permintaan dengan kunci Idempotency-Key ini masih dikerjakan. Ulangi sebentar lagi."),
    "cannot_change": _("Data ini tidak dapat diubah."),
    "idempotency_conflict": _("Kunci Idempotency-Key ini sudah dipakai untuk permintaan lain."),
}


def fault_sentence(fault: str, limit: str = "", field: str = "") -> str:
    """Return the message (text in the current locale) for a faulty field, with the limit that was not met. Raises
    KeyError for an unknown fault.
    """
    sentence = str(TOO_MANY.get(field, FAULTS[fault]) if fault == "too_long" else FAULTS[fault])
    return sentence % {"limit": limit} if "%(limit)s" in sentence else sentence


def refusal_sentence(refused: ActionRefused) -> str:
    """Return the message (text in the current locale) for a refused action; for an incomplete identity it lists the
    missing parts, for signing it names the fault.
    """
    sentence = str(REFUSALS[refused.reason.value])
    if refused.reason is RefusalReason.IDENTITY_INCOMPLETE and refused.detail:
        lacking = ", ".join(str(LACKING[part]) for part in refused.detail.split(", "))
        return f"{sentence} ({lacking})"
    if refused.reason in (RefusalReason.SIGNING_REFUSED, RefusalReason.SIGNING_UNAVAILABLE):
        return signing_sentence(refused.detail) or sentence
    return sentence


def field_sentences(errors: tuple[FieldError, ...]) -> list[dict[str, str]]:
    return [{"field": e.field, "message": fault_sentence(e.fault.value, e.limit, e.field)} for e in errors]
