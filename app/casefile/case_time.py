"""Words of the page that explains the time of a case."""

from flask_babel import lazy_gettext as _

from app.vocabulary.words import Labels

BOOK_LINES: Labels = {
    "opened": _("Dibuka"),
    "handed_over": _("Diserahkan ke pihak lain"),
    "accepted": _("Diterima"),
    "paused": _("Dijeda, menunggu pelapor"),
    "resumed": _("Dilanjutkan"),
    "closed": _("Selesai"),
}

HOUSES: Labels = {"reporter": _("Pelapor (menunggu keterangan)"), "office": _("Dinas Kominfo")}

# The arithmetic line by line; in Indonesian the same phrases as the rules' own, which the API and the papers use.
SEGMENTS: Labels = {
    "start_moved": _("Hitungan dimulai pada pembukaan jam kerja"),
    "start_day": _("Hari mulai, belum dihitung"),
    "open": _("Jam kerja, dihitung {counted}"),
    "day": _("Hari kerja ke-{name}"),
    "break": _("Istirahat"),
    "closed": _("Di luar jam kerja"),
    "weekend": _("Akhir pekan atau hari tanpa jam kerja"),
    "holiday": _("Libur: {name}"),
    "pause": _("Waktu dihentikan, {removed} tidak dihitung"),
    "result": _("Batas waktu"),
}

EXTENSION_CAUSES: Labels = {
    "field_visit": _("perlu tinjauan lapangan"),
    "cross_agency": _("melibatkan lebih dari satu OPD"),
    "more_days": _("diperpanjang Kepala Dinas Kominfo"),
}
