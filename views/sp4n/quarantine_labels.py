"""Labels of the quarantine and conflict pages."""

from flask_babel import lazy_gettext as _

from app.vocabulary.words import Labels

HOLD_KINDS: Labels = {
    "report": _("Laporan"),
    "conflict": _("Isi berbeda pada revisi yang sama"),
    "loosening": _("Permintaan membuka kerahasiaan"),
    "message": _("Pesan pelapor"),
}

HOLD_STATES: Labels = {
    "waiting": _("Menunggu"),
    "applied": _("Diterapkan"),
    "kept": _("Isi kita dipertahankan"),
    "dismissed": _("Tidak diterapkan"),
    "superseded": _("Digantikan revisi yang lebih baru"),
}

MESSAGE_KINDS: Labels = {
    "answer": _("Jawaban atas pertanyaan"),
    "comment": _("Komentar"),
    "rating": _("Penilaian"),
    "reopening": _("Permintaan membuka kembali"),
    "withdrawal": _("Pencabutan"),
}

# Why an inbound report or message waits for a decision.
WHY: Labels = {
    "unknown_category": _("Kategori %(value)s tidak ada di daftar kita"),
    "unknown_classification": _("Klasifikasi %(value)s tidak ada di daftar kita"),
    "unknown_place": _("Tempat %(value)s tidak ada di daftar kita"),
    "report_waits": _("Laporannya sendiri masih di karantina"),
    "message_conflict": _("Nomor pesan ini sudah dipakai untuk isi lain"),
    "unknown_agency": _("OPD yang disebut tidak dikenal"),
    "out_of_order": _("Tidak sesuai keadaan aduan saat pesan datang"),
    "case_ended": _("Aduannya sudah berakhir saat pesan datang"),
    "paused": _("Aduan sedang menunggu keterangan pelapor"),
    "missing_input": _("Tidak jelas pertanyaan OPD mana yang dijawab"),
}


def why_waiting(fault: dict[str, str]) -> str:
    """Return as a sentence why a report or message waits; `fault` has the keys `fault` (code) and `value`.

    An unknown fault reads as out of order.
    """
    sentence = str(WHY.get(fault["fault"], WHY["out_of_order"]))
    return sentence % {"value": f"“{fault['value']}”"} if "%(value)s" in sentence else sentence
