"""Charts rendered to SVG text on the server, used alike by pages, print and WeasyPrint.

Colours are attributes for the PDF and classes for the page, whose style sheet overrides them and supports dark mode. No
information is in colour alone: lines differ by dash and marker, bars show their figures, every chart has a table. Each
chart comes 940 and 330 units wide, so that text does not shrink on a phone.
"""

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup, escape

from app.reporting.figures.chart_parts import (
    BACK,
    BRAND,
    INFO,
    INK,
    LINE,
    NARROW,
    PAPER,
    STRONG,
    TONES,
    WARN,
    WIDE,
    Table,
    drawn,
    picture,
    plain,
    rect,
    stretched,
    text,
    top_of,
)

MOST_SERIES = 3
_SIZES = {WIDE: 230, NARROW: 210}


@dataclass(frozen=True)
class Series:
    """A value object: a line of a line chart, with its name and a value for each period."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class _Style:
    """A value object: the style of one line, with CSS class, colour, dash pattern, and marker (square or round, filled
    or hollow).
    """

    name: str
    colour: str
    dash: str
    square: bool
    filled: bool


_STYLES = (
    _Style("m", INFO, "", square=False, filled=True),
    _Style("s", BRAND, "7 4", square=False, filled=False),
    _Style("u", WARN, "2 4", square=True, filled=True),
)


@dataclass(frozen=True)
class LineChart:
    """A value object: a line chart of up to three series over periods; `key` must be unique on its page."""

    key: str
    title: str
    description: str
    head: str
    periods: tuple[str, ...]
    series: tuple[Series, ...]
    write: Callable[[float], str] = plain

    def svg(self, width: int = WIDE) -> Markup:
        """Return the line chart as an SVG image (Markup) of width WIDE or NARROW. Raises ValueError for more than three
        series.
        """
        if len(self.series) > MOST_SERIES:
            raise ValueError("more lines than styles")
        frame = _Frame(self, width, _SIZES[width])
        parts = [frame.grid(), frame.labels()]
        parts += [frame.line(line, style) for line, style in zip(self.series, _STYLES, strict=False)]
        if width == WIDE:
            parts.append(frame.names())
        return picture(self, width, frame.height, "".join(parts))

    def table(self) -> Table:
        rows = tuple((one.name, *(self.write(v) for v in one.values)) for one in self.series)
        return Table(self.title, (self.head, *self.periods), rows)

    def legend(self) -> list[tuple[Markup, str]]:
        """Return a list of (line sample as an SVG image, name) for the series of the chart."""
        lines = (_stroke(style, "0,6 26,6") + _marker(style, 13, 6) for style in _STYLES)
        samples = (drawn(f'<svg viewBox="0 0 26 12" aria-hidden="true">{line}</svg>') for line in lines)
        return [(sample, one.name) for one, sample in zip(self.series, samples, strict=False)]


def _stroke(style: _Style, points: str) -> str:
    dash = f' stroke-dasharray="{style.dash}"' if style.dash else ""
    line = f'fill="none" stroke="{style.colour}" stroke-width="2.5"{dash}'
    return f'<polyline class="{style.name}" {line} points="{points}"/>'


def _marker(style: _Style, x: float, y: float, title: str = "") -> str:
    fill = style.colour if style.filled else PAPER
    paint = f'class="{style.name}t" fill="{fill}" stroke="{style.colour}" stroke-width="2"'
    title = f"<title>{escape(title)}</title>" if title else ""
    if style.square:
        return f'<rect {paint} x="{x - 3.5:.1f}" y="{y - 3.5:.1f}" width="7" height="7">{title}</rect>'
    return f'<circle {paint} cx="{x:.1f}" cy="{y:.1f}" r="3.5">{title}</circle>'


class _Frame:
    """An object that computes a line chart's coordinates at one width, and its parts as SVG text."""

    left, top, bottom, steps = 40, 12, 26, 4

    def __init__(self, chart: LineChart, width: int, height: int) -> None:
        self.chart, self.width, self.height = chart, width, height
        self.right = 112 if width == WIDE else 12
        self.most = top_of([value for one in chart.series for value in one.values], self.steps)

    def x(self, place: int) -> float:
        gaps = max(len(self.chart.periods) - 1, 1)
        return self.left + (self.width - self.left - self.right) * place / gaps

    def y(self, value: float) -> float:
        return self.top + (self.height - self.top - self.bottom) * (1 - value / self.most)

    def grid(self) -> str:
        parts, end = [], self.width - self.right
        for value in (self.most * step / self.steps for step in range(self.steps + 1)):
            y = self.y(value)
            parts.append(f'<line class="g" x1="{self.left}" x2="{end}" y1="{y:.1f}" y2="{y:.1f}" stroke="{LINE}"/>')
            parts.append(text(self.left - 8, y + 4, self.chart.write(value), "end"))
        return "".join(parts)

    def labels(self) -> str:
        """Return the period labels as SVG text: all when wide, every third when narrow, always including the last."""
        last, every = len(self.chart.periods) - 1, 1 if self.width == WIDE else 3
        last_anchor = "end" if self.width == NARROW else "middle"
        return "".join(
            text(self.x(place), self.height - 6, period, last_anchor if place == last else "middle")
            for place, period in enumerate(self.chart.periods)
            if (last - place) % every == 0
        )

    def line(self, one: Series, style: _Style) -> str:
        places = [(self.x(i), self.y(value)) for i, value in enumerate(one.values)]
        titles = [f"{p}: {self.chart.write(v)}" for p, v in zip(self.chart.periods, one.values, strict=True)]
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        markers = (_marker(style, x, y, title) for (x, y), title in zip(places, titles, strict=True))
        return _stroke(style, points) + "".join(markers)

    def names(self) -> str:
        """Return each line's name and last value as SVG text at its end, spaced so that they do not overlap."""
        ends = sorted(
            ((self.y(one.values[-1]), one) for one in self.chart.series if one.values), key=lambda end: end[0]
        )
        written, free = [], 0.0
        for y, one in ends:
            free = max(y + 4, free + 16)
            words = f"{one.name} {self.chart.write(one.values[-1])}"
            written.append(text(self.width - self.right + 10, free, words, attributes=STRONG))
        return "".join(written)


