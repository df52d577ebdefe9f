"""An export report as a PDF table: fixed column widths, unbroken numbers, the long text in a row below its case."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from flask import render_template

from app.core.clock import zone_name
from app.core.resource_limits import DrawingLimits
from app.papers.subprocess_render import render_in_subprocess
from app.reporting.exports.cells import Cell, clean
from app.web.formats import day, moment

MOST_COLUMNS = 10
"""Most columns that stay readable on a landscape A4 page."""

ROW_BELOW = "isi"
"""The column printed below the case's row, over the full width."""

LIMITS = DrawingLimits(pages=600, seconds=240, megabytes=1500)
SECONDS_ON_THE_CLOCK = 600

PAGE_WIDTH = 271.0
PADDING = 2.4
CHARACTER = 1.52
"""Millimetres: text width of a landscape A4 page, padding of a cell's two sides, width of an 8 pt digit."""

UNBROKEN = ("nomor", "sp4n", "masuk", "kejadian", "batas", "dijawab", "selesai")
"""Columns of numbers and dates, as wide as their longest value and never wrapped."""
WIDEST_UNBROKEN = 34.0
SHARES = {"judul": 3.0, "tempat": 2.0, "opd": 1.5, "kategori": 1.5, "status": 1.3, "langkah": 1.3}
"""Relative widths of the text columns; the others have 1."""


@dataclass(frozen=True)
class Facts:
    """A value object: the texts around the rows of an export report.

    `headings` are by column name; `lines` are (label, text) pairs on how the report was made.
    """

    title: str
    headings: dict[str, str]
    lines: list[tuple[str, str]]


@dataclass(frozen=True)
class Column:
    """A value object: a printed column of a PDF table.

    `place` is its index in the row, `width` is in millimetres, `unbroken` is whether its values must not wrap.
    """

    place: int
    heading: str
    width: float
    unbroken: bool


class PdfFile:
    """A PDF file of an export report; it collects at most 1,000 rows and renders them in another process on `close`."""

    def __init__(self, path: Path, facts: Facts, is_cancelled: Callable[[], bool]) -> None:
        self._path, self._facts, self._is_given_up = path, facts, is_cancelled
        self._rows: list[list[str]] = []

    def write(self, row: Sequence[Cell]) -> None:
        self._rows.append([_on_paper(value) for value in row])

    def close(self) -> None:
        """Render the rows and write the PDF file.

        Raises DrawingRefused when rendering fails, exceeds its limits, or the report is given up.
        """
        headings = self._facts.headings
        below = list(headings).index(ROW_BELOW) if ROW_BELOW in headings else None
        columns = columns_of(headings, self._rows)
        template = "papers/free_report.html"
        page = render_template(template, facts=self._facts, rows=self._rows, columns=columns, below=below)
        drawn = render_in_subprocess(page, SECONDS_ON_THE_CLOCK, limits=LIMITS, is_cancelled=self._is_given_up)
        self._path.write_bytes(drawn)

    def drop(self) -> None:
        self._rows.clear()


def columns_of(headings: Mapping[str, str], rows: Sequence[Sequence[str]]) -> list[Column]:
    """Return a list of the printed Columns with widths in millimetres, which add up to the page width of 271 mm."""
    places = {name: place for place, name in enumerate(headings) if name != ROW_BELOW}
    fixed = {}
    for name, place in places.items():
        if name in UNBROKEN:
            longest = max((len(row[place]) for row in rows), default=0)
            fixed[name] = min(max(longest, 10) * CHARACTER + PADDING, WIDEST_UNBROKEN)
    shares = {name: SHARES.get(name, 1.0) for name in places if name not in fixed}
    rest = PAGE_WIDTH - sum(fixed.values())
    if not shares:
        fixed = {name: width * PAGE_WIDTH / sum(fixed.values()) for name, width in fixed.items()}
    widths = fixed | {name: rest * share / sum(shares.values()) for name, share in shares.items()}
    return [Column(place, headings[name], round(widths[name], 1), name in UNBROKEN) for name, place in places.items()]


def _on_paper(value: Cell) -> str:
    if isinstance(value, datetime):
        return moment(value, "pendek").removesuffix(f" {zone_name()}")
    if isinstance(value, date):
        return day(value, "pendek")
    return clean(str(value)) if value is not None else "–"
