"""Texts about signing: methods, failed signatures, certificates and scans."""

from enum import StrEnum

from flask_babel import lazy_gettext as _

from app.vocabulary.words import Labels


class SigningFault(StrEnum):
    """An enum of the reasons why a letter could not be signed; one of them is the detail of an ActionRefused with
    signing_refused or signing_unavailable.
    """

    WRONG_PASSPHRASE = "wrong_passphrase"  # noqa: S105 (a word for a fault)
    NO_CERTIFICATE = "no_certificate"
    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_UNFIT = "certificate_unfit"
    NO_NIK = "no_nik"
    ACCOUNT_NOT_READY = "account_not_ready"
    REFUSED_BY_BSRE = "refused_by_bsre"
    NOT_SET_UP = "not_set_up"
    OUT_OF_REACH = "out_of_reach"
    TOO_SLOW = "too_slow"
    UNREADABLE_ANSWER = "unreadable_answer"
    NOT_OUR_DOCUMENT = "not_our_document"
    SIGNATURE_NOT_INTACT = "signature_not_intact"
    TIME_STAMP_FAILED = "time_stamp_failed"
    NOT_DRAWN = "not_drawn"
    NOT_DRAWN_IN_TIME = "not_drawn_in_time"
    NOT_MADE = "not_made"
    BUSY = "busy"


SIGNING_METHODS: Labels = {
    "wet": _("Tanda tangan basah (pindaian diunggah)"),
    "certificate": _("Sertifikat elektronik petugas (berkas PKCS#12)"),
    "bsre": _("Tanda tangan elektronik BSrE"),
}

PASSPHRASE_HINTS: Labels = {
    "certificate": _("Frasa sandi berkas sertifikat Anda. Diketik setiap kali dan tidak pernah disimpan."),
    "bsre": _("Frasa sandi BSrE Anda. Diketik setiap kali dan tidak pernah disimpan."),
}

SIGNING_FAULTS: Labels = {
    "wrong_passphrase": _("Frasa sandi tidak cocok. Surat belum ditandatangani; ketik lagi."),
    "no_certificate": _("Anda belum memasang sertifikat elektronik. Pasang di Akun saya, lalu tanda tangani."),
    "certificate_expired": _("Sertifikat Anda tidak berlaku pada hari ini. Pasang yang berlaku di Akun saya."),
    "certificate_unfit": _("Sertifikat Anda tidak dapat dipakai untuk tanda tangan. Pasang yang lain di Akun saya."),
    "no_nik": _("NIK Anda belum dicatat untuk BSrE. Isi di Akun saya, lalu tanda tangani."),
    "account_not_ready": _(
        "BSrE menolak: akun atau sertifikat Anda di BSrE belum atau tidak lagi berlaku (kode %(code)s). "
        "Hubungi verifikator BSrE instansi Anda."
    ),
    "refused_by_bsre": _("BSrE menolak menandatangani surat ini (kode %(code)s). Surat belum ditandatangani."),
    "not_set_up": _("Layanan BSrE belum diatur di server ini. Hubungi administrator."),
    "out_of_reach": _("Layanan tanda tangan tidak dapat dihubungi. Surat belum ditandatangani; coba lagi nanti."),
    "too_slow": _("Layanan tanda tangan terlalu lama menjawab. Surat belum ditandatangani; coba lagi nanti."),
    "unreadable_answer": _("Jawaban layanan tanda tangan tidak dapat dibaca. Surat belum ditandatangani."),
    "not_our_document": _("Berkas dari layanan tanda tangan bukan surat ini. Surat belum ditandatangani."),
    "signature_not_intact": _("Tanda tangan pada berkas yang dibuat tidak utuh. Surat belum ditandatangani."),
    "time_stamp_failed": _("Layanan cap waktu tidak memberi cap. Surat belum ditandatangani; coba lagi nanti."),
    "not_drawn": _("PDF surat gagal dibuat, sehingga surat belum ditandatangani. Periksa isinya."),
    "not_drawn_in_time": _("PDF surat belum selesai dibuat, sehingga surat belum ditandatangani. Coba lagi."),
    "not_made": _(
        "Tanda tangan gagal dibuat karena gangguan di server. Surat belum ditandatangani. "
        "Coba lagi; bila terulang, hubungi administrator."
    ),
    "busy": _("Surat lain dari OPD ini sedang ditandatangani. Tunggu sebentar, lalu coba lagi."),
}

CERTIFICATE_FAULTS: Labels = {
    "missing": _("Pilih berkas sertifikat (.p12 atau .pfx)"),
    "too_large": _("Pilih berkas sertifikat paling besar 100 kB"),
    "no_passphrase": _("Ketik frasa sandi berkas ini"),
    "not_opened": _("Berkas ini tidak terbuka: frasa sandi tidak cocok, atau berkas bukan PKCS#12"),
    "no_key": _("Berkas ini tidak berisi kunci pribadi bersama sertifikatnya"),
    "not_valid_now": _("Sertifikat ini tidak berlaku pada hari ini"),
    "not_for_signing": _("Sertifikat ini tidak diterbitkan untuk tanda tangan"),
    "weak_key": _("Kunci sertifikat ini terlalu lemah: RSA paling sedikit 2048 bit, atau kurva eliptik"),
    "bad_nik": _("Tulis NIK dengan 16 angka"),
}

SCAN_FAULTS: Labels = {
    "missing": _("Pilih berkas pindaian"),
    "not_taken": _("Unggah PDF, JPEG, atau PNG paling besar 10 MB"),
    "unreadable": _("Berkas ini rusak atau terkunci, sehingga tidak dapat dibaca"),
    "active": _("Berkas ini berisi skrip atau lampiran. Pindai lagi suratnya sebagai PDF biasa"),
    "other_pages": _("Jumlah halaman tidak sama: surat ini %(letter)s halaman, pindaian %(scan)s halaman"),
    "no_reason": _("Tulis alasan mengganti pindaian yang sudah ada"),
    "not_drawn_yet": _("PDF surat belum selesai dibuat. Tunggu sebentar, lalu unggah lagi"),
    "letter_lost": _(
        "PDF surat ini sedang tidak dapat dibaca, sehingga jumlah halamannya tidak diketahui. Coba lagi nanti; bila"
        " terulang, hubungi administrator"
    ),
}


def signing_sentence(detail: str) -> str:
    """Return the message (text in the current locale) for a signing fault, given as `fault` or `fault:code` with a BSrE
    code; "" for an unknown fault.
    """
    fault, _colon, code = detail.partition(":")
    sentence = SIGNING_FAULTS.get(fault)
    if sentence is None:
        return ""
    return str(sentence) % {"code": code} if "%(code)s" in str(sentence) else str(sentence)
