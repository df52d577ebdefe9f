"""Reading of an uploaded spreadsheet (CSV or XLSX): numbered rows of cells as text, never more than a set number."""

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _
from openpyxl import load_workbook

LARGEST = 5 * 1024 * 1024
"""Most bytes of a file."""

MOST_UNPACKED, MOST_PARTS = 40 * 1024 * 1024, 1000
"""Most bytes and parts of an XLSX file after unpacking; `zipfile` never reads more of a part than it declares."""

MOST_COLUMNS, MOST_LINES = 100, 1_048_576
_DELIMITERS = ",;\t"
_HINT = re.compile(r"sep=(.)\s*", re.IGNORECASE)
_REASONS = {
    "missing": _("Pilih berkas yang berisi tabel: satu baris judul kolom, lalu paling sedikit satu baris isi."),
    "too_large": _("Berkas ini terlalu besar. Pakai berkas sampai 5 MB tanpa gambar, atau bagi menjadi beberapa."),
    "too_many_rows": _("Berkas ini berisi lebih dari %(limit)s baris. Bagi menjadi beberapa berkas."),
    "too_many_columns": _("Berkas ini berisi lebih dari %(limit)s kolom. Hapus kolom yang tidak dipakai."),
    "old_or_locked": _(
        "Berkas ini Excel lama (.xls) atau terkunci kata sandi. Simpan sebagai .xlsx tanpa kata sandi, lalu unggah."
    ),
    "other_kind": _("Berkas ini bukan XLSX atau CSV. Simpan tabelnya sebagai .xlsx, lalu unggah lagi."),
    "broken": _("Berkas ini rusak. Buka di aplikasi tabel, simpan lagi sebagai .xlsx, lalu unggah."),
    "encoding": _("Huruf di berkas ini tidak dapat dibaca. Simpan sebagai .xlsx atau CSV UTF-8, lalu unggah lagi."),
    "quotes": _("Tanda petik di sekitar baris %(limit)s tidak berpasangan. Perbaiki, atau simpan sebagai .xlsx."),
}


class SpreadsheetRefused(Exception):
    """Raised when a whole file cannot be read; `reason` is the sentence that says what to do, translated when asked."""

    def __init__(self, fault: str, limit: int = 0) -> None:
        super().__init__(fault)
        self.fault, self.limit = fault, limit

    @property
    def reason(self) -> str:
        return str(_REASONS[self.fault]) % {"limit": self.limit}


class Formula(str):
    """The text of a cell that computes its value; `=` stands first."""

    __slots__ = ()


class Number(str):
    """The text of a cell that is stored as a number, without exponent; beyond 15 digits spreadsheets store zeros."""

    __slots__ = ()


@dataclass(frozen=True)
class Spreadsheet:
    """A value object: a table that was read. `rows` are (number of the row as a spreadsheet shows it, its cells as
    text) without the empty ones; dates are ISO text. A row has at least as many cells as there are headings, and more
    where cells beyond the headings are filled.
    """

    headings: list[str]
    rows: list[tuple[int, list[str]]]


def read_spreadsheet(content: bytes, filename: str, most_rows: int) -> Spreadsheet:
    """Return the table of a CSV file or of the first visible sheet of an XLSX file, told apart by their bytes; its
    first filled row holds the headings. Raises SpreadsheetRefused.
    """
    if len(content) > LARGEST:
        raise SpreadsheetRefused("too_large")
    lines = _lines_of_xlsx(content) if content.startswith(b"PK") else _lines_of_csv(content, filename)
    filled = ((number, cells) for number, line in lines if (cells := _without_empty_end(line)))
    _number, headings = next(filled, (0, []))
    rows = list[tuple[int, list[str]]]()
    for number, cells in filled:
        if len(rows) == most_rows:
            raise SpreadsheetRefused("too_many_rows", most_rows)
        rows.append((number, cells + [""] * (len(headings) - len(cells))))
    if not rows:
        raise SpreadsheetRefused("missing")
    if max(len(headings), *(len(cells) for _number, cells in rows)) > MOST_COLUMNS:
        raise SpreadsheetRefused("too_many_columns", MOST_COLUMNS)
    return Spreadsheet([" ".join(heading.split()) for heading in headings], rows)