@dataclass(frozen=True)
class Bar:
    """A value object: one row of a bar chart, with its name, value and formatted value.

    `tone` is a CSS class, `more` are further cells of its table row, `target` is a value to mark (None: none).
    """

    label: str
    value: float
    written: str
    tone: str = "b-ok"
    more: tuple[str, ...] = ()
    target: float | None = None


@dataclass(frozen=True)
class BarChart:
    """A value object: a chart of horizontal bars on one scale; pages render it as table rows (`cell`), papers as one
    image (`svg`).

    `most` is the end of the scale, None for the largest value.
    """

    key: str
    title: str
    description: str
    heads: tuple[str, ...]
    bars: tuple[Bar, ...]
    most: float | None = None

    @property
    def scale(self) -> float:
        return self.most or max((*(bar.value for bar in self.bars), 1))

    def cell(self, bar: Bar) -> Markup:
        """Return one bar as an SVG image (Markup), stretched to its table cell."""
        parts = rect("b-bg", 0, 0, 100, 18, BACK) + rect(
            bar.tone, 0, 0, self._share(bar.value) * 100, 18, TONES[bar.tone]
        )
        if bar.target is not None:
            parts += _target(self._share(bar.target) * 100, -2, 20)
        return stretched(parts)

    def svg(self, width: int = WIDE) -> Markup:
        left, right = (260, 120) if width == WIDE else (110, 70)
        space, parts = width - left - right, ""
        for place, bar in enumerate(self.bars):
            y = 30 * place
            parts += text(0, y + 19, _cut(bar.label, left // 7)) + rect("b-bg", left, y + 6, space, 18, BACK)
            parts += rect(bar.tone, left, y + 6, space * self._share(bar.value), 18, TONES[bar.tone])
            if bar.target is not None:
                parts += _target(left + space * self._share(bar.target), y + 4, y + 26)
            parts += text(width - right + 10, y + 19, bar.written, attributes=STRONG)
        return picture(self, width, 30 * max(len(self.bars), 1), parts)

    def _share(self, value: float) -> float:
        return min(max(value / self.scale, 0), 1)

    def table(self) -> Table:
        return Table(self.title, self.heads, tuple((bar.label, bar.written, *bar.more) for bar in self.bars))


def _target(x: float, top: float, bottom: float) -> str:
    place = f'x1="{x:.1f}" x2="{x:.1f}" y1="{top:g}" y2="{bottom:g}"'
    return f'<line class="b-target" {place} stroke="{INK}" stroke-width="2"/>'


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"


@dataclass(frozen=True)
class Stack:
    """A value object: one stacked bar, with its name and the number of cases in each part, left to right."""

    label: str
    parts: tuple[int, ...]


@dataclass(frozen=True)
class StackedBars:
    """A value object: a chart of stacked horizontal bars, for instance cases of an age by state of their deadline.

    `names` are the parts, left to right.
    """

    key: str
    title: str
    description: str
    head: str
    names: tuple[str, ...]
    rows: tuple[Stack, ...]
    tones: tuple[str, ...] = ("b-ok", "b-warn", "b-late")

    @property
    def scale(self) -> int:
        return max((*(sum(row.parts) for row in self.rows), 1))

    def cell(self, row: Stack) -> Markup:
        """Return one stacked bar as an SVG image (Markup), stretched to its table cell, with gaps between the parts."""
        parts = rect("b-bg", 0, 0, 100, 18, BACK) + self._pieces(row, 0, 0, 100)
        return stretched(parts)

    def _pieces(self, row: Stack, left: float, y: float, space: float) -> str:
        drawn, gap = "", space / 300
        for tone, count in zip(self.tones, row.parts, strict=True):
            length = space * count / self.scale
            drawn += rect(tone, left, y, length - gap, 18, TONES[tone]) if count else ""
            left += length
        return drawn

    def svg(self, width: int = WIDE) -> Markup:
        left, right = (200, 70) if width == WIDE else (110, 50)
        space, drawn = width - left - right, ""
        for place, row in enumerate(self.rows):
            y = 30 * place
            drawn += text(0, y + 19, _cut(row.label, left // 7)) + rect("b-bg", left, y + 6, space, 18, BACK)
            drawn += self._pieces(row, left, y + 6, space)
            drawn += text(width - right + 10, y + 19, str(sum(row.parts)), attributes=STRONG)
        return picture(self, width, 30 * max(len(self.rows), 1), drawn)

    def table(self) -> Table:
        rows = tuple((row.label, *map(str, row.parts), str(sum(row.parts))) for row in self.rows)
        return Table(self.title, (self.head, *self.names, "Σ"), rows)
