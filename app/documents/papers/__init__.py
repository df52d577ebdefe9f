"""How each kind of paper is made into HTML: one module a kind, every text escaped by its template."""

from collections.abc import Callable, Mapping
from typing import Any

from app.documents.papers import case_papers, letters, registers, sop_sheet
from app.models import PaperKind

Content = Mapping[str, Any]

PAPERS: dict[PaperKind, Callable[[Content], str]] = {
    PaperKind.ANSWER_LETTER: letters.answer_letter,
    PaperKind.DRAFT_LETTER: letters.draft_letter,
    PaperKind.RECEIPT: case_papers.receipt,
    PaperKind.DISPOSITION: case_papers.disposition,
    PaperKind.REPORTER_ANSWER: case_papers.reporter_answer,
    PaperKind.SOP_SHEET: sop_sheet.sop_sheet,
    PaperKind.DAILY_REGISTER: registers.daily_register,
    PaperKind.MONTHLY_REGISTER: registers.monthly_register,
}


def html_of(kind: PaperKind, frozen: Content) -> str:
    """A paper's HTML from its frozen content."""
    return PAPERS[kind](frozen)
