"""How each kind of paper is made into HTML: one module a kind, every text escaped by its template."""

from collections.abc import Callable, Mapping
from typing import Any

from app.documents.papers import case_papers, letters, sop_sheet
from app.models import PaperKind

Content = Mapping[str, Any]

PAPERS: dict[PaperKind, Callable[[Content], str]] = {
    PaperKind.ANSWER_LETTER: letters.answer_letter,
    PaperKind.DRAFT_LETTER: letters.draft_letter,
    PaperKind.RECEIPT: case_papers.receipt,
    PaperKind.DISPOSITION: case_papers.disposition,
    PaperKind.REPORTER_ANSWER: case_papers.reporter_answer,
    PaperKind.SOP_SHEET: sop_sheet.sop_sheet,
}


def add(kind: PaperKind, make: Callable[[Content], str]) -> None:
    """Register how a kind of paper is made whose capability stands above this package."""
    PAPERS[kind] = make


def html_of(kind: PaperKind, frozen: Content) -> str:
    """A paper's HTML from its frozen content."""
    return PAPERS[kind](frozen)
