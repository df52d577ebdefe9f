"""Files of reports, written row by row in constant memory: XLSX, CSV, and for short ones PDF."""

import csv
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

import xlsxwriter
from flask import current_app

from app.papers.subprocess_render import never
from app.reporting.exports.cells import Cell, clean, csv_cell, sheet_moment
from app.reporting.exports.pdf_table import MOST_COLUMNS, PdfFile

SEPARATOR = ";"
"""An Indonesian spreadsheet reads the comma as the decimal sign, so lists are parted by semicolons."""

LIMITS = {"xlsx": 1_000_000, "csv": 5_000_000, "pdf": 1000}
"""Rows a file may have: a sheet holds 1,048,576; nobody reads a longer paper, and it takes minutes to draw."""

MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
}
WIDTHS = {"judul": 44, "isi": 60, "opd": 32, "tempat": 32, "langkah": 26, "status": 24, "nomor": 18}
USUAL_WIDTH = 16
IsGivenUp = Callable[[], bool]


class ReportFile(Protocol):
    """Something rows are written to; nothing is complete before `close`, and `drop` gives up what was begun."""

    def write(self, row: Sequence[Cell]) -> None: ...

    def close(self) -> None: ...

    def drop(self) -> None: ...


class Facts:
    """What stands around the rows: title, headings by column, and lines that tell how the report came about."""

    def __init__(self, title: str, headings: dict[str, str], told: list[tuple[str, str]]) -> None:
        self.title, self.headings, self.told = title, headings, told


class CsvFile:
    """UTF-8 with a mark at the start by which spreadsheets know it; every line ends as RFC 4180 says."""

    def __init__(self, path: Path, facts: Facts, _is_given_up: IsGivenUp = never) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._rows = csv.writer(self._file, delimiter=SEPARATOR, lineterminator="\r\n")
        self.write(list(facts.headings.values()))

    def write(self, row: Sequence[Cell]) -> None:
        self._rows.writerow([csv_cell(value) for value in row])

    def close(self) -> None:
        self._file.close()

    drop = close


class XlsxFile:
    """One sheet of rows and one that says how they came about; every text is a text, dates are dates."""

    def __init__(self, path: Path, facts: Facts, _is_given_up: IsGivenUp = never) -> None:
        plain = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
        self._book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent), **plain})
        self._day = self._book.add_format({"num_format": "dd/mm/yyyy", "align": "left"})
        self._moment = self._book.add_format({"num_format": "dd/mm/yyyy hh:mm", "align": "left"})
        self._bold = self._book.add_format({"bold": True})
        self._sheet = self._book.add_worksheet("Aduan")
        self._facts, self._next = facts, 1
        self._head()

    def _head(self) -> None:
        self._sheet.freeze_panes(1, 0)
        for place, (name, heading) in enumerate(self._facts.headings.items()):
            self._sheet.set_column(place, place, WIDTHS.get(name, USUAL_WIDTH))
            self._sheet.write_string(0, place, heading, self._bold)

    def write(self, row: Sequence[Cell]) -> None:
        for place, value in enumerate(row):
            if isinstance(value, str):
                self._sheet.write_string(self._next, place, clean(value))
            elif isinstance(value, datetime):
                self._sheet.write_datetime(self._next, place, sheet_moment(value), self._moment)
            elif isinstance(value, date):
                self._sheet.write_datetime(self._next, place, value, self._day)
            elif value is not None:
                self._sheet.write_number(self._next, place, value)
        self._next += 1

    def close(self) -> None:
        self._sheet.autofilter(0, 0, self._next - 1, len(self._facts.headings) - 1)
        about = self._book.add_worksheet("Keterangan")
        about.set_column(0, 1, 40)
        for place, (name, said) in enumerate(self._facts.told):
            about.write_string(place, 0, name, self._bold)
            about.write_string(place, 1, clean(said))
        self._book.close()

    def drop(self) -> None:
        """The library would write the whole book first: only its own draft of the rows is closed."""
        self._sheet._opt_close()


Writer = Callable[[Path, Facts, IsGivenUp], ReportFile]
WRITERS: dict[str, Writer] = {"xlsx": XlsxFile, "csv": CsvFile, "pdf": PdfFile}


def columns_in(file_format: str, chosen: Sequence[str]) -> Sequence[str]:
    """The columns that a file holds: of a PDF asked for before it had a limit, the first ten."""
    return chosen[:MOST_COLUMNS] if file_format == "pdf" else chosen


@contextmanager
def draft_of(job_id: int, ending: str) -> Iterator[Path]:
    """A path in a new, locked folder that no other attempt at this report writes to or removes.

    Folders that nobody has locked were left by killed workers of this machine: they are removed first.
    """
    drafts = Path(current_app.config["LAPOR_HOME"]) / "drafts"
    drafts.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(drafts, fcntl.LOCK_EX):
        _remove_left_ones(drafts)
        folder = Path(tempfile.mkdtemp(prefix=f"report-{job_id}-", dir=drafts))
        owner = os.open(folder, os.O_RDONLY)
        fcntl.flock(owner, fcntl.LOCK_EX)
    try:
        yield folder / f"report.{ending}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(owner)


def _remove_left_ones(drafts: Path) -> None:
    for folder in drafts.glob("report-*"):
        try:
            with _locked(folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
                shutil.rmtree(folder, ignore_errors=True)
        except (BlockingIOError, FileNotFoundError):
            continue


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    """Raises BlockingIOError where `how` does not wait and another holds the lock."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)
