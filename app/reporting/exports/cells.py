"""What may stand in a cell of a spreadsheet: no formula, no control character, and no changed number.

OWASP "CSV Injection": a cell that begins with = + - @, a tab or a carriage return is run as a formula. The same goes
for the wide forms of these signs that East Asian keyboards write.
"""

import unicodedata
from datetime import date, datetime

from app.core.clock import office_time

Cell = str | int | float | date | datetime | None

FORMULA_SIGNS = frozenset("=+-@\t\r\n＝＋－＠")
LONGEST_CELL = 32_767
"""Characters that a cell of a spreadsheet holds."""


def clean(text: str) -> str:
    """Without control characters, halves of signs and what no XML may hold; line breaks stay as single ones."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(c for c in lines if c in "\n\t" or not _is_no_sign(c))
    return kept if len(kept) <= LONGEST_CELL else f"{kept[: LONGEST_CELL - 1]}…"


def _is_no_sign(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cc", "Cs") or ord(sign) & 0xFFFE == 0xFFFE


def harmless(text: str) -> str:
    """A text for a CSV cell: one that a spreadsheet would run as a formula gets an apostrophe before it.

    Numbers that are names (a NIK, a number of SP4N) stay as they are, so that other programs can join by them.
    """
    cleaned = clean(text)
    if cleaned[:1] in FORMULA_SIGNS or cleaned.lstrip()[:1] in FORMULA_SIGNS:
        return f"'{cleaned}" if cleaned else cleaned
    return cleaned


def csv_cell(value: Cell) -> str:
    """As it stands in a CSV file; days and moments as spreadsheets read them, moments on the office's clock (WITA)."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{office_time(value):%Y-%m-%d %H:%M}"
    return harmless(value) if isinstance(value, str) else str(value)


def sheet_moment(value: datetime) -> datetime:
    """On the office's clock and without a zone, which a spreadsheet does not know; the heading names it."""
    return office_time(value).replace(tzinfo=None, second=0, microsecond=0)
