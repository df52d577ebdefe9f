"""The words of the open data: what each table holds, what its columns mean, under which licence it may be used."""

from flask_babel import lazy_gettext as _

from app.vocabulary.words import Labels

LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
LICENCE = _("Bebas dipakai dengan menyebut sumber (Creative Commons Atribusi 4.0).")
PUBLISHER = _("Dinas Komunikasi dan Informatika Kabupaten Balangan")

TITLES: Labels = {
    "ringkasan": _("Ringkasan aduan 12 bulan"),
    "aduan-per-bulan": _("Aduan diterima dan dijawab per bulan"),
    "aduan-per-kategori": _("Aduan diterima per kategori"),
    "ketepatan-per-opd": _("Ketepatan waktu per OPD"),
}

DESCRIPTIONS: Labels = {
    "ringkasan": _("Aduan diterima, dijawab, dan masih terbuka, serta median hari kerja sampai jawaban pertama."),
    "aduan-per-bulan": _("Jumlah aduan yang diterima dan yang pertama kali dijawab pada setiap bulan."),
    "aduan-per-kategori": _("Jumlah aduan yang diterima dalam 12 bulan menurut kategori utama."),
    "ketepatan-per-opd": _("Aduan yang diteruskan ke setiap OPD dan persen langkah SOP yang selesai tepat waktu."),
}

COLUMNS: Labels = {
    "ukuran": _("Nama ukuran"),
    "nilai": _("Nilai; kosong bila terlalu kecil untuk ditampilkan"),
    "bulan": _("Bulan (tahun-bulan)"),
    "diterima": _("Aduan yang diterima; kosong bila disembunyikan"),
    "dijawab": _("Aduan yang pertama kali dijawab; kosong bila disembunyikan"),
    "kode": _("Kode"),
    "kategori": _("Nama kategori utama"),
    "opd": _("Nama OPD"),
    "aduan": _("Aduan yang diteruskan ke OPD itu; kosong bila disembunyikan"),
    "langkah_tepat_waktu_persen": _("Langkah SOP milik OPD itu yang selesai dalam batas waktunya, dalam persen"),
}
