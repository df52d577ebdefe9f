"""Indonesian texts of the import of older records: parts, states, outcomes and faults."""

from flask_babel import lazy_gettext as _

from app.vocabulary.words import Labels

PARTS: Labels = {
    "old_number": _("Nomor lama"),
    "received_at": _("Tanggal diterima"),
    "title": _("Judul"),
    "body": _("Isi aduan"),
    "status": _("Status"),
    "answer": _("Jawaban"),
    "answered_at": _("Tanggal dijawab"),
    "ended_at": _("Tanggal selesai"),
    "category": _("Kategori"),
    "agencies": _("OPD"),
    "channel": _("Saluran"),
    "classification": _("Klasifikasi"),
    "confidentiality": _("Kerahasiaan"),
    "occurred_on": _("Tanggal kejadian"),
    "location.text": _("Lokasi"),
    "location.district": _("Kecamatan"),
    "location.village": _("Desa atau kelurahan"),
    "reporter.name": _("Nama pelapor"),
    "reporter.phone": _("Telepon pelapor"),
    "reporter.email": _("Surel pelapor"),
    "reporter.address": _("Alamat pelapor"),
    "reporter.nik": _("NIK pelapor"),
}

HINTS: Labels = {
    "title": _("Tanpa kolom ini, judul diambil dari awal isi aduan."),
    "status": _("Tanpa kolom ini, aduan yang punya jawaban atau tanggal selesai dianggap selesai."),
    "agencies": _("Beberapa OPD dipisahkan dengan titik koma."),
    "channel": _("Tanpa kolom ini, Anda memilih satu saluran untuk semua baris."),
}

STATUS_CHOICES: Labels = {
    "closed": _("Selesai"),
    "archived": _("Diarsipkan, tidak dilanjutkan"),
    "open": _("Masih berjalan"),
}

STATES: Labels = {
    "mapping": _("Menunggu pilihan kolom"),
    "meaning": _("Menunggu arti kata"),
    "checking": _("Sedang diperiksa"),
    "checked": _("Sudah diperiksa"),
    "importing": _("Sedang dipindahkan"),
    "done": _("Selesai dipindahkan"),
}

OUTCOMES: Labels = {
    "closed": _("Siap dipindahkan sebagai aduan selesai"),
    "open": _("Siap dipindahkan, lalu dilanjutkan dari pencatatan"),
    "moved": _("Sudah dipindahkan"),
    "known": _("Sudah ada, dilewati"),
    "refused": _("Salah, tidak dipindahkan"),
}

COLUMN_FAULTS: Labels = {
    "required": _("Pilih kolomnya"),
    "unknown": _("Pilih kolom yang ada dalam berkas"),
    "twice": _("Satu kolom hanya untuk satu bagian"),
}

ROW_FAULTS: Labels = {
    "columns": _("Hapus isi di luar kolom tabel: baris ini berisi %(limit)s kolom"),
    "formula": _("Ganti rumus dengan nilainya (salin, lalu tempel sebagai nilai)"),
    "repeated": _("Hapus salah satu: aduan yang sama ada pada baris %(limit)s"),
    "unknown_word": _("Pakai kata dari daftar, atau pilih artinya pada bagian Arti kata"),
    "not_a_time": _("Tulis tanggal seperti 24/11/2024, 24 November 2024, atau 24/11/2024 09.30"),
    "too_early": _("Tulis tanggal sejak tahun %(limit)s"),
    "in_future": _("Tulis tanggal yang sudah lewat"),
    "too_soon": _("Periksa urutannya: jawaban dan akhir aduan tidak mungkin sebelum diterima"),
    "still_open": _("Kosongkan tanggal selesai, atau ubah statusnya menjadi selesai"),
    "end_unknown": _("Isi tanggal selesai atau tanggal dijawab dari aduan yang sudah selesai"),
    "unforeseen": _("Terjadi galat yang tidak terduga (%(limit)s)"),
}
