"""Shared parts of all charts: colours, texts, rectangles, and the SVG frame."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from markupsafe import Markup, escape

WIDE, NARROW = 940, 330
BRAND, LATE, WARN, INFO = "#0b5d57", "#a3180f", "#b57a10", "#1b4f93"
INK, INK_2, LINE, BACK, PAPER = "#15211f", "#4a5955", "#dbe2de", "#eaeeec", "#ffffff"
TONES = {"b-ok": BRAND, "b-warn": WARN, "b-late": LATE}
TEXT = f'fill="{INK_2}" font-size="12"'
STRONG = f'class="lab" fill="{INK}" font-size="12" font-weight="700"'


@dataclass(frozen=True)
class Table:
    """A value object: a chart's figures as a text table; the first cell of each row is the heading of the row."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Titled(Protocol):
    """Interface of a chart with the attributes that `picture` needs: key, title and description."""

    @property
    def key(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def description(self) -> str: ...


def drawn(svg: str) -> Markup:
    """Return SVG text made by this program as safe Markup; all values in it must already be escaped."""
    return Markup(svg)  # noqa: S704


def stretched(inside: str) -> Markup:
    """Return the SVG elements in an SVG image (Markup) that stretches to fill its table cell.

    It is hidden from screen readers, since other cells hold the text.
    """
    start = '<svg viewBox="0 0 100 18" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
    return drawn(f"{start}{inside}</svg>")


def plain(value: float) -> str:
    """Return the number as text with a decimal comma and at most two decimals, such as "12,5"."""
    return f"{round(value, 2):.15g}".replace(".", ",")


def picture(chart: Titled, width: int, height: float, inside: str) -> Markup:
    """Return the SVG elements of a chart in an SVG image (Markup) with a title and description for screen readers."""
    name = f"{chart.key}-{width}"
    css_class = "lebar" if width == WIDE else "sempit"
    return drawn(
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{css_class}" viewBox="0 0 {width} {height:g}" role="img"'
        f' aria-labelledby="{escape(name)}-t {escape(name)}-d"><title id="{escape(name)}-t">{escape(chart.title)}'
        f'</title><desc id="{escape(name)}-d">{escape(chart.description)}</desc>{inside}</svg>'
    )


def text(x: float, y: float, words: str, anchor: str = "start", attributes: str = TEXT) -> str:
    """Return an SVG text element with the escaped words as text."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {attributes}>{escape(words)}</text>'


def rect(css_class: str, x: float, y: float, width: float, height: float, fill: str) -> str:
    """Return an SVG rectangle element as text; a negative width becomes 0."""
    size = f'x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{height:.1f}"'
    return f'<rect class="{css_class}" {size} fill="{fill}"/>'


def top_of(values: Sequence[float], steps: int = 4) -> int:
    """Return the end of a chart's axis as int: the smallest number that no value exceeds and that divides into `steps`
    parts.

    Each part is 1, 2 or 5 times a power of ten.
    """
    most = max((*values, 1))
    unit = 1
    while True:
        for factor in (1, 2, 5):
            if unit * factor * steps >= most:
                return unit * factor * steps
        unit *= 10
