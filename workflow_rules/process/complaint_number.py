"""The complaint number, for example LB-2026-000123."""

import re
import unicodedata

RECEIVED, IMPORTED = "LB", "LP"
"""Beginnings of the numbers of complaints that were received here, and of those imported from older records."""

_TYPED = re.compile(r"(LB|LP)-?(?:([0-9]{4})-([0-9]{1,6})|([0-9]{4})([0-9]{6}))")
_BETWEEN = re.compile(r"[\s./_\u2010-\u2015-]+")
LONGEST_WRITTEN = 80
"""Maximum characters of a typed or pasted complaint number that are read; a valid one is shorter."""


def format_complaint_number(year: int, running: int, series: str = RECEIVED) -> str:
    """Return the complaint number (text `LB-<year>-<6 digits>`, or `LP-…`) of the `running`-th complaint of a year in
    the office's zone. Raises ValueError when `running` is outside 1 to 999,999.
    """
    if not 1 <= running <= 999_999:
        raise ValueError(f"no number for {running}")
    return f"{series}-{year:04d}-{running:06d}"


def visible(text: str) -> str:
    """Return the text in NFKC form (wide and raised characters become plain) without invisible ones (category Cf)."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(c for c in plain if unicodedata.category(c) != "Cf")


def read_complaint_number(text: str) -> str | None:
    """Return the complaint number that a user typed, in canonical form (`LB-2026-000123`), or None when the text is no
    complaint number. Accepts lower case, spaces, other dashes, missing leading zeros and invisible characters.
    """
    match = _TYPED.fullmatch(_BETWEEN.sub("-", visible(text).strip().upper()))
    if match is None:
        return None
    year, running = match[2] or match[4], match[3] or match[5]
    return format_complaint_number(int(year), int(running), match[1]) if int(running) else None
