"""Labels of the SP4N pages."""

from flask_babel import lazy_gettext as _

from app.vocabulary.words import Labels

DRIFTS: Labels = {
    "missing_here": _("Laporan ini belum ada di sini"),
    "missing_there": _("Laporan ini tidak dikenal di sana"),
    "we_behind": _("Isi di sini lebih lama"),
    "they_behind": _("Kabar di sana lebih lama"),
    "status": _("Keadaannya tidak sama"),
}

DRIFT_HELP: Labels = {
    "missing_here": _("Akan diambil sendiri. Bila tetap tampil, ambil lagi dan lihat alasannya."),
    "missing_there": _("Periksa nomornya. Bila salah taut, lepaskan tautannya pada halaman aduan."),
    "we_behind": _("Akan diambil sendiri pada pengambilan berikutnya."),
    "they_behind": _("Akan dikirim lagi sendiri pada pengiriman berikutnya."),
    "status": _(
        "Bila di sana sudah dijawab atau selesai dan di sini belum, program tidak menariknya kembali sendiri. Periksa,"
        " lalu kirim lagi bila keadaan di sini yang benar."
    ),
}

LEDGER_STATES: Labels = {
    "in_step": _("Sejalan"),
    "behind": _("Menunggu dikirim"),
    "failed": _("Gagal dikirim, masih dicoba"),
    "parked": _("Ditolak berulang, berhenti dicoba"),
}

FAULT_KINDS: Labels = {
    "away": _("tidak dapat dihubungi"),
    "unreadable": _("jawabannya tidak terbaca"),
    "expired": _("tempat bacanya sudah tidak dikenal"),
    "denied": _("token kita ditolak"),
    "refused": _("permintaan ditolak"),
}

IMPORT_STATES: Labels = {
    "mapping": _("Menunggu pilihan kolom"),
    "checking": _("Sedang diperiksa"),
    "checked": _("Sudah diperiksa, belum diimpor"),
    "importing": _("Sedang diimpor"),
    "done": _("Selesai"),
    "dropped": _("Dibatalkan"),
}

OUTCOMES: Labels = {
    "created": _("Baru"),
    "updated": _("Diperbarui"),
    "unchanged": _("Tidak berubah"),
    "known": _("Sudah ada, dilewati"),
    "older": _("Lebih lama dari yang ada, dilewati"),
    "refused": _("Salah"),
    "quarantined": _("Masuk karantina"),
    "conflict": _("Menjadi konflik untuk diputuskan"),
}

ROW_FAULTS: Labels = {
    "columns": _("Jumlah kolomnya %(limit)s, tidak sama dengan kepala tabel"),
    "repeated": _("Nomor ini sudah ada pada baris %(limit)s"),
    "unforeseen": _("Terjadi galat yang tidak terduga (%(limit)s)"),
}

COLUMN_FAULTS: Labels = {
    "required": _("Pilih kolomnya"),
    "unknown": _("Pilih kolom yang ada dalam berkas"),
    "ended": _('Pilih "tidak ada": isian ini sudah tidak dipakai'),
    "twice": _("Satu kolom hanya untuk satu bagian"),
}

FILE_FAULTS: Labels = {
    "missing": _("Pilih berkas CSV yang berisi"),
    "too_large": _("Pilih berkas yang tidak lebih besar dari 5 MB"),
    "encoding": _("Simpan berkas sebagai CSV UTF-8; huruf di dalamnya tidak terbaca"),
    "no_table": _("Berkas ini bukan tabel CSV dengan kepala kolom dan sedikitnya satu baris"),
    "too_many_rows": _("Pecah berkas: paling banyak 5.000 baris"),
    "same_names": _("Beri nama yang berbeda pada setiap kolom"),
}

PARTS: Labels = {
    "tracking_id": _("Nomor SP4N-LAPOR!"),
    "revision": _("Revisi"),
    "title": _("Judul"),
    "body": _("Isi"),
    "classification": _("Klasifikasi"),
    "category": _("Kategori"),
    "confidentiality": _("Kerahasiaan"),
    "occurred_on": _("Tanggal kejadian"),
    "submitted_at": _("Tanggal laporan"),
    "location.text": _("Lokasi"),
    "location.district": _("Kecamatan"),
    "location.village": _("Desa atau kelurahan"),
    "reporter.name": _("Nama pelapor"),
    "reporter.phone": _("Telepon pelapor"),
    "reporter.email": _("Surel pelapor"),
    "reporter.address": _("Alamat pelapor"),
    "reporter.nik": _("NIK pelapor"),
}

DELIMITERS: Labels = {",": _("koma"), ";": _("titik koma"), "\t": _("tab")}
ENCODINGS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8 (BOM)", "cp1252": "Windows-1252"}
