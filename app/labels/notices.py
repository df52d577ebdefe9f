"""What a notice says, at the bell and in messages: number, step, limit; never a word about the reporter."""

from flask_babel import lazy_gettext as _

from app.labels.words import Labels

NOTICES: Labels = {
    "step_opened": _("Aduan %(number)s menunggu Anda pada langkah “%(step)s”"),
    "step_near": _("Aduan %(number)s mendekati batas waktu pada langkah “%(step)s”"),
    "step_late": _("Aduan %(number)s melewati batas waktu pada langkah “%(step)s”"),
    "step_overdue": _("Aduan %(number)s masih terlambat pada langkah “%(step)s”, hari kerja ke-%(day)s"),
    "information_added": _("Keterangan pelapor untuk aduan %(number)s sudah masuk"),
    "question_expired": _("Pertanyaan kepada pelapor aduan %(number)s tidak dijawab sampai batasnya"),
    "delegation_ended": _("Pelimpahan %(decree)s sudah berakhir pada harinya"),
}

CHANNELS: Labels = {"email": _("Surel"), "gateway": _("WhatsApp, Telegram, atau SMS")}

DELIVERY_STATES: Labels = {
    "queued": _("Menunggu dikirim"),
    "sent": _("Terkirim"),
    "failed": _("Gagal"),
    "skipped": _("Saluran belum disiapkan"),
}
