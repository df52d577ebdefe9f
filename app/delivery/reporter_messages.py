"""What a reporter's messages say: where to look, and nothing of the case that somebody else might read on the phone."""

from flask_babel import lazy_gettext as _

# Subject and first sentence by what is told. `news` stands for all but the code where the reporter asked for secrecy.
REPORTER_MESSAGES: dict[str, tuple[object, object]] = {
    "received": (_("Nomor dan kode lacak Anda"), _("Laporan Anda sudah kami terima.")),
    "code_replaced": (_("Kode lacak Anda yang baru"), _("Kode lacak Anda diganti. Kode yang lama tidak berlaku lagi.")),
    "question": (_("Ada pertanyaan untuk Anda"), _("Ada pertanyaan yang menunggu jawaban Anda.")),
    "answered": (_("Aduan Anda sudah dijawab"), _("Jawaban atas aduan Anda sudah ada.")),
    "ended": (_("Kabar tentang aduan Anda"), _("Ada kabar terakhir tentang aduan Anda.")),
    "news": (_("Ada kabar untuk Anda"), _("Ada kabar untuk Anda di halaman lacak.")),
}
