"""Every paper as an office would take it: F4 and A4, short and long; page 2 has its head, no signature stands alone,
nothing runs out of the page, and no number or code is broken.
"""

from typing import Any

import pytest
from flask import Flask

from app.models import PaperKind
from app.papers.kinds import PAPERS, html_of
from tests.papers.every_paper import CODES, LATER, Contents, contents, lengthened
from tests.papers.paper_pages import LINE_END, Page, pages_of
from tests.scenes import Scene

NAMES = (
    *("draft", "letter", "certificate", "bsre", "direct", "dispose", "dispose_answer", "reply", "receipt"),
    *("daily register", "monthly register", "sop sheet"),
)
NO_EDGE = 0.6


@pytest.fixture
def papers(scene: Scene[Contents], freeze: Any, context: Flask) -> Contents:
    freeze(LATER.strftime("%Y-%m-%d %H:%M"))
    return scene(contents)


@pytest.mark.parametrize("size", ["F4", "A4"])
@pytest.mark.parametrize("name", NAMES)
def test_every_paper_holds_at_any_length(papers: Contents, name: str, size: str) -> None:
    kind, frozen = papers[name]
    sized = {**frozen, "agency": {**frozen["agency"], "paper": size}}
    for content in (sized, lengthened(kind, sized)):
        pages = pages_of(html_of(kind, content))
        codes = {*CODES, *_numbers(content)}
        for place, page in enumerate(pages, start=1):
            assert_head(page, place, len(pages), _number(kind, content))
            assert_inside(page)
            assert_unbroken(page, codes)
            assert place == 1 or any(not piece.closing for piece in page.pieces), f"a signature alone on page {place}"
    assert len(pages) > 1, "the long one was to fill more than a page"


def test_every_kind_of_paper_is_among_them(papers: Contents) -> None:
    assert {kind for kind, _ in papers.values()} == {*PAPERS}
    assert {*NAMES} == {*papers}


def _number(kind: PaperKind, content: dict[str, Any]) -> str:
    """What a paper is known by."""
    if kind is PaperKind.DRAFT_LETTER:
        return f"Konsep ke-{content['revision']}"
    return str(content.get("decree_number") or content.get("number") or content["complaint"])


def _numbers(content: dict[str, Any]) -> set[str]:
    found = {str(content.get(name) or "") for name in ("number", "complaint", "letter_number")}
    return {number for number in found | {x["number"] for x in content.get("letters", ())} if "-" in number}


def assert_head(page: Page, place: int, pages: int, number: str) -> None:
    if place == 1:
        assert page.head == ""
        return
    assert number in page.head
    assert page.number == f"Halaman {place} dari {pages}"


def assert_inside(page: Page) -> None:
    left, top, right, bottom = page.box
    for piece in page.pieces:
        assert piece.left >= left - NO_EDGE, piece
        assert piece.top >= top - NO_EDGE, piece
        assert piece.right <= right + NO_EDGE, piece
        assert piece.bottom <= bottom + NO_EDGE, piece


def assert_unbroken(page: Page, codes: set[str]) -> None:
    """A code that stands in the text of a page stands in one of its lines."""
    text = "".join(piece.text for piece in page.pieces if piece.text != LINE_END).replace(" ", "")
    lines = ["".join(piece.text for piece in line).replace(" ", "") for line in page.lines]
    for code in codes:
        assert sum(line.count(code) for line in lines) >= text.count(code), (code, lines)
