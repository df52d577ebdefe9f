"""Labels of the inbox and the lists."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from app.vocabulary.words import Labels

VERBS: Labels = {
    "register": _("Registrasi"),
    "check": _("Periksa"),
    "report": _("Laporkan"),
    "direct": _("Beri arahan"),
    "relay": _("Teruskan"),
    "agency_receive": _("Terima"),
    "agency_dispose": _("Disposisi"),
    "draft_answer": _("Susun tanggapan"),
    "sign_answer": _("Tanda tangani"),
    "send_answer": _("Kirim ke Kominfo"),
    "dispose_answer": _("Disposisi"),
    "reply": _("Kirim jawaban"),
}

TOGETHER: Labels = {
    "register": _("Setiap aduan maju ke langkah 2 di Kepala Seksi. Yang identitas pelapornya belum lengkap dilewati."),
    "check": _("Setiap aduan maju ke langkah 3 di Kepala Bidang."),
    "report": _("Setiap aduan maju ke langkah 4 di Kepala Dinas, dengan catatan yang sama."),
    "relay": _("Setiap aduan diteruskan ke OPD yang disebut dalam arahannya."),
    "agency_receive": _("Setiap aduan maju ke langkah 6 di Kepala OPD."),
    "agency_dispose": _("Setiap aduan maju ke langkah 7 di Sekretaris OPD, dengan disposisi yang sama."),
    "send_answer": _("Setiap surat yang sudah ditandatangani dikirim ke Dinas Kominfo."),
    "dispose_answer": _("Setiap aduan maju ke langkah 11 di Admin Layanan Aduan, dengan disposisi yang sama."),
}

STEP_TABS: Labels = {
    "register": _("Belum diregistrasi"),
    "check": _("Perlu diperiksa"),
    "report": _("Perlu dilaporkan"),
    "direct": _("Perlu arahan"),
    "relay": _("Perlu diteruskan"),
    "agency_receive": _("Arahan masuk"),
    "agency_dispose": _("Perlu disposisi"),
    "draft_answer": _("Perlu tanggapan"),
    "sign_answer": _("Perlu tanda tangan"),
    "send_answer": _("Siap dikirim"),
    "dispose_answer": _("Tanggapan masuk"),
    "reply": _("Siap dijawab"),
}

OTHER_TABS: Labels = {
    "mine": _("Tugas saya"),
    "near": _("Mendekati batas"),
    "returned": _("Dikembalikan"),
    "fast": _("Jalur cepat"),
    "at_agencies": _("Menunggu OPD"),
    "initials": _("Perlu paraf"),
}

TABS_OF: Mapping[str, tuple[str, ...]] = {
    "complaint_admin": ("register", "fast", "reply", "at_agencies"),
    "section_head": ("check", "returned"),
    "division_head": ("report", "near"),
    "office_head": ("direct", "dispose_answer"),
    "agency_admin": ("agency_receive", "send_answer"),
    "agency_secretary": ("draft_answer", "returned"),
    "agency_head": ("agency_dispose", "sign_answer"),
}

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
