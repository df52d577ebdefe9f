"""Places and values of a profile as text for people."""

import json
from typing import Any

from app.profile.section import IDENTITIES, identity
from app.profile.yaml_text import Path

MOST_SHOWN = 120
"""Characters of a value that are shown; of a longer one those around the first difference."""


def shown_row(row: Any, of_list: str) -> str:
    """Return what a row is matched by as text, in brackets; "" for what has none."""
    found = identity(row, of_list)
    return f"[{printable(' '.join(str(part) for part in found if part is not None))}]" if found else ""


def shown_path(path: Path, value: Any) -> str:
    """Return a place in a value as text, with what rows are matched by in place of their number:
    `fields[nomor_tiang].options[kayu].label.en`; "" for the value as a whole.
    """
    text, member = "", ""
    for part in path:
        if isinstance(part, int):
            row = value[part] if isinstance(value, list) and part < len(value) else None
            text += (shown_row(row, member) if member in IDENTITIES else "") or f"[{part + 1}]"
            value = row
        else:
            text, member = f"{text}.{printable(part)}" if text else printable(part), part
            value = value.get(part) if isinstance(value, dict) else None
    return text


def shown_value(value: Any, other: Any = None) -> str:
    """Return a value as JSON on one line, cut to the part where it begins to differ from `other`."""
    text = _json(value)
    if len(text) <= MOST_SHOWN:
        return text
    pairs = zip(text, _json(other), strict=False)
    begins = next((n for n, (one, two) in enumerate(pairs) if one != two), 0)
    start = max(0, min(begins - 20, len(text) - MOST_SHOWN))
    end = start + MOST_SHOWN
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"


def _json(value: Any) -> str:
    return printable(json.dumps(value, ensure_ascii=False))


def printable(text: str) -> str:
    """Return a text with escapes in place of characters that a terminal would obey."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
