"""The words of the public intake form, said to a citizen."""

from flask_babel import lazy_gettext as _

from app.vocabulary.words import Labels

# In the order of the form.
FIELDS: Labels = {
    "title": _("Apa masalahnya, dan di mana"),
    "body": _("Ceritakan lebih lengkap"),
    "category": _("Tentang apa"),
    "location.text": _("Tempat kejadian"),
    "location.district": _("Kecamatan"),
    "location.village": _("Desa atau kelurahan"),
    "location.lat": _("Lintang"),
    "location.lon": _("Bujur"),
    "occurred_on": _("Tanggal kejadian"),
    "attachments": _("Foto atau dokumen"),
    "confidentiality": _("Siapa yang boleh tahu bahwa ini dari Anda"),
    "reporter.name": _("Nama"),
    "reporter.phone": _("Telepon"),
    "reporter.email": _("Surel"),
    "reporter.address": _("Alamat"),
}

CONFIDENTIALITIES: Labels = {"open": _("Terbuka"), "secret": _("Rahasia"), "anonymous": _("Anonim")}

CONFIDENTIALITY_MEANINGS: Labels = {
    "open": _(
        "Petugas Dinas Kominfo dan OPD yang menangani dapat melihat nama Anda. Judul, kategori, dan desa aduan dapat"
        " tampil untuk umum; nama, kontak, dan isi aduan tidak pernah."
    ),
    "secret": _(
        "Hanya Dinas Kominfo yang melihat nama Anda; OPD yang menangani tidak. Aduan ini tidak pernah tampil untuk"
        " umum."
    ),
    "anonymous": _(
        "Nama dan kontak Anda tidak disimpan sama sekali, jadi kami tidak dapat menghubungi Anda: kabar dan pertanyaan"
        " hanya dapat dibaca dengan nomor dan kode lacak. Aduan ini tidak pernah tampil untuk umum."
    ),
}

NO_CONTACT = _("Isi telepon atau surel, supaya kami dapat menghubungi Anda")
TRY_AGAIN = _("Aduan belum terkirim. Periksa sekali lagi, lalu tekan Kirim aduan.")
OUTDATED = _(
    "Formulir ini sudah usang, atau peramban Anda tidak menyimpan kuki. Yang Anda tulis masih ada; kirim sekali lagi."
)
TOO_MANY = _(
    "Dari jaringan ini sudah banyak aduan dikirim. Tunggu paling lama satu jam, lalu kirim lagi; yang Anda tulis masih"
    " ada di bawah. Bila mendesak, hubungi Dinas Kominfo."
)
