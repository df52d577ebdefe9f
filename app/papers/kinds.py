"""Registry of the functions that make the HTML of each kind of paper."""

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
    """Register the function that makes the HTML of a kind of paper, for a package that this one may not import."""
    PAPERS[kind] = make


def html_of(kind: PaperKind, frozen: Content) -> str:
    """Return the HTML text of a paper from its frozen content; raises KeyError for a kind without a registered
    function.
    """
    return PAPERS[kind](frozen)
