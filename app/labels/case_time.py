"""Words of the page that explains the time of a case."""

from flask_babel import lazy_gettext as _

from app.labels.words import Labels

BOOK_LINES: Labels = {
    "opened": _("Dibuka"),
    "handed_over": _("Diserahkan ke pihak lain"),
    "accepted": _("Diterima"),
    "paused": _("Dijeda, menunggu pelapor"),
    "resumed": _("Dilanjutkan"),
    "closed": _("Selesai"),
}

HOUSES: Labels = {"reporter": _("Pelapor (menunggu keterangan)"), "office": _("Dinas Kominfo")}

EXTENSION_CAUSES: Labels = {
    "field_visit": _("perlu tinjauan lapangan"),
    "cross_agency": _("melibatkan lebih dari satu OPD"),
}
