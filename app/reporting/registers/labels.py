"""Indonesian texts of the two registers: names, tables, columns and errors."""

from flask_babel import lazy_gettext as _

from app.reporting.figures.labels import NOTES as MEANINGS
from app.vocabulary.words import Labels

REGISTERS: Labels = {
    "daily": _("Laporan Monitoring Permasalahan Harian"),
    "monthly": _("Laporan Identifikasi Permasalahan Bulanan"),
}

SHORT_NAMES: Labels = {"daily": _("Laporan harian"), "monthly": _("Laporan bulanan")}

REGISTER_KINDS: Labels = {"daily": _("Harian"), "monthly": _("Bulanan")}

TABLES: Labels = {
    "received": _("Aduan diterima"),
    "moved": _("Pergerakan langkah"),
    "answered": _("Aduan dijawab"),
    "overdue": _("Langkah yang melewati batas"),
    "open": _("Aduan terbuka dan batas berikutnya"),
    "summary": _("Ringkasan bulan"),
    "trend": _("Enam bulan terakhir"),
    "category": _("Permasalahan menurut kategori"),
    "district": _("Permasalahan menurut kecamatan"),
    "agency": _("Permasalahan menurut OPD tujuan"),
    "recurring": _("Permasalahan berulang"),
    "by_step": _("Ketepatan waktu per langkah"),
    "by_agency": _("Ketepatan waktu per OPD"),
    "causes": _("Sebab keterlambatan"),
    "waiting": _("Waktu melewati batas per langkah"),
    "ratings": _("Kepuasan pelapor"),
    "imported": _("Data pindahan: aduan diterima"),
    "imported_month": _("Data pindahan menurut kategori"),
}

NOTES: Labels = {
    "moved": _("Setiap tindakan yang memindahkan, menghentikan, atau mengakhiri langkah, beserta pelakunya."),
    "answered": _("Waktu terpakai dihitung sejak aduan diterima, tanpa menunggu kelengkapan pelapor."),
    "overdue": _("Keadaan pada akhir hari. Langkah yang menunggu pelapor tidak dihitung lewat batas."),
    "open": _("Satu baris per aduan: langkah yang batasnya paling dekat."),
    "summary": _("Bulan ini di samping bulan sebelumnya. Aduan terbuka dihitung pada akhir bulan."),
    "agency": _("Jumlah aduan yang diarahkan ke tiap OPD dalam bulan ini; satu aduan dapat diarahkan ke beberapa OPD."),
    "recurring": _(
        "Sedikitnya tiga aduan berkategori sama di tempat yang sama dalam tiga bulan, sekurangnya satu dalam bulan ini."
    ),
    "trend": _("Banyaknya jawaban yang diberikan, bukan banyaknya aduan yang berakhir."),
    "by_step": _("Langkah yang selesai dalam bulan ini. Waktu dalam jam kerja."),
    "by_agency": _("Langkah yang selesai dalam bulan ini menurut pihak yang memegang waktunya. Waktu dalam jam kerja."),
    "causes": _(
        "Aduan yang langkahnya selesai melewati batas dalam bulan ini, atau masih melewati batas pada akhir bulan. "
        "Satu aduan dapat memiliki beberapa sebab; sebab dibaca dari riwayatnya."
    ),
    "waiting": _("Jumlah waktu kerja sesudah batas, dari semua langkah yang melewatinya."),
    "ratings": _("Penilaian 1 sampai 5 yang diberikan pelapor dalam bulan ini."),
    "imported": _("Aduan yang dipindahkan dari catatan lama. Tidak dihitung dalam bagian lain."),
    "imported_month": _("Aduan yang dipindahkan dari catatan lama. Tidak dihitung dalam bagian lain."),
}

_FIGURES_IN = {
    "open": ("open",),
    "answered": ("answered",),
    "summary": ("open", "in_time"),
    "trend": ("answered",),
    "by_step": ("in_time", "median"),
    "by_agency": ("in_time", "median"),
}


def notes(definitions: int) -> dict[str, str]:
    """Return a dict from table name to note: what the table of a register shows, and what its figures mean.

    `definitions` is the version by which the register was counted; before 2, punctuality covered closed steps only.
    """
    meanings = MEANINGS if definitions > 1 else {**MEANINGS, "in_time": MEANINGS["in_time_of_closed"]}
    found = {name: str(words) for name, words in NOTES.items()}
    for name, figures in _FIGURES_IN.items():
        found[name] = " ".join([*([found[name]] if name in found else []), *(str(meanings[one]) for one in figures)])
    return found


