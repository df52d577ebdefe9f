"""Labels of the rehearsal pages."""

from flask_babel import lazy_gettext as _

from app.vocabulary.words import Labels

REHEARSAL_STATES: Labels = {
    "queued": _("Menunggu giliran"),
    "running": _("Sedang dihitung"),
    "ready": _("Selesai"),
    "failed": _("Gagal dihitung"),
}

REHEARSAL_ERRORS: Labels = {
    "not_valid": _(
        "Gladi ini tidak dapat dihitung dengan kalender dan isian tersebut. Ubah isiannya lalu jalankan lagi."
    ),
    "killed": _(
        "Proses latar berhenti di tengah jalan sampai tiga kali. Pilih masa yang lebih pendek lalu jalankan lagi."
    ),
    "too_slow": _("Gladi ini memakan waktu terlalu lama. Pilih masa yang lebih pendek lalu jalankan lagi."),
}

REHEARSAL_FAULTS: Labels = {
    "day": _("Tulis tanggal yang benar"),
    "order": _("Tanggal akhir harus sama dengan atau sesudah tanggal awal"),
    "too_long": _("Pilih masa paling panjang 400 hari"),
    "future": _("Pilih masa yang sudah berlalu"),
    "amount": _("Tulis bilangan bulat dari 1 sampai %(most)s"),
    "unknown": _("Pilih salah satu dari daftar"),
}

ASSUMPTIONS = (
    _("Pekerjaan setiap langkah memakan jam kerja yang sama seperti yang terjadi, siapa pun pelaksananya."),
    _("Waktu langkah yang dihilangkan gugur, dan langkah berikutnya mulai lebih awal sebanyak itu."),
    _("Menunggu keterangan pelapor berlangsung selama yang terjadi dan tidak dihitung."),
    _("Waktu baku hanya menentukan lewat batas atau tidak; tidak ada yang bekerja lebih cepat karenanya."),
    _("Langkah yang belum selesai dan aturan jalur cepat tidak ikut dihitung."),
)
