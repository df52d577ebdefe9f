"""Reading of an uploaded CSV file: detects encoding and delimiter, and returns all cells as text."""

import csv
import hashlib
import io
from dataclasses import dataclass
from enum import StrEnum

LARGEST = 5 * 1024 * 1024
MOST_ROWS = 5000
MOST_COLUMNS = 60
DELIMITERS = (",", ";", "\t")


class CsvFault(StrEnum):
    """An enum of the reasons why a whole CSV file cannot be read; `CsvRefused.fault` holds one of them."""

    MISSING = "missing"
    TOO_LARGE = "too_large"
    ENCODING = "encoding"
    NO_TABLE = "no_table"
    TOO_MANY_ROWS = "too_many_rows"
    SAME_NAMES = "same_names"


class CsvRefused(Exception):
    """Raised when a CSV file cannot be read; `fault` is the reason, a CsvFault."""

    def __init__(self, fault: CsvFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True)
class Table:
    """A value object: a parsed CSV file. `header` and each row are tuples of text; a row may differ from the header in
    length; `digest` is the SHA-256 (hex) of the file.
    """

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    digest: str

    @property
    def header_digest(self) -> str:
        """SHA-256 (hex) of the column names; files with the same columns have the same digest."""
        return hashlib.sha256("\x1f".join(self.header).encode()).hexdigest()


def read_table(content: bytes) -> Table:
    """Parse the bytes of a CSV file and return them as a Table. Raises CsvRefused: the file is empty or too large, its
    encoding or table is unreadable, it has too many rows, or two columns have the same name.
    """
    if not content.strip():
        raise CsvRefused(CsvFault.MISSING)
    if len(content) > LARGEST:
        raise CsvRefused(CsvFault.TOO_LARGE)
    encoding, text = _decoded(content)
    # The delimiter that splits the first line into the most columns, ignoring quoted ones.
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=lambda sign: len(next(csv.reader([first], delimiter=sign), [])))
    rows = _rows(text, delimiter)
    header = tuple(" ".join(name.split())[:100] for name in rows[0])
    if len(header) < 2 or len(header) > MOST_COLUMNS or not all(header):
        raise CsvRefused(CsvFault.NO_TABLE)
    if len({name.casefold() for name in header}) < len(header):
        raise CsvRefused(CsvFault.SAME_NAMES)
    return Table(encoding, delimiter, header, tuple(rows[1:]), hashlib.sha256(content).hexdigest())


def _decoded(content: bytes) -> tuple[str, str]:
    """Decode the bytes of a file as UTF-8 (with or without BOM), else as Windows-1252, which Excel writes.

    Return (encoding, text). Raises CsvRefused(encoding) if neither fits or the text contains NUL.
    """
    for encoding in ("utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "utf-8", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return encoding, text
    raise CsvRefused(CsvFault.ENCODING)


def _rows(text: str, delimiter: str) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if any(cell.strip() for cell in row):
                found.append(tuple(row))
            if len(found) > MOST_ROWS + 1:
                raise CsvRefused(CsvFault.TOO_MANY_ROWS)
    except csv.Error as error:
        raise CsvRefused(CsvFault.NO_TABLE) from error
    if len(found) < 2:
        raise CsvRefused(CsvFault.NO_TABLE)
    return found