COLUMNS: Labels = {
    "number": _("Nomor aduan"),
    "old_number": _("Nomor lama"),
    "at": _("Waktu"),
    "title": _("Perihal"),
    "category": _("Kategori"),
    "district": _("Kecamatan"),
    "village": _("Desa atau kelurahan"),
    "channel": _("Saluran"),
    "classification": _("Klasifikasi"),
    "confidentiality": _("Kerahasiaan"),
    "action": _("Tindakan"),
    "step": _("Langkah"),
    "to": _("Langkah berikutnya"),
    "agencies": _("OPD"),
    "agency": _("OPD"),
    "actor": _("Jabatan"),
    "officer": _("Petugas"),
    "used": _("Waktu kerja terpakai"),
    "due_at": _("Batas waktu"),
    "late": _("Terhadap batas"),
    "opened_at": _("Sejak"),
    "over": _("Lewat batas"),
    "status": _("Keadaan"),
    "steps": _("Langkah terbuka"),
    "paused": _("Dijeda"),
    "key": _("Uraian"),
    "count": _("Jumlah"),
    "before": _("Bulan lalu"),
    "change": _("Perubahan"),
    "in_month": _("Bulan ini"),
    "first_at": _("Pertama"),
    "last_at": _("Terakhir"),
    "numbers": _("Nomor aduan"),
    "within": _("Selesai tepat waktu"),
    "overdue": _("Terbuka lewat batas"),
    "share": _("Persen tepat"),
    "median": _("Median"),
    "p90": _("Persentil 90"),
    "longest": _("Terlama"),
    "percent": _("Persen"),
    "allowances": _("Waktu baku"),
    "cause": _("Sebab"),
    "closed_late": _("Selesai lewat batas"),
    "open_late": _("Masih lewat batas"),
    "score": _("Nilai"),
    "received": _("Diterima"),
    "answered": _("Dijawab"),
    "closed": _("Ditutup"),
}

# Headings of single tables that differ from COLUMNS.
HEADS: dict[str, Labels] = {
    "received": {"at": _("Diterima")},
    "imported": {"at": _("Diterima")},
    "answered": {"at": _("Dijawab"), "due_at": _("Batas seluruh SOP")},
    "summary": {"count": _("Bulan ini")},
    "trend": {"key": _("Bulan")},
    "recurring": {"count": _("Dalam tiga bulan")},
    "by_step": {"percent": _("Median terhadap waktu baku"), "count": _("Selesai")},
    "by_agency": {"percent": _("Median terhadap waktu baku"), "count": _("Selesai"), "agency": _("Pihak")},
    "causes": {"count": _("Aduan")},
    "open": {"step": _("Langkah terdekat")},
}

COUNTS: Labels = {
    "received": _("Aduan diterima"),
    "moved": _("Pergerakan langkah"),
    "answered": _("Aduan dijawab"),
    "ended": _("Aduan berakhir"),
    "open": _("Aduan terbuka"),
    "overdue": _("Langkah lewat batas"),
    "paused": _("Menunggu pelapor"),
    "closing": _("Dijawab, menunggu ditutup"),
    "late_cases": _("Aduan terlambat"),
    "imported": _("Data pindahan"),
}

SUMMARY: Labels = {
    "received": _("Aduan diterima"),
    "answered": _("Aduan dijawab"),
    "closed": _("Aduan ditutup"),
    "archived": _("Aduan diarsipkan"),
    "merged": _("Aduan digabung"),
    "withdrawn": _("Aduan dicabut pelapor"),
    "reopened": _("Aduan dibuka kembali"),
    "open": _("Aduan terbuka pada akhir bulan"),
    "steps": _("Langkah selesai"),
    "overdue": _("Langkah terbuka yang lewat batas pada akhir bulan"),
    "timely": _("Langkah tepat waktu (persen)"),
    "rated": _("Penilaian pelapor diterima"),
    "mean_rating": _("Rata-rata penilaian (1 sampai 5)"),
}

CAUSES: Labels = {
    "declined": _("OPD menolak, aduan diarahkan ulang"),
    "sent_back": _("Dikembalikan untuk diperbaiki"),
    "asked": _("Menunggu keterangan pelapor"),
    "field_visit": _("Perlu tinjauan lapangan"),
    "cross_agency": _("Melibatkan lebih dari satu OPD"),
    "reopened": _("Dibuka kembali oleh pelapor"),
    "left_lying": _("Tertahan pada langkahnya, tanpa sebab lain yang tercatat"),
}

REFUSALS: Labels = {
    "not_over": _("Periode ini belum berakhir. Laporan dibuat setelah harinya atau bulannya lewat."),
    "no_office_day": _("Hari ini bukan hari kerja. Kejadiannya masuk laporan hari kerja berikutnya."),
    "before_beginning": _("Belum ada aduan yang tercatat sampai akhir periode ini."),
    "unreadable": _("Pilih tanggal untuk laporan harian, atau bulan untuk laporan bulanan."),
}
