"""Display names of papers and of their drawing errors."""

from flask_babel import lazy_gettext as _

from app.vocabulary.words import Labels

PAPER_NAMES: Labels = {
    "answer_letter": _("Surat tanggapan"),
    "draft_letter": _("Konsep surat tanggapan"),
    "receipt": _("Tanda terima aduan"),
    "disposition": _("Lembar disposisi"),
    "reporter_answer": _("Jawaban kepada pelapor"),
    "sop_sheet": _("Lembar SOP"),
    "daily_register": _("Laporan Monitoring Permasalahan Harian"),
    "monthly_register": _("Laporan Identifikasi Permasalahan Bulanan"),
    "free_report": _("Laporan"),
}
PAPER_FAULTS: Labels = {
    "time": _(
        "Pembuatan melewati batas waktu. Coba lagi; bila terulang, ringkas isinya, atau pindahkan sebagian ke lampiran."
    ),
    "memory": _("Isinya terlalu besar untuk satu berkas. Ringkas isinya, atau pindahkan sebagian ke lampiran."),
    "pages": _("Isinya melebihi 100 halaman. Ringkas isinya, atau pindahkan sebagian ke lampiran."),
    "lost": _(
        "Berkas bertanda tangan elektronik ini hilang dari penyimpanan dan tidak dapat dibuat lagi. Pulihkan dari"
        " cadangan, atau kembalikan suratnya dan tanda tangani lagi."
    ),
    "ended": _("Pembuatan tiga kali berhenti di tengah. Coba lagi; bila terulang, hubungi administrator."),
}
OTHER_FAULT = _("Isi tidak dapat dibentuk menjadi PDF. Coba lagi; bila terulang, hubungi administrator.")


def why_not_drawn(error: str | None) -> str:
    """Return the message that a page shows for a paper's error code; a general message for None or an unknown code."""
    return str(PAPER_FAULTS.get(error or "", OTHER_FAULT))


EMBLEM_FAULTS: Labels = {
    "missing": _("Pilih berkas lambang"),
    "too_large": _("Pilih gambar yang lebih kecil, paling besar 2 MB dan 25 juta piksel"),
    "unreadable": _("Pilih gambar PNG, JPEG, atau WebP yang utuh"),
}
NUMBER_FAULTS: Labels = {
    "not_a_number": _("Tulis nomor urut dengan angka"),
    "no_reason": _("Tulis alasannya, paling banyak 300 huruf"),
    "too_low": _("Tulis nomor sesudah nomor terakhir"),
    "too_many": _("Catat paling banyak 2.000 nomor sekali jalan"),
}
