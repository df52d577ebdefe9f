"""Files of export reports, written row by row: XLSX and CSV in constant memory, and PDF for short ones."""

import csv
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

import xlsxwriter
from flask import current_app

from app.papers.subprocess_render import never
from app.reporting.exports.cells import Cell, clean, csv_cell, sheet_moment
from app.reporting.exports.pdf_table import MOST_COLUMNS, Facts, PdfFile

SEPARATOR = ";"
"""Indonesian spreadsheets use the comma as decimal sign, so fields are separated by semicolons."""

LIMITS = {"xlsx": 1_000_000, "csv": 5_000_000, "pdf": 1000}
"""Most rows of a file by format: a sheet holds 1,048,576 rows; a longer PDF would take minutes to render."""

MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
}
WIDTHS = {"judul": 44, "isi": 60, "opd": 32, "tempat": 32, "langkah": 26, "status": 24, "nomor": 18}
USUAL_WIDTH = 16
IsGivenUp = Callable[[], bool]


class ReportFile(Protocol):
    """Interface of a file to which the rows of an export report are written one by one.

    The file is complete only after `close`; `drop` abandons it.
    """

    def write(self, row: Sequence[Cell]) -> None: ...

    def close(self) -> None: ...

    def drop(self) -> None: ...


class CsvFile:
    """A CSV file in UTF-8 with a byte order mark for spreadsheets, semicolons, and line ends as in RFC 4180."""

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
    """An XLSX file with a sheet of rows and a sheet on how the report was made.

    Text is never converted to formulas or numbers.
    """

    def __init__(self, path: Path, facts: Facts, _is_given_up: IsGivenUp = never) -> None:
        plain = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
        self._book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent), **plain})
        self._day = self._book.add_format({"num_format": "dd/mm/yyyy", "align": "left"})
        self._moment = self._book.add_format({"num_format": "dd/mm/yyyy hh:mm", "align": "left"})
        self._bold = self._book.add_format({"bold": True})
        self._sheet = self._book.add_worksheet("Aduan")
        self._facts, self._next = facts, 1
        self._sheet.freeze_panes(1, 0)
        for place, (name, heading) in enumerate(facts.headings.items()):
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
        for place, (label, value) in enumerate(self._facts.lines):
            about.write_string(place, 0, label, self._bold)
            about.write_string(place, 1, clean(value))
        self._book.close()

    def drop(self) -> None:
        """Abandon the file: close only the library's temporary file of rows, since closing the workbook would write the
        whole file.
        """
        self._sheet._opt_close()


Writer = Callable[[Path, Facts, IsGivenUp], ReportFile]
WRITERS: dict[str, Writer] = {"xlsx": XlsxFile, "csv": CsvFile, "pdf": PdfFile}


def columns_in(file_format: str, chosen: Sequence[str]) -> Sequence[str]:
    """Return the names of the chosen columns that a file of this format holds: the first ten for a PDF, all for the
    others.

    Older requests for a PDF may name more than ten.
    """
    return chosen[:MOST_COLUMNS] if file_format == "pdf" else chosen


@contextmanager
def draft_of(job_id: int, ending: str) -> Iterator[Path]:
    """Context manager: yield the path of the file to write for a report job, in a new locked folder that is removed at
    the end. Unlocked folders, left by killed workers on this host, are removed first.
    """
    drafts = Path(current_app.config["LAPOR_HOME"]) / "drafts"
    drafts.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(drafts, fcntl.LOCK_EX):
        for left in drafts.glob("report-*"):
            with suppress(BlockingIOError, FileNotFoundError), _locked(left, fcntl.LOCK_EX | fcntl.LOCK_NB):
                shutil.rmtree(left, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(prefix=f"report-{job_id}-", dir=drafts))
        owner = os.open(folder, os.O_RDONLY)
        fcntl.flock(owner, fcntl.LOCK_EX)
    try:
        yield folder / f"report.{ending}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(owner)


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    """Context manager: hold a file lock on the folder during the block.

    Raises BlockingIOError when `how` is non-blocking and another process holds the lock.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)
