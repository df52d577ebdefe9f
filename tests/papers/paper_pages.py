"""What stands where on the pages of a paper, read from the layout itself: exact, and quicker than a finished file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.papers.render import parts

CLOSING = {"closing", "last", "copies"}
"""Classes of what stands below a text: signature, verification, copies."""

LINE_END = "\n"
"""Where a second line begins inside an inline block."""


@dataclass(frozen=True)
class Piece:
    """One run of text in one line, with its edges (CSS pixels from the page's corner)."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    closing: bool


@dataclass(frozen=True)
class Page:
    """`head` and `number` are the margin boxes on top; `box` is the area of the text: left, top, right, bottom."""

    head: str
    number: str
    box: tuple[float, float, float, float]
    lines: list[list[Piece]]

    @property
    def pieces(self) -> list[Piece]:
        return [piece for line in self.lines for piece in line]


def pages_of(html: str) -> list[Page]:
    """The pages of a paper's HTML in the current layout."""
    document, styles, (fonts, fetcher) = parts()
    page = document(string=html, url_fetcher=fetcher, base_url=None)
    rendered = page.render(stylesheets=[styles], font_config=fonts, pdf_variant="pdf/a-3a")
    return [_page(one._page_box) for one in rendered.pages]


def _page(box: Any) -> Page:
    root, *margins = box.children
    said = {m.at_keyword: _text(m) for m in margins if hasattr(m, "at_keyword")}
    left, top = box.content_box_x(), box.content_box_y()
    area = (left, top, left + box.width, top + box.height)
    return Page(said.get("@top-left", ""), said.get("@top-right", ""), area, [*_lines(root, closing=False)])


def _lines(box: Any, closing: bool) -> Iterator[list[Piece]]:
    """Lines from top to bottom."""
    closing = closing or bool(CLOSING & {*_classes(box)})
    if "watermark" in _classes(box):
        return
    children = getattr(box, "children", ())
    if type(box).__name__ == "LineBox":
        pieces = [*_pieces(box, closing)]
        if pieces:
            yield pieces
        return
    for child in children:
        yield from _lines(child, closing)


def _pieces(box: Any, closing: bool) -> Iterator[Piece]:
    if hasattr(box, "text"):
        if box.text.strip() and "unseen" not in _classes(box):
            edges = (box.position_x, box.position_y, box.position_x + box.width, box.position_y + box.height)
            yield Piece(box.text, *edges, closing)
        return
    for place, child in enumerate(getattr(box, "children", ())):
        if place and type(child).__name__ == "LineBox":
            yield Piece(LINE_END, child.position_x, child.position_y, child.position_x, child.position_y, closing)
        yield from _pieces(child, closing)


def _classes(box: Any) -> list[str]:
    element = box.element
    return (element.get("class") or "").split() if element is not None else []


def _text(box: Any) -> str:
    return " ".join(" ".join(piece.text for piece in line) for line in _lines(box, closing=False))
