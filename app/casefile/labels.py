"""Texts of the complaint page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from app.choices.lists import ARCHIVE_REASONS, CHANNELS, DECLINE_REASONS, REPLY_MEDIA, URGENCIES
from app.vocabulary.words import CHOICES, Labels


@dataclass(frozen=True)
class Question:
    """A value object with the texts of a confirmation dialogue before an irreversible action. `title` takes the case
    number, `yes` is the button.
    """

    title: LazyString
    effect: LazyString
    yes: LazyString
    danger: bool = False


QUESTIONS: dict[str, Question] = {
    "sign": Question(
        _("Tanda tangani surat tanggapan aduan %(number)s?"),
        _("Surat mendapat nomor dan terkunci: isinya tidak dapat diubah lagi. Admin OPD menerimanya untuk dikirim."),
        _("Ya, tanda tangani"),
    ),
    "archive": Question(
        _("Arsipkan aduan %(number)s?"),
        _("Aduan berakhir tanpa diteruskan ke OPD. Pelapor diberi tahu alasan yang Anda tulis."),
        _("Ya, arsipkan"),
        danger=True,
    ),
    "merge": Question(
        _("Gabungkan aduan %(number)s ke aduan utama?"),
        _("Aduan ini berakhir. Jawaban aduan utama berlaku juga bagi pelapornya."),
        _("Ya, gabungkan"),
        danger=True,
    ),
    "close": Question(
        _("Tutup aduan %(number)s?"),
        _("Aduan selesai. Sesudah ini tidak ada yang dapat diubah, dan pelapor tidak dapat membukanya kembali."),
        _("Ya, tutup"),
        danger=True,
    ),
    "reply": Question(
        _("Kirim jawaban aduan %(number)s kepada pelapor?"),
        _("Jawaban tercatat sampai kepada pelapor dan tidak dapat ditarik kembali."),
        _("Ya, kirim jawaban"),
    ),
    "withdraw": Question(
        _("Catat bahwa pelapor mencabut aduan %(number)s?"),
        _("Aduan berakhir. Pekerjaan OPD yang sedang berjalan dihentikan."),
        _("Ya, catat pencabutan"),
        danger=True,
    ),
}

QUESTIONS |= {
    "drop_agency": Question(
        _("Lepas OPD ini dari aduan %(number)s?"),
        _("OPD ini berhenti menangani aduan dan tidak melihatnya lagi, kecuali tindakannya sendiri."),
        _("Ya, lepas OPD"),
        danger=True,
    ),
    "recall": Question(
        _("Tarik arahan aduan %(number)s?"),
        _("OPD ini tidak melihat aduan lagi. Arahan ulang menunggu Anda."),
        _("Ya, tarik arahan"),
        danger=True,
    ),
    "return_letter": Question(
        _("Tarik surat tanggapan aduan %(number)s?"),
        _("Nomor surat batal dan tetap tercatat di buku nomor dengan alasan Anda. Surat baru mendapat nomor baru."),
        _("Ya, tarik surat"),
        danger=True,
    ),
}

CHOICES_OF: dict[tuple[str, str], Mapping[str, Any]] = {
    ("received", "channel"): CHANNELS,
    ("imported", "channel"): CHANNELS,
    ("archive", "reason"): ARCHIVE_REASONS,
    ("decline", "reason"): DECLINE_REASONS,
    ("reply", "channel"): REPLY_MEDIA,
    ("direct", "urgency"): URGENCIES,
}

DIRECTION_EFFECTS: Labels = {
    "fast": _("OPD menerima sekarang (langkah %(number)s, batas %(limit)s). Tanpa penerusan oleh Admin."),
    "via_admin": _("Admin Layanan Aduan meneruskan ke OPD sesuai arahan Anda, dalam batas waktu arahan ini."),
    "fast_to": _("Dikirim ke {n} OPD sekarang: langkah %(number)s, batas %(limit)s."),
    "via_admin_to": _("Diteruskan Admin Layanan Aduan ke {n} OPD, dalam batas waktu arahan ini."),
    "again_to": _("Dikirim ke {n} OPD pengganti lewat jalur yang sama."),
}

DRAFT_LIMITS = _(
    "Batas tanggapan OPD menjadi %(extended)s (tanpa ini %(plain)s). Lebih dari satu OPD berarti lintas OPD: "
    "batasnya juga %(extended)s."
)

EVENT_GROUPS: Labels = {
    "arahan": _("Arahan dan disposisi"),
    "surat": _("Surat dan jawaban"),
    "keterangan": _("Keterangan pelapor"),
    "catatan": _("Catatan"),
    "berkas": _("Berkas"),
    "batas": _("Batas waktu"),
}

RELEASE_DECISIONS: Labels = {"1": _("Setujui: OPD lepas dari aduan"), "0": _("Tolak: OPD melanjutkan")}

LEADING = _("%(name)s (utama)")

NOTHING_CHOSEN = _("Pilih berkas lebih dahulu")


def choices_of(action: str, name: str) -> Mapping[str, Any]:
    """Return a mapping from each value of one parameter of an action to its display text; {} if its values have no
    texts.
    """
    return CHOICES_OF.get((action, name)) or CHOICES.get(name, {})


PARTS: Labels = {
    "title": _("Judul"),
    "body": _("Isi aduan"),
    "location_text": _("Lokasi"),
    "district_id": _("Kecamatan"),
    "village_id": _("Desa atau kelurahan"),
    "latitude": _("Lintang"),
    "longitude": _("Bujur"),
    "category_id": _("Kategori"),
    "classification": _("Klasifikasi"),
    "confidentiality": _("Kerahasiaan"),
    "occurred_on": _("Tanggal kejadian"),
    "submitted_at": _("Dikirim pelapor"),
}


IMPORTED: Labels = {
    "old_number": _("Nomor lama"),
    "received_at": _("Diterima"),
    "answered_at": _("Dijawab"),
    "ended_at": _("Selesai"),
}
"""What the event of an imported case tells of the older records."""

CHANGED, DECIDED = _("Yang berubah"), _("Keputusan")


CHOSEN: Labels = {
    "ours": _("Isi kita dipertahankan"),
    "theirs": _("Isi dari SP4N dipakai"),
}


LEDGER_LINES: Labels = {
    "opened": _("Dibuka"),
    "handed_over": _("Diserahkan ke pihak lain"),
    "accepted": _("Diterima"),
    "paused": _("Dijeda, menunggu pelapor"),
    "resumed": _("Dilanjutkan"),
    "closed": _("Selesai"),
}


HOUSES: Labels = {"reporter": _("Pelapor (menunggu keterangan)"), "office": _("Dinas Kominfo")}


# Lines of a limit's calculation; the Indonesian texts equal those in workflow_rules, which the API and papers use.
SEGMENTS: Labels = {
    "start_moved": _("Hitungan dimulai pada pembukaan jam kerja"),
    "start_day": _("Hari mulai, belum dihitung"),
    "open": _("Jam kerja, dihitung {counted}"),
    "day": _("Hari kerja ke-{name}"),
    "break": _("Istirahat"),
    "closed": _("Di luar jam kerja"),
    "weekend": _("Akhir pekan atau hari tanpa jam kerja"),
    "holiday": _("Libur: {name}"),
    "pause": _("Waktu dihentikan, {removed} tidak dihitung"),
    "result": _("Batas waktu"),
}


EXTENSION_CAUSES: Labels = {
    "field_visit": _("perlu tinjauan lapangan"),
    "cross_agency": _("melibatkan lebih dari satu OPD"),
    "more_days": _("diperpanjang Kepala Dinas Kominfo"),
}
