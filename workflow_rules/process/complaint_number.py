"""The number of a complaint, LB-2026-000123: written, parsed, and found in what people type."""

import re
import unicodedata

_NUMBER = re.compile(r"LB-([0-9]{4})-(?!000000)([0-9]{6})")


_TYPED = re.compile(r"LB-?([0-9]{4})-([0-9]{1,6})|LB-?([0-9]{4})([0-9]{6})")


LONGEST_WRITTEN = 80
"""Of a number that somebody typed or pasted, with whatever came along."""


_BETWEEN = re.compile(r"[\s./_\u2010-\u2015-]+")


def format_complaint_number(year: int, running: int) -> str:
    """The number of the `running`-th complaint of a year in the office's zone; ValueError past 999,999."""
    if not 1 <= running <= 999_999:
        raise ValueError(f"no number for {running}")
    return f"LB-{year:04d}-{running:06d}"


def parse_complaint_number(text: str) -> tuple[int, int]:
    """Year and running number; ValueError for anything that is not exactly a complaint number."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise ValueError("not a complaint number")
    return int(match[1]), int(match[2])


def visible(text: str) -> str:
    """A typed or pasted number as a reader sees it: without invisible characters (zero-width, soft hyphen, direction
    marks), and wide or raised digits and letters as plain ones.
    """
    plain = unicodedata.normalize("NFKC", text)
    return "".join(c for c in plain if unicodedata.category(c) != "Cf")


def read_complaint_number(text: str) -> str | None:
    """The number that somebody typed from memory or paper: small letters, spaces, other dashes, lost zeros and
    characters that nobody sees do no harm; None for what is no complaint number.
    """
    match = _TYPED.fullmatch(_BETWEEN.sub("-", visible(text).strip().upper()))
    if match is None:
        return None
    year, running = match[1] or match[3], match[2] or match[4]
    return format_complaint_number(int(year), int(running)) if int(running) else None
