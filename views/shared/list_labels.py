"""Labels of the inbox and the lists."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from app.vocabulary.words import Labels

VERBS: Labels = {
    "register": _("Registrasi"),
    "approve_check": _("Periksa"),
    "report": _("Laporkan"),
    "approve": _("Setujui"),
    "direct": _("Beri arahan"),
    "relay": _("Teruskan"),
    "accept": _("Terima"),
    "dispose": _("Disposisi"),
    "submit_draft": _("Susun tanggapan"),
    "sign": _("Tanda tangani"),
    "send": _("Kirim ke Kominfo"),
    "dispose_answer": _("Disposisi"),
    "reply": _("Kirim jawaban"),
}
"""What an officer does at a step, by the step's own action."""

TOGETHER: Labels = {
    "register": _(
        "Setiap aduan maju ke langkah %(number)s di %(actor)s. Yang identitas pelapornya belum lengkap dilewati."
    ),
    "approve_check": _("Setiap aduan maju ke langkah %(number)s di %(actor)s."),
    "report": _("Setiap aduan maju ke langkah %(number)s di %(actor)s, dengan catatan yang sama."),
    "approve": _("Setiap aduan maju ke langkah %(number)s di %(actor)s, dengan catatan yang sama."),
    "relay": _("Setiap aduan diteruskan ke OPD yang disebut dalam arahannya."),
    "accept": _("Setiap aduan maju ke langkah %(number)s di %(actor)s."),
    "dispose": _("Setiap aduan maju ke langkah %(number)s di %(actor)s, dengan disposisi yang sama."),
    "send": _("Setiap surat yang sudah ditandatangani dikirim ke Dinas Kominfo."),
    "dispose_answer": _("Setiap aduan maju ke langkah %(number)s di %(actor)s, dengan disposisi yang sama."),
}
"""What a step's own action does to several cases at once, by action."""

ACT_TABS: Labels = {
    "register": _("Belum diregistrasi"),
    "approve_check": _("Perlu diperiksa"),
    "report": _("Perlu dilaporkan"),
    "direct": _("Perlu arahan"),
    "relay": _("Perlu diteruskan"),
    "accept": _("Arahan masuk"),
    "dispose": _("Perlu disposisi"),
    "submit_draft": _("Perlu tanggapan"),
    "sign": _("Perlu tanda tangan"),
    "send": _("Siap dikirim"),
    "dispose_answer": _("Tanggapan masuk"),
    "reply": _("Siap dijawab"),
}
"""The tab of a step by its own action; a review that the office added has its name."""

OTHER_TABS: Labels = {
    "mine": _("Tugas saya"),
    "near": _("Mendekati batas"),
    "returned": _("Dikembalikan"),
    "fast": _("Jalur cepat"),
    "at_agencies": _("Menunggu OPD"),
    "initials": _("Perlu paraf"),
}

TAB_BESIDE: Mapping[str, str] = {
    "register": "fast",
    "reply": "at_agencies",
    "approve_check": "returned",
    "report": "near",
    "submit_draft": "returned",
}
"""The tab beside that of a step, by the step's own action."""

GROUPS: Labels = {
    "late": _("Lewat batas"),
    "near": _("Mendekati batas"),
    "safe": _("Berikutnya"),
    "paused": _("Dijeda, menunggu pelapor"),
}

QUEUES: Labels = {
    "initials": _("Menunggu paraf saya"),
    "others": _("Menunggu pihak lain"),
    "agencies": _("Menunggu OPD"),
}

FILTERS: Labels = {
    "q": _("Cari"),
    "antre": _("Antrean"),
    "waktu": _("Batas waktu"),
    "langkah": _("Langkah"),
    "kembali": _("Dikembalikan"),
    "cepat": _("Jalur cepat"),
    "kategori": _("Kategori"),
    "kecamatan": _("Kecamatan"),
    "status": _("Status"),
    "opd": _("OPD"),
    "saluran": _("Saluran"),
    "petugas": _("Petugas"),
    "dari": _("Masuk sejak"),
    "sampai": _("Masuk sampai"),
    "lewat": _("Lewat batas"),
    "berjalan": _("Terbuka"),
    "pindahan": _("Data pindahan"),
    "urut": _("Urutan"),
    "kolom": _("Kolom"),
    "baris": _("Baris per halaman"),
    "rapat": _("Kerapatan"),
    "hal": _("Halaman"),
}

EVERY: Labels = {
    "langkah": _("Semua langkah"),
    "kategori": _("Semua kategori"),
    "kecamatan": _("Semua kecamatan"),
    "status": _("Semua status"),
    "opd": _("Semua OPD"),
    "saluran": _("Semua saluran"),
    "waktu": _("Semua batas waktu"),
    "petugas": _("Semua petugas"),
}

YES: Labels = {"1": _("ya")}

ORDERS: Labels = {
    "batas": _("Batas terdekat"),
    "lama": _("Terlama lebih dahulu"),
}
WORK_ORDERS: Labels = {"baru": _("Terbaru lebih dahulu"), "lama": _("Terlama lebih dahulu")}

LIST_FAULTS: Labels = {
    "nameless": _("Beri nama tampilan ini."),
    "too_long": _("Nama tampilan paling panjang 60 huruf."),
    "address_too_long": _("Saringan dan susunan ini terlalu panjang untuk disimpan."),
    "too_many": _("Paling banyak 20 tampilan. Hapus yang tidak dipakai lagi."),
}
