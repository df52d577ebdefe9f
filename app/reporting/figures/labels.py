"""One-sentence Indonesian explanation of each figure, printed beside it."""

from flask_babel import lazy_gettext as _

from app.vocabulary.words import Labels

NOTES: Labels = {
    "open": _("Terbuka: masih ada langkah yang berjalan, jadi belum dijawab dan belum berakhir."),
    "answered": _("Dijawab: jawaban sudah diberikan. Yang diarsipkan, digabung, atau dicabut tidak dihitung dijawab."),
    "in_time": _(
        "Tepat waktu: langkah yang selesai sampai batasnya, dibagi semua langkah yang selesai dalam masa ini ditambah"
        " langkah yang pada akhirnya masih terbuka lewat batas."
    ),
    "in_time_of_closed": _("Tepat waktu: dari langkah yang selesai saja, yang selesai sampai batasnya."),
    "median": _("Median: separuhnya memakai waktu itu atau kurang."),
}
