"""Texts of the public tracking page, in words a citizen knows."""

from flask_babel import lazy_gettext as _

from app.vocabulary.words import Labels

STAGES: dict[int, object] = {
    1: _("Diterima"),
    2: _("Diperiksa"),
    3: _("Ditangani OPD"),
    4: _("Tanggapan disiapkan"),
    5: _("Dijawab"),
}

STATUSES: Labels = {
    "registering": _("Baru diterima"),
    "checking": _("Sedang diperiksa"),
    "reporting": _("Sedang diperiksa"),
    "directing": _("Sedang diperiksa"),
    "relaying": _("Sedang diperiksa"),
    "with_agencies": _("Sedang ditangani"),
    "disposing_answer": _("Tanggapan disiapkan"),
    "replying": _("Tanggapan disiapkan"),
    "waiting_for_reporter": _("Menunggu keterangan Anda"),
    "answered": _("Sudah dijawab"),
    "closed": _("Selesai"),
    "archived": _("Tidak dilanjutkan"),
    "merged": _("Digabung dengan aduan lain"),
    "withdrawn": _("Dicabut"),
}

# For cases that ended without an answer.
ENDINGS: Labels = {
    "archived": _("Aduan ini tidak dilanjutkan. Alasannya ada di kabar di bawah."),
    "merged": _("Aduan lain tentang hal yang sama sudah lebih dulu ada. Jawabannya disampaikan juga kepada Anda."),
    "withdrawn": _("Aduan ini dicabut dan tidak ditangani lagi."),
}

# %(house)s is the agency and %(detail)s the detail of the event, if it has them.
NEWS: Labels = {
    "received": _("Aduan diterima"),
    "imported": _("Aduan dipindahkan dari catatan lama"),
    "sent": _("Diteruskan ke %(house)s"),
    "request_information": _("Pertanyaan untuk Anda"),
    "add_information": _("Jawaban Anda diterima"),
    "expire_question": _("Waktu menjawab pertanyaan habis"),
    "note": _("Keterangan tambahan Anda diterima"),
    "attach": _("Berkas Anda diterima"),
    "archive": _("Aduan tidak dilanjutkan: %(detail)s"),
    "merge": _("Digabung dengan aduan lain tentang hal yang sama"),
    "withdraw": _("Aduan dicabut"),
    "reply": _("Aduan dijawab"),
    "rate": _("Anda memberi nilai %(detail)s dari 5"),
    "reopen": _("Aduan dibuka kembali"),
    "close": _("Aduan selesai"),
}

NEWS_ICONS = {
    "received": "inbox",
    "imported": "inbox",
    "sent": "send",
    "request_information": "help",
    "add_information": "message",
    "expire_question": "hourglass",
    "note": "message-2",
    "attach": "paperclip",
    "archive": "archive",
    "merge": "git-merge",
    "withdraw": "x",
    "reply": "mail",
    "rate": "star",
    "reopen": "rotate",
    "close": "check",
}

# Shown after a colon.
ARCHIVE_REASONS: Labels = {
    "incomplete": _("keterangannya belum lengkap"),
    "spam": _("bukan aduan"),
    "not_our_authority": _("bukan kewenangan pemerintah daerah ini"),
    "private_matter": _("menyangkut urusan pribadi"),
    "other": _("alasan lain"),
}

TITLES: Labels = {
    "add_information": _("Jawab pertanyaan"),
    "rate": _("Beri nilai"),
    "reopen": _("Jawaban belum menyelesaikan masalah?"),
    "withdraw": _("Cabut aduan"),
    "note": _("Ada tambahan keterangan?"),
    "attach": _("Kirim foto atau dokumen"),
}

BUTTONS: Labels = {
    "add_information": _("Kirim jawaban"),
    "rate": _("Kirim nilai"),
    "reopen": _("Buka kembali aduan"),
    "withdraw": _("Cabut aduan"),
    "note": _("Kirim keterangan"),
    "attach": _("Kirim berkas"),
}

LEADS: Labels = {
    "rate": _("Seberapa puas Anda dengan jawaban ini? Nilai hanya dapat diberikan sekali."),
    "reopen": _("Aduan diperiksa lagi. Ini dapat dilakukan sampai %(until)s."),
    "withdraw": _("Aduan yang dicabut tidak ditangani lagi dan tidak dapat dilanjutkan."),
    "note": _("Petugas membacanya pada jam kerja. Waktu penanganan tetap berjalan."),
    "attach": _("Petugas Dinas Kominfo dan OPD yang menangani dapat melihatnya."),
}

FIELDS: dict[tuple[str, str], object] = {
    ("add_information", "text"): _("Jawaban Anda"),
    ("rate", "score"): _("Nilai"),
    ("rate", "comment"): _("Komentar"),
    ("reopen", "reason"): _("Apa yang belum selesai"),
    ("withdraw", "reason"): _("Alasan mencabut"),
    ("note", "text"): _("Keterangan"),
    ("attach", "file"): _("Berkas"),
}

SCORES: Labels = {
    "1": _("1 Sangat tidak puas"),
    "2": _("2 Tidak puas"),
    "3": _("3 Cukup"),
    "4": _("4 Puas"),
    "5": _("5 Sangat puas"),
}

NO_SCORE = _("Pilih salah satu nilai")

DONE: Labels = {
    "add_information": _("Terima kasih. Jawaban Anda sudah kami terima dan penanganan dilanjutkan."),
    "rate": _("Terima kasih atas nilai Anda."),
    "reopen": _("Aduan dibuka kembali dan diperiksa lagi."),
    "withdraw": _("Aduan sudah dicabut."),
    "note": _("Terima kasih. Keterangan Anda sudah kami terima."),
    "attach": _("Terima kasih. Berkas Anda sudah kami terima."),
}

# Refusals that a citizen reads in other words than an officer.
REFUSALS: Labels = {
    "not_visible": _("Aduan ini tidak ditemukan."),
    "not_your_step": _("Ini tidak dapat dilakukan dari halaman ini."),
    "wrong_agency": _("Ini tidak dapat dilakukan dari halaman ini."),
    "out_of_order": _("Ini tidak dapat lagi dilakukan pada keadaan aduan sekarang. Yang Anda tulis ada di bawah ini."),
    "stale_version": _(
        "Keadaan aduan berubah sejak halaman ini Anda buka. Baca lagi di bawah, lalu kirim sekali lagi."
    ),
    "paused": _("Aduan ini sedang menunggu jawaban Anda atas pertanyaan di bawah."),
    "case_ended": _("Aduan ini sudah berakhir, jadi tidak ada lagi yang dapat dikirim."),
    "identity_incomplete": _("Ada isian yang perlu diperbaiki."),
    "missing_input": _("Ada isian yang perlu diperbaiki."),
    "delivery_unproven": _("Ada isian yang perlu diperbaiki."),
}

# One text for a wrong number, a wrong code and an unknown number, so that nobody can probe for existing numbers.
NO_MATCH = _("Nomor dan kode itu tidak cocok. Periksa keduanya pada tanda terima atau pesan kami, lalu coba lagi.")
TOO_MANY = _("Terlalu banyak percobaan. Tunggu paling lama satu jam, lalu coba lagi.")
EXPIRED = _("Demi keamanan, halaman ini tertutup setelah satu jam. Masukkan nomor dan kode sekali lagi.")
EXPIRED_KEPT = _("Yang Anda tulis tidak hilang: sesudah ini Anda tinggal mengirimnya.")
