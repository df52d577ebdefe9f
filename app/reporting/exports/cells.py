"""Safe cell values for spreadsheets: no formulas, no control characters, no altered numbers.

OWASP "CSV Injection": spreadsheets run a cell that begins with = + - @, a tab or a carriage return as a formula. The
full-width forms of these characters, which East Asian keyboards type, count too.
"""

import unicodedata
from datetime import date, datetime

from app.core.clock import office_time

Cell = str | int | float | date | datetime | None

FORMULA_SIGNS = frozenset("=+-@\t\r\n＝＋－＠")
LONGEST_CELL = 32_767
"""Most characters that a spreadsheet cell can hold."""


def clean(text: str) -> str:
    """Return the text without control characters, surrogates and noncharacters (invalid in XML).

    Tabs stay, every line break becomes a line feed, and the text is cut to 32,767 characters, ending in "…".
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    printable = (c for c in lines if unicodedata.category(c) not in ("Cc", "Cs") or c in "\n\t")
    cleaned = "".join(c for c in printable if ord(c) & 0xFFFE != 0xFFFE)
    return cleaned if len(cleaned) <= LONGEST_CELL else f"{cleaned[: LONGEST_CELL - 1]}…"


def harmless(text: str) -> str:
    """Return the cleaned text for a CSV cell, with an apostrophe before text that a spreadsheet would run as a formula.

    Numbers used as names (NIK, SP4N number) stay unchanged, so that other programs can join by them.
    """
    cleaned = clean(text)
    if cleaned[:1] in FORMULA_SIGNS or cleaned.lstrip()[:1] in FORMULA_SIGNS:
        return f"'{cleaned}" if cleaned else cleaned
    return cleaned


def csv_cell(value: Cell) -> str:
    """Return the value as text for a CSV cell, "" for None.

    Dates become YYYY-MM-DD, instants YYYY-MM-DD HH:MM in office time; text is made harmless (see `harmless`).
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{office_time(value):%Y-%m-%d %H:%M}"
    return harmless(value) if isinstance(value, str) else str(value)


def sheet_moment(value: datetime) -> datetime:
    """Return an aware instant as a naive datetime in office time without seconds, since spreadsheets know no
    zones.
    """
    return office_time(value).replace(tzinfo=None, second=0, microsecond=0)
