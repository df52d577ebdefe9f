"""A register as an XLSX workbook: the figures of the paper, one filtered sheet per table.

Numbers are numbers, dates are dates in office time, and all else is text. There are no formulas, so that opening the
file computes nothing.
"""

import io
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import xlsxwriter
from flask_babel import force_locale, gettext

from app.reporting.exports.cells import sheet_moment
from app.reporting.registers.labels import COUNTS, REGISTERS, TABLES
from app.reporting.registers.tables import (
    COLUMNS_OF,
    INSTANTS,
    MINUTES,
    NUMERIC,
    Frozen,
    Row,
    counts_of,
    head,
    period_text,
    tables_in,
    written,
)

WIDEST, NARROWEST = 60, 10
_SETTINGS = {
    "constant_memory": True,
    "in_memory": True,
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
}
_DATES = {"moment": "dd/mm/yyyy hh:mm", "month": "mmm yyyy"}
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")


def register_workbook(kind: str, frozen: Frozen, made_at: datetime) -> bytes:
    """Return the bytes of a register's XLSX file, in Indonesian; the same register gives the same bytes."""
    file = io.BytesIO()
    with force_locale("id"):
        book = xlsxwriter.Workbook(file, _SETTINGS)
        book.set_properties({"title": f"{REGISTERS[kind]} {frozen['number']}", "created": made_at.replace(tzinfo=None)})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        _front(book.add_worksheet(gettext("Ringkasan")), kind, frozen, bold)
        formats = {name: book.add_format({"num_format": code, "align": "left"}) for name, code in _DATES.items()}
        for name in tables_in(frozen):
            # A sheet name has at most 31 characters.
            title = _FORBIDDEN.sub(" ", str(TABLES[name]))[:31].strip()
            _sheet(book.add_worksheet(title), name, frozen, bold, formats)
        book.close()
    return file.getvalue()


def _front(sheet: Any, kind: str, frozen: Frozen, bold: Any) -> None:
    """Write the register's name, number, period, counts and audit checkpoint to the first sheet of its workbook."""
    lines: list[tuple[Any, Any]] = [
        (REGISTERS[kind], ""),
        (gettext("Nomor"), frozen["number"]),
        (gettext("Periode"), period_text(frozen)),
        *((COUNTS[name], value) for name, value in counts_of(frozen)),
        (gettext("Sidik jejak audit"), frozen["checkpoint"]),
    ]
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 70)
    for place, (label, value) in enumerate(lines):
        sheet.write_string(place, 0, str(label), bold)
        _write(sheet, place, 1, value, str(value))


def _sheet(sheet: Any, name: str, frozen: Frozen, bold: Any, formats: Mapping[str, Any]) -> None:
    columns = COLUMNS_OF[name]
    rows: list[Mapping[str, Any]] = frozen["tables"][name]
    for place, column in enumerate(columns):
        longest = max((len(written(name, column, row, frozen)) for row in rows[:50]), default=0)
        width = min(max(longest, len(head(name, column)), NARROWEST) + 2, WIDEST)
        sheet.set_column(place, place, width)
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(columns):
        unit = gettext(" (menit kerja)") if column in MINUTES else ""
        sheet.write_string(0, place, head(name, column) + unit, bold)
    for line, row in enumerate(rows, 1):
        for place, column in enumerate(columns):
            date = _date_in(name, column, row)
            if date is not None:
                sheet.write_datetime(line, place, date, formats["month" if column == "key" else "moment"])
                continue
            value = row.get(column) if column in NUMERIC else None
            _write(sheet, line, place, value, written(name, column, row, frozen))
    if rows:
        sheet.autofilter(0, 0, len(rows), len(columns) - 1)


def _date_in(table: str, column: str, row: Row) -> datetime | None:
    """Return the date of a cell as a naive datetime in office time; None for a cell without a date.

    A month becomes its first day.
    """
    value = row.get(column)
    if value and column in INSTANTS:
        return sheet_moment(datetime.fromisoformat(value))
    return datetime.fromisoformat(f"{value}-01") if value and (table, column) == ("trend", "key") else None


def _write(sheet: Any, line: int, place: int, value: Any, text: str) -> None:
    """Write a number to a cell as number and anything else as text, also when it begins with a formula sign."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        sheet.write_number(line, place, value)
    else:
        sheet.write_string(line, place, text)
