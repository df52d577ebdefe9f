"""Letter numbers by an agency's pattern."""

import re
from datetime import date

_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_PART = re.compile(r"\{([^{}]*)\}")
NUMBER_PARTS = frozenset({"kode", "nomor", "akhiran", "bulan", "bulan_romawi", "tahun"})
NEEDED_PARTS = frozenset({"nomor", "tahun"})


def number_pattern_holds(pattern: str) -> bool:
    """Return whether a pattern for letter numbers is valid: it has only known placeholders and no other braces, and it
    includes running number and year, so that numbers are unique.
    """
    parts = _PART.findall(pattern)
    rest = _PART.sub("", pattern)
    return set(parts) <= NUMBER_PARTS and set(parts) >= NEEDED_PARTS and not set("{}") & set(rest)


def format_letter_number(pattern: str, running: int, day: date, code: str, suffix: str) -> str:
    """Return the text of a letter number by its agency's pattern, for example `500.12/007/DISHUB-BLG/2026`; `day` is an
    office date.
    """
    parts = {
        "kode": code,
        "nomor": f"{running:03d}",
        "akhiran": suffix,
        "bulan": f"{day.month:02d}",
        "bulan_romawi": _ROMAN[day.month - 1],
        "tahun": str(day.year),
    }
    return _PART.sub(lambda part: parts[part[1]], pattern)
