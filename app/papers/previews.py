"""Papers with a text that is not in force yet, for the screen of texts: of an invented case, or with the facts of one.

They are marked CONTOH, a letter KONSEP, and are not stored.
"""

from collections.abc import Callable
from typing import Any

from flask import current_app
from flask_babel import force_locale, gettext

from app.core.clock import utc_now
from app.models import Complaint, PaperKind
from app.papers.case_papers import asks_of
from app.papers.frozen_blocks import letterhead, office
from app.papers.kinds import html_of
from app.papers.layouts import LAYOUT
from app.papers.subprocess_render import render_in_subprocess
from app.texts.current import Texts, wording
from app.texts.kinds import KINDS, TextKind
from app.texts.placeholders import Values
from app.texts.values import SAMPLE_LETTER, SAMPLE_NUMBER, case_values, sample_fields, sample_values
from workflow_rules.process.identity import Classification, Confidentiality

Content = dict[str, Any]


def slot_preview(kind: TextKind, texts: Texts, case: Complaint | None) -> str:
    """Return the Indonesian text that these words print on a paper. Raises TextRefused if they have a fault."""
    with force_locale("id"):
        return wording(kind.code, _values(kind, case), texts)["body"]


def paper_preview(kind: TextKind, texts: Texts, case: Complaint | None) -> bytes:
    """Return the PDF of a whole paper with these words. Raises TextRefused if they have a fault, DrawingRefused if it
    cannot be drawn.
    """
    with force_locale("id"):
        printed = {key: wording(f"paper.{key}", _values(KINDS[f"paper.{key}"], case))["body"] for key in _LETTER}
        printed[kind.key] = slot_preview(kind, texts, case)
        paper, content = _MADE[kind.key](printed[kind.key])
        common = _common(case if case is not None else _invented())
    return render_in_subprocess(html_of(paper, {**common, **content, "texts": printed}))


def _values(kind: TextKind, case: Complaint | None) -> Values:
    about = sample_fields(kind.readers) if case is None else case_values(case, kind.readers)
    return {**sample_values(), **about}


def _common(case: Complaint) -> Content:
    """Return what the papers of a case show, with invented contents, and their mark."""
    now, text, head = utc_now().isoformat(), gettext("Isi contoh."), letterhead(office())
    about = ("urgency", "channel", "classification", "confidentiality", "title")
    return {
        **{name: getattr(case, name) for name in about},
        "layout": LAYOUT,
        "site": current_app.config["PUBLIC_BASE_URL"],
        "sample": True,
        "agency": head,
        "addressee": {"name": head["name"], "city": head["city"]},
        "complaint": case.number,
        "sp4n": case.sp4n_tracking_id,
        "subject": case.title,
        "category": case.category.name if case.category is not None else "",
        **dict.fromkeys(("received_at", "reported_at"), case.received_at.isoformat()),
        **dict.fromkeys(("at", "drafted_at"), now),
        **dict.fromkeys(("body", "text", "note"), text),
        "secret": False,
        "signatory": _SIGNATORY,
    }


def _invented() -> Complaint:
    return Complaint(
        number=SAMPLE_NUMBER,
        title=gettext("Jalan berlubang di depan pasar"),
        received_at=utc_now(),
        urgency="normal",
        channel="walk_in",
        classification=Classification.COMPLAINT,
        confidentiality=Confidentiality.OPEN,
    )


_SIGNATORY = {
    "name": "Nama Petugas",
    "nip": "",
    "rank": "",
    "office": "Jabatan",
    "own_position": "Jabatan",
    "kind": None,
}
_LETTER = ("letter_opening", "letter_closing")


def _letter(_printed: str) -> tuple[PaperKind, Content]:
    return PaperKind.DRAFT_LETTER, {"revision": 1, "copies": [], "sample": False}


def _disposition(printed: str) -> tuple[PaperKind, Content]:
    source = {"from": "Pelapor", "letter_number": SAMPLE_NUMBER, "letter_date": None}
    to = [{"name": gettext("Dinas Contoh"), "lead": False}]
    return PaperKind.DISPOSITION, {**source, "to": to, "limits": {}, "route": None, **asks_of(printed)}


def _receipt(_printed: str) -> tuple[PaperKind, Content]:
    return PaperKind.RECEIPT, {"place": "", "occurred_on": None, "files": 0, "due_at": None}


def _answer(_printed: str) -> tuple[PaperKind, Content]:
    letter = {"agency": gettext("Dinas Contoh"), "number": SAMPLE_LETTER, "signed_at": utc_now().isoformat()}
    return PaperKind.REPORTER_ANSWER, {"letters": [letter], "disposed": None}


_MADE: dict[str, Callable[[str], tuple[PaperKind, Content]]] = {
    "letter_opening": _letter,
    "letter_closing": _letter,
    "direction_asks": _disposition,
    "reply_asks": _disposition,
    "receipt_guide": _receipt,
    "answer_closing": _answer,
}
