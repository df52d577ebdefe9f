"""What every chart is drawn with: colours, texts, boxes, and the picture around them."""

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
    """The same figures in words and numbers; the first cell of a row is its heading."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Titled(Protocol):
    """What a picture needs of its chart."""

    @property
    def key(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def description(self) -> str: ...


def drawn(svg: str) -> Markup:
    """Text of ours as markup: every foreign word in it went through `escape`."""
    return Markup(svg)  # noqa: S704


def stretched(inside: str) -> Markup:
    """A bar that fills its table cell; the words are in the cells beside it."""
    start = '<svg viewBox="0 0 100 18" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
    return drawn(f"{start}{inside}</svg>")


def plain(value: float) -> str:
    """A number with a decimal comma."""
    return f"{value:g}".replace(".", ",")


def picture(chart: Titled, width: int, height: float, inside: str) -> Markup:
    """A chart of one width with its title and description, which a screen reader reads in place of the drawing."""
    name = f"{chart.key}-{width}"
    look = "lebar" if width == WIDE else "sempit"
    return drawn(
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{look}" viewBox="0 0 {width} {height:g}" role="img"'
        f' aria-labelledby="{escape(name)}-t {escape(name)}-d"><title id="{escape(name)}-t">{escape(chart.title)}'
        f'</title><desc id="{escape(name)}-d">{escape(chart.description)}</desc>{inside}</svg>'
    )


def text(x: float, y: float, words: str, anchor: str = "start", look: str = TEXT) -> str:
    """Words at a place, escaped."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {look}>{escape(words)}</text>'


def rect(look: str, x: float, y: float, width: float, height: float, fill: str) -> str:
    """A box, never of negative length."""
    size = f'x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{height:.1f}"'
    return f'<rect class="{look}" {size} fill="{fill}"/>'


def top_of(values: Sequence[float], steps: int = 4) -> int:
    """The end of an axis: a round number that no value passes, divisible into so many steps."""
    most = max((*values, 1))
    unit = 1
    while True:
        for factor in (1, 2, 5):
            if unit * factor * steps >= most:
                return unit * factor * steps
        unit *= 10
