"""How a file stands that somebody brought: what an officer or a reporter reads where it cannot be opened."""

from flask_babel import lazy_gettext as _

from app.vocabulary.words import Labels

NOT_SERVED: Labels = {
    "waiting": _("Berkas ini masih menunggu pemeriksaan. Coba buka lagi sebentar lagi."),
    "quarantined": _("Berkas ini ditahan dan tidak dibagikan. Minta pengirim mengirimnya dalam bentuk lain."),
    "failed": _("Berkas ini tidak dapat dibuka. Minta pengirim mengirimnya lagi, misalnya sebagai PDF atau JPEG."),
}
