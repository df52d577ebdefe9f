"""Labels of the forms that hold the data of a report."""

from flask_babel import lazy_gettext as _

from app.vocabulary.words import Labels

CONFIDENTIALITY_MEANINGS: Labels = {
    "open": _("Identitas pelapor dapat dilihat petugas yang menangani."),
    "secret": _("Identitas pelapor hanya dilihat Dinas Kominfo. OPD tidak pernah melihatnya."),
    "anonymous": _("Identitas pelapor tidak disimpan sama sekali. Kabar hanya lewat nomor aduan dan kode lacak."),
}


CLASSIFICATION_MEANINGS: Labels = {
    "complaint": _("Keluhan tentang layanan, sarana, atau petugas."),
    "aspiration": _("Usul atau harapan untuk pemerintah."),
    "information_request": _("Pertanyaan atau permintaan data."),
}


# In the order of the form.
INTAKE_FIELDS: Labels = {
    "channel": _("Saluran"),
    "tracking_id": _("Nomor SP4N-LAPOR!"),
    "title": _("Judul"),
    "body": _("Isi aduan"),
    "classification": _("Klasifikasi"),
    "category": _("Kategori"),
    "location": _("Tempat"),
    "location.text": _("Tempat kejadian"),
    "location.district": _("Kecamatan"),
    "location.village": _("Desa atau kelurahan"),
    "occurred_on": _("Tanggal kejadian"),
    "confidentiality": _("Kerahasiaan"),
    "reporter": _("Pelapor"),
    "reporter.name": _("Nama"),
    "reporter.nik": _("NIK"),
    "reporter.phone": _("Telepon"),
    "reporter.email": _("Surel"),
    "reporter.address": _("Alamat"),
    "attachments": _("Lampiran"),
}

CORRECTION_FIELDS: Labels = {
    "location.lat": _("Lintang"),
    "location.lon": _("Bujur"),
    "reason": _("Alasan atau sumber perbaikan"),
    "incomplete_reason": _("Alasan meregister walau identitas belum lengkap"),
}
