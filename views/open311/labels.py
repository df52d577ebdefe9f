"""Texts of the Open311 API."""

from flask_babel import lazy_gettext as _

from app.vocabulary.words import Labels

STATES: Labels = {
    "registering": _("Baru diterima"),
    "checking": _("Sedang diperiksa"),
    "reporting": _("Sedang diperiksa"),
    "directing": _("Sedang diperiksa"),
    "relaying": _("Sedang diperiksa"),
    "with_agencies": _("Sedang ditangani"),
    "disposing_answer": _("Tanggapan disiapkan"),
    "replying": _("Tanggapan disiapkan"),
    "waiting_for_reporter": _("Menunggu keterangan pelapor"),
    "answered": _("Sudah dijawab"),
    "closed": _("Selesai"),
    "archived": _("Tidak dilanjutkan"),
    "merged": _("Digabung dengan aduan lain"),
}

WITHOUT_CATEGORY = _("Belum dikategorikan")
SERVICE = _("Aduan tentang %(name)s di %(office)s.")
NOTICE = _(
    "Laporan diterima. Untuk melihat kabar dan menjawab pertanyaan: %(address)s dengan nomor %(number)s dan kode"
    " %(code)s."
)

ATTRIBUTES: Labels = {
    "confidentiality": _("Siapa yang boleh tahu bahwa laporan ini dari pelapor"),
    "occurred_on": _("Tanggal kejadian"),
    "village": _("Desa atau kelurahan"),
}
ATTRIBUTE_HINTS: Labels = {
    "confidentiality": _("Terbuka bila tidak diisi; laporan rahasia dan anonim tidak pernah tampil di layanan ini."),
    "occurred_on": _("Tanggal seperti 2026-11-24."),
    "village": _("Pilih dari daftar bila diketahui."),
}
CONDITION = _("Hanya bila %(field)s: %(value)s.")

FAULTS: Labels = {
    "format": _("Format itu tidak tersedia; gunakan json atau xml."),
    "service": _("service_code %(value)s tidak dikenal."),
    "request": _("service_request_id %(value)s tidak ditemukan."),
    "token": _("Token %(value)s tidak ditemukan."),
    "key": _("api_key tidak ada, tidak dikenal, atau tidak berhak."),
    "place": _("Kirim lat dan long, address_string, atau address_id."),
    "date": _("%(value)s bukan tanggal dan waktu W3C seperti 2026-11-24T10:00:00+08:00."),
    "span": _("end_date lebih awal daripada start_date."),
    "status": _("status hanya open atau closed."),
    "number": _("%(value)s bukan bilangan dalam rentang yang diterima."),
    "form": _("Kirim sebagai application/x-www-form-urlencoded atau multipart/form-data."),
}
