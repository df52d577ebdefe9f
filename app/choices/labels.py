"""Texts of the screens of lists."""

from flask_babel import lazy_gettext as _

from app.vocabulary.words import Labels

LISTS: Labels = {
    "channel": _("Saluran masuk"),
    "reply_medium": _("Saluran jawaban"),
    "archive_reason": _("Alasan mengarsipkan"),
    "decline_reason": _("Alasan OPD menolak"),
    "urgency": _("Sifat"),
    "quick_phrase": _("Frasa cepat"),
    "unit": _("Bidang OPD"),
}

ABOUT: Labels = {
    "channel": _("Dari mana aduan datang. Dipilih saat mencatat aduan, dan menjadi saringan daftar dan laporan."),
    "reply_medium": _(
        "Lewat apa jawaban disampaikan saat menanggapi pelapor. Saluran baru selalu meminta bukti penyampaian."
    ),
    "archive_reason": _("Dipilih saat mengarsipkan aduan, dan terbaca pelapor di halaman lacak."),
    "decline_reason": _("Dipilih OPD yang menolak arahan."),
    "urgency": _("Dipilih Kepala Dinas saat memberi arahan, dan tercetak di surat dan lembar disposisi."),
    "quick_phrase": _("Tombol yang menyisipkan kalimat ke isi arahan."),
    "unit": _("Bidang di OPD yang dipilih Kepala OPD saat mendisposisi. Petugas bidang mendapat pemberitahuan."),
}

FLAGS: Labels = {
    "asks_nik": _("Mewajibkan NIK"),
    "tells_reporter": _("Pelapor diberi tahu"),
    "stands_out": _("Ditandai di daftar"),
    "by_sp4n": _("Disampaikan sistem lewat SP4N-LAPOR!"),
    "by_email": _("Disampaikan sistem lewat surel"),
    "by_web": _("Disampaikan sistem di halaman lacak"),
}