def _without_empty_end(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _lines_of_csv(content: bytes, filename: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (number, cells) of every line of a CSV file. The delimiter is the one named by a first line `sep=;`, else
    the one that splits the first filled line into the most cells. Raises SpreadsheetRefused.
    """
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise SpreadsheetRefused("old_or_locked")
    if content.startswith((b"%PDF", b"{\\rtf", b"\xff\xd8\xff", b"\x89PNG")):
        raise SpreadsheetRefused("other_kind")
    if filename.lower().endswith((".xlsx", ".xlsm")):
        raise SpreadsheetRefused("broken")
    lines = io.StringIO(_decoded(content), newline="")
    first = next((line for line in lines if line.strip()), "")
    if hint := _HINT.fullmatch(first):
        delimiter, rest = hint[1], lines.read()
    else:
        delimiter = max(_DELIMITERS, key=lambda sign: len(next(csv.reader([first], delimiter=sign), [])))
        rest = lines.getvalue()
    reader = csv.reader(io.StringIO(rest, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, line in enumerate(reader, 1):
            yield number, [_typed(cell) for cell in line]
    except csv.Error as error:
        raise SpreadsheetRefused("quotes", max(reader.line_num, 1)) from error


def _decoded(content: bytes) -> str:
    """Return the text of a file in UTF-8, in UTF-16 or, as Excel for Windows writes it, in Windows-1252. Raises
    SpreadsheetRefused.
    """
    encodings: tuple[str, ...] = ("utf-8-sig", "cp1252")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ("utf-16",)
    elif b"\x00" in content[:200]:
        encodings = ("utf-16-be",) if content[:1] == b"\x00" else ("utf-16-le",)
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text.lstrip("\ufeff")
    raise SpreadsheetRefused("encoding")


def _typed(cell: str) -> str:
    text = cell.strip().replace("\r\n", "\n")
    return Formula(text) if text.startswith("=") else text


def _lines_of_xlsx(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield (number, cells) of the rows of the first visible sheet of an XLSX file. Raises SpreadsheetRefused.

    Entities are refused by defusedxml, which openpyxl uses when it is installed.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            names, unpacked = parts.namelist(), sum(part.file_size for part in parts.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise SpreadsheetRefused("broken") from error
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise SpreadsheetRefused("other_kind")
    if unpacked > MOST_UNPACKED or len(names) > MOST_PARTS:
        raise SpreadsheetRefused("too_large")
    try:
        with warnings.catch_warnings(action="ignore"):
            yield from _cells_of_workbook(io.BytesIO(content))
    except Exception as error:
        raise SpreadsheetRefused("broken") from error


def _cells_of_workbook(file: io.BytesIO) -> Iterator[tuple[int, list[str]]]:
    workbook = load_workbook(file, read_only=True, keep_links=False)
    try:
        sheets = workbook.worksheets
        sheet = next((sheet for sheet in sheets if sheet.sheet_state == "visible"), sheets[0])
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(max_row=MOST_LINES), 1):
            yield number, [_text_of(cell.value, cell.data_type) for cell in row]
    finally:
        workbook.close()


def _text_of(value: Any, kind: str) -> str:
    """Return the text of a cell of a workbook, by openpyxl's value and kind of it."""
    if value is None:
        return ""
    if kind == "f":
        return Formula(value if isinstance(value, str) else "=")
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds") if value.time() != time() else value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, int | float):
        return Number(format(Decimal(repr(value)).normalize(), "f"))
    return _typed(str(value).replace("_x000D_", ""))
