"""Why two complaints are taken for the same: where they lie, how alike their words are."""

from flask_babel import lazy_gettext as _

from app.vocabulary.words import Labels

SAME_PLACES: Labels = {
    "near": _("tempat berdekatan"),
    "village": _("desa sama"),
    "district": _("kecamatan sama"),
    "unknown": _("tempat belum disebut"),
}

LIKE_WORDS: Labels = {"nearly": _("kata hampir sama"), "like": _("kata mirip")}
