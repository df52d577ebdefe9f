"""The texts that papers print and an office may reword, with their originals. Papers are Indonesian in any locale."""

from dataclasses import dataclass

from app.texts.field_names import AGENCY, REPORTER, Readers
from app.texts.placeholders import Limits

TICKED = "[x]"
"""At the start of a line of the asks of a disposition: the line is printed with a tick."""

LONG, SHORT = Limits(longest=3000), Limits(longest=1000)
_CASE = ("complaint.number", "complaint.received", "sp4n.number", "category.name", "place.name", "office.name")


@dataclass(frozen=True)
class PaperText:
    """A value object: a text of a paper with its original, the names it may hold besides the fields of its readers, and
    its limits.
    """

    original: str
    names: tuple[str, ...]
    readers: Readers
    limits: Limits


PAPER_TEXTS = {
    "letter_opening": PaperText(
        "Menindaklanjuti arahan Saudara atas aduan nomor {complaint.number}{#if sp4n.number} (SP4N-LAPOR! nomor"
        " {sp4n.number}){/if} yang diterima tanggal {complaint.received|date}, bersama ini kami sampaikan tanggapan"
        " sebagai berikut.",
        (*_CASE, "agency.name"),
        AGENCY,
        LONG,
    ),
    "letter_closing": PaperText(
        "Demikian disampaikan, atas perhatian Saudara kami ucapkan terima kasih.",
        (*_CASE, "agency.name"),
        AGENCY,
        LONG,
    ),
    "direction_asks": PaperText(
        f"Tanggapan dan saran\n{TICKED} Proses lebih lanjut\nKoordinasi/konfirmasi\n"
        f"{{#if visit.asked}}{TICKED} {{/if}}Tinjauan lapangan",
        (*_CASE, "visit.asked"),
        AGENCY,
        SHORT,
    ),
    "reply_asks": PaperText(
        f"{TICKED} Jawab pelapor\nTanggapan dan saran\nKoordinasi/konfirmasi\nArsipkan",
        _CASE,
        AGENCY,
        SHORT,
    ),
    "receipt_guide": PaperText(
        "Pantau aduan Anda dengan nomor dan kode lacak di\n{tracking.address}",
        (*_CASE, "deadline", "tracking.address"),
        REPORTER,
        SHORT,
    ),
    "answer_closing": PaperText(
        "Pantau, nilai, atau buka kembali aduan ini dengan nomor dan kode lacak di {tracking.address}.\n\n"
        "Lembar ini salinan pesan yang disampaikan, bukan surat dinas, dan tidak memerlukan tanda tangan."
        "{#if letter.numbers} Surat tanggapan OPD yang bertanda tangan disebut di atas.{/if}",
        (*_CASE, "letter.numbers", "tracking.address"),
        REPORTER,
        SHORT,
    ),
}
"""The texts of papers by the key of their kind, in the order of the screen."""
