"""How each kind of paper is made into HTML: one module a kind, every text escaped by its template."""

from collections.abc import Callable, Mapping
from typing import Any

from app.models import PaperKind
from app.papers import html

Content = Mapping[str, Any]

PAPERS: dict[PaperKind, Callable[[Content], str]] = {
    PaperKind.ANSWER_LETTER: html.answer_letter,
    PaperKind.DRAFT_LETTER: html.draft_letter,
    PaperKind.RECEIPT: html.receipt,
    PaperKind.DISPOSITION: html.disposition,
    PaperKind.REPORTER_ANSWER: html.reporter_answer,
    PaperKind.SOP_SHEET: html.sop_sheet,
}


def add(kind: PaperKind, make: Callable[[Content], str]) -> None:
    """Register how a kind of paper is made whose capability stands above this package."""
    PAPERS[kind] = make


def html_of(kind: PaperKind, frozen: Content) -> str:
    """A paper's HTML from its frozen content."""
    return PAPERS[kind](frozen)
