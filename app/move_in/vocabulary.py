"""The words of a spreadsheet that stand for our codes: what is recognised, and what may be chosen for the rest."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from app.choices.lists import CHANNELS, current_choices
from app.core.extensions import db
from app.files.spreadsheet import Formula
from app.models import Agency, Category, District, Village
from app.move_in.plan import CODED, Plan
from app.vocabulary.words import CLASSIFICATIONS, CONFIDENTIALITIES
from workflow_rules.process.choices import ChoiceList

GOES_ON = "open"
ENDINGS = ("closed", "archived")

_SYNONYMS = {
    "status": {
        "closed": ("closed", "selesai", "tuntas", "ditutup", "sudah selesai", "sudah dijawab", "dijawab", "close"),
        "archived": ("archived", "diarsipkan", "arsip", "ditolak", "tidak dilanjutkan", "bukan kewenangan"),
        GOES_ON: (
            "open",
            "proses",
            "diproses",
            "dalam proses",
            "belum",
            "belum selesai",
            "baru",
            "terbuka",
            "on progress",
        ),
    },
    "confidentiality": {
        "open": ("open", "terbuka", "publik", "biasa"),
        "anonymous": ("anonymous", "anonim"),
        "secret": ("secret", "rahasia"),
    },
    "classification": {
        "complaint": ("complaint", "pengaduan", "aduan", "keluhan"),
        "aspiration": ("aspiration", "aspirasi", "saran"),
        "information_request": ("information_request", "permintaan informasi", "permohonan informasi", "pertanyaan"),
    },
    "channel": {
        "walk_in": ("datang langsung", "langsung", "tatap muka"),
        "phone": ("telepon", "telp", "call center"),
        "letter": ("surat",),
        "whatsapp": ("whatsapp", "wa"),
        "email": ("email", "surel", "e-mail"),
        "sms": ("sms",),
        "social": ("media sosial", "medsos", "facebook", "instagram"),
        "web": ("web", "website", "situs"),
        "sp4n": ("sp4n", "lapor", "lapor!", "sp4n lapor", "sp4n-lapor!"),
    },
}
_BETWEEN_AGENCIES = re.compile(r"[;|\n]")
MOST_UNKNOWN = 50
"""Most unknown words of a part for which a meaning is asked; rows with further ones are refused."""


@dataclass(frozen=True)
class Vocabulary:
    """A value object: for each part of CODED the codes that may be chosen, with their labels (`options`), and the code
    of each recognised spelling in lower case (`spellings`).
    """

    options: Mapping[str, Mapping[str, str]]
    spellings: Mapping[str, Mapping[str, str]]

    def code_of(self, part: str, word: str, plan: Plan) -> str | None:
        """Return the code of a word: what the officer said ("": to be left out), else what is recognised, else None."""
        said = plan.meanings.get(part, {}).get(word)
        if said is not None:
            return said if said == "" or said in self.options[part] else None
        return "" if word == "" and part != "channel" else self.spellings[part].get(plain(word))


def plain(word: str) -> str:
    return " ".join(word.casefold().split())


def words_in(part: str, cell: str) -> list[str]:
    """Return the words of a cell: for agencies, which may be several, the parts between semicolons, bars or line
    breaks; otherwise the cell itself, empty or not.
    """
    if part != "agencies":
        return [" ".join(cell.split())]
    return [" ".join(word.split()) for word in _BETWEEN_AGENCIES.split(cell) if word.strip()]


def read_vocabulary() -> Vocabulary:
    """Return the Vocabulary of the office as it is now; agencies that have ended are known too."""
    channels = current_choices().active(ChoiceList.CHANNEL)
    options: dict[str, dict[str, str]] = {
        "status": {code: code for code in (*ENDINGS, GOES_ON)},
        "channel": {code: label for code, label in CHANNELS.items() if code in channels},
        "confidentiality": {code: str(label) for code, label in CONFIDENTIALITIES.items()},
        "classification": {code: str(label) for code, label in CLASSIFICATIONS.items()},
    }
    spellings = {part: dict[str, str]() for part in CODED}
    for part, columns, criteria in (
        ("category", (Category.code, Category.name), (Category.active.is_(True),)),
        ("location.district", (District.code, District.name), ()),
        ("location.village", (Village.code, Village.name), ()),
        ("agencies", (Agency.code, Agency.name, Agency.short_name), ()),
    ):
        rows = db.session.execute(select(*columns).where(*criteria).order_by(columns[1])).all()
        options[part] = {row[0]: row[-1] for row in rows}
        spellings[part] = {plain(text): row[0] for row in rows for text in row}
    for part in ("channel", "confidentiality", "classification"):
        spellings[part] |= {plain(label): code for code, label in options[part].items()}
    for part, codes in _SYNONYMS.items():
        spellings[part] |= {word: code for code, words in codes.items() for word in words if code in options[part]}
    # A village is named within its district, so its name is looked up there and is only known or not.
    spellings["location.village"] = {word: word for word in spellings["location.village"]}
    return Vocabulary(options, spellings)


def ask_for_unknown(plan: Plan, rows: Iterable[Mapping[str, str]], known: Vocabulary) -> None:
    """Put every word of the rows (dicts of part to cell) whose code is unknown into the plan's meanings as not said, at
    most MOST_UNKNOWN for each part. Meanings said before stay, if their code is still offered.
    """
    plan.meanings = {
        part: {word: code for word, code in words.items() if code == "" or code in known.options[part]}
        for part, words in plan.meanings.items()
    }
    for cells in rows:
        for part in CODED:
            cell = cells.get(part, "")
            for word in words_in(part, cell) if not isinstance(cell, Formula) else ():
                if known.code_of(part, word, plan) is None:
                    words = plan.meanings.setdefault(part, {})
                    if len(words) < MOST_UNKNOWN:
                        words.setdefault(word[:200], None)
