"""Indonesian texts of export reports: columns, formats, job states, errors and schedules."""

from flask_babel import lazy_gettext as _

from app.vocabulary.words import Labels

REPORT_COLUMNS: Labels = {
    "nomor": _("Nomor aduan"),
    "sp4n": _("Nomor SP4N-LAPOR!"),
    "masuk": _("Masuk"),
    "kejadian": _("Tanggal kejadian"),
    "judul": _("Judul"),
    "isi": _("Isi aduan"),
    "klasifikasi": _("Klasifikasi"),
    "kategori": _("Kategori"),
    "kecamatan": _("Kecamatan"),
    "desa": _("Desa atau kelurahan"),
    "tempat": _("Tempat kejadian"),
    "saluran": _("Saluran"),
    "kerahasiaan": _("Kerahasiaan"),
    "sifat": _("Sifat"),
    "status": _("Status"),
    "langkah": _("Langkah"),
    "batas": _("Batas waktu"),
    "opd": _("OPD"),
    "dijawab": _("Dijawab"),
    "selesai": _("Berakhir"),
}
INSTANTS = frozenset({"masuk", "batas", "dijawab", "selesai"})
"""Columns of a date and time, whose headings name the zone."""

FORMATS: Labels = {"xlsx": _("XLSX"), "csv": _("CSV"), "pdf": _("PDF")}
FORMAT_MEANINGS: Labels = {
    "xlsx": _("Lembar kerja Excel atau LibreOffice, paling banyak 1.000.000 baris"),
    "csv": _(
        "Teks berpemisah titik koma, untuk diolah program lain. Di Excel, buka lewat Data › Dari Teks/CSV dan beri"
        " kolom nomor tipe Teks, agar angka panjang tidak dibulatkan"
    ),
    "pdf": _("Tabel untuk dicetak, paling banyak sepuluh kolom dan 1.000 baris"),
}

REPORT_STATES: Labels = {
    "queued": _("Mengantre"),
    "running": _("Sedang dibuat"),
    "done": _("Siap diunduh"),
    "failed": _("Gagal"),
    "cancelled": _("Dibatalkan"),
    "expired": _("Kedaluwarsa"),
}
STATE_ICONS = {
    "queued": "clock",
    "running": "loader-2",
    "done": "circle-check",
    "failed": "alert-triangle",
    "cancelled": "x",
    "expired": "trash",
}

REPORT_ERRORS: Labels = {
    "fault": _("Ada kesalahan pada program. Sudah dicatat untuk administrator sistem. Data tidak berubah."),
    "killed": _("Proses latar berhenti di tengah jalan sampai tiga kali. Data tidak berubah."),
    "moved": _("Hak Anda berubah sejak laporan ini diminta. Minta laporan baru."),
    "field_gone": _(
        "Isian yang dipakai sebagai saringan laporan ini sudah diubah atau tidak lagi boleh Anda lihat. Minta laporan"
        " baru."
    ),
    "not_allowed": _("Akun ini tidak aktif lagi atau tidak lagi menangani aduan."),
    "too_many_xlsx": _(
        "Lebih dari 1.000.000 baris tidak muat dalam satu lembar XLSX. Persempit saringan atau pilih CSV."
    ),
    "too_many_csv": _("Lebih dari 5.000.000 baris. Persempit saringan."),
    "too_many_pdf": _(
        "Lebih dari 1.000 baris terlalu panjang untuk PDF. Persempit saringan, atau pilih XLSX atau CSV."
    ),
    "too_heavy": _("Tabel ini terlalu panjang untuk PDF: lebih dari 600 halaman. Persempit saringan atau pilih XLSX."),
    "too_slow": _("Laporan ini memakan waktu lebih dari 30 menit. Persempit saringan."),
}

ASK_FAULTS: Labels = {
    "format": _("Pilih bentuk berkas"),
    "columns": _("Pilih paling sedikit satu kolom"),
    "pdf_columns": _("PDF memuat paling banyak sepuluh kolom. Hapus beberapa pilihan, atau pilih XLSX atau CSV"),
    "dates": _("Tanggal awal tidak boleh sesudah tanggal akhir"),
    "since": _("Tulis tanggal seperti 2026-11-24"),
    "until": _("Tulis tanggal seperti 2026-11-24"),
    "choice": _("Pilihan ini tidak ada lagi. Pilih yang lain"),
    "field": _("Saringan menurut isian ini tidak ada lagi. Periksa saringan yang lain, lalu kirim lagi"),
    "unreadable": _("Isian ini memuat karakter yang tidak terbaca. Ketik lagi"),
    "too_many_jobs": _("Tiga laporan Anda masih dikerjakan. Tunggu salah satunya selesai atau batalkan"),
}

RHYTHMS: Labels = {"daily": _("Setiap hari"), "weekly": _("Setiap Senin"), "monthly": _("Setiap tanggal 1")}
RHYTHM_SPANS: Labels = {
    "daily": _("tentang hari sebelumnya"),
    "weekly": _("tentang pekan sebelumnya"),
    "monthly": _("tentang bulan sebelumnya"),
}

SCHEDULE_FAULTS: Labels = {
    "name": _("Beri nama jadwal ini, paling panjang 100 huruf"),
    "rhythm": _("Pilih seberapa sering"),
    "hour": _("Pilih jam pengiriman"),
    "recipients": _("Pilih paling sedikit satu penerima"),
    "left": _("Salah satu penerima bukan pengawas aktif lagi. Periksa para penerima, lalu simpan lagi"),
    "changed": _("Jadwal ini baru saja diubah orang lain. Isian Anda masih ada; periksa, lalu simpan lagi"),
    **{name: ASK_FAULTS[name] for name in ("format", "columns", "choice")},
}
